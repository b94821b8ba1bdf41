import { Hono } from 'hono';
import type * as v from 'valibot';
import { isoTime } from '../../delivery/context.ts';
import { uploadBody } from '../../dialects/rest/requests.ts';
import { linkShape, offerShape } from '../../dialects/rest/schema.ts';
import { DOWNLOAD_SECONDS, downloadUrl, requestUpload, type UploadOffer } from '../../rooms/files.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './openapi.ts';
import { readJson } from './wire.ts';

const wireOffer = ({ file, upload, expiresAt }: UploadOffer): v.InferOutput<typeof offerShape> => ({
  file_id: file.id,
  name: file.name,
  content_type: file.contentType,
  size: file.size,
  upload,
  expires_at: expiresAt,
});

/** The files of a room. Their bytes do not pass through this API: clients upload to and download from S3. */
export function files(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.post(
    '/:id/files/',
    describe(
      'Announce a file. Upload its bytes once with the request in `upload` before it expires, then send a message ' +
        'with its id.',
      { 201: ['How to upload its bytes.', offerShape] },
      [400, 401, 403, 413, 415],
    ),
    readJson(uploadBody),
    async (c) => {
      const { name, content_type: contentType, size } = c.req.valid('json');
      const uploader = { room: c.req.param('id'), user: c.var.caller.id };
      const file = { name, contentType, size };
      const offer = await requestUpload(file, uploader, context, context.maxFileBytes);
      return c.json(wireOffer(offer), 201);
    },
  );
  app.get(
    '/:id/files/:file/',
    describe(
      'Download a file. With `Accept: application/json`, the answer is the URL itself. Pages of another origin need ' +
        'that, because S3 gets `Origin: null` from a browser that follows the redirect.',
      {
        200: ['A URL that needs no token and is valid for five minutes.', linkShape],
        302: 'The header `Location` has this URL.',
      },
      [401, 403, 404],
    ),
    async (c) => {
      const reader = { room: c.req.param('id'), user: c.var.caller.id };
      const expiresAt = isoTime(context.now() + DOWNLOAD_SECONDS * 1000);
      const url = await downloadUrl(c.req.param('file'), reader, context);
      const acceptsJson = /\bapplication\/json\b/i.test(c.req.header('Accept') ?? '');
      return acceptsJson ? c.json({ url, expires_at: expiresAt }) : c.redirect(url, 302);
    },
  );
  return app;
}

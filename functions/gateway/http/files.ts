import { Hono } from 'hono';
import * as v from 'valibot';
import type { Context } from '../../delivery/context.ts';
import { offerShape } from '../../dialects/rest/schema.ts';
import type { MessageFile } from '../../domain/file.ts';
import { locateFile } from '../../rooms/locate-file.ts';
import { requestUpload, type UploadOffer } from '../../rooms/request-upload.ts';
import { required } from '../runtime.ts';
import type { HttpEnv } from './context.ts';
import { describe } from './describe.ts';
import { HttpError } from './http-error.ts';
import { readJson } from './read-request.ts';

/** A longer name is cut, so this is only to keep a body small. */
const MAX_SENT_NAME = 1_000;

const uploadBody = v.object({
  name: v.pipe(v.string(), v.maxLength(MAX_SENT_NAME)),
  content_type: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

const wireOffer = (
  { id, name, contentType, size }: MessageFile,
  { upload, expiresAt }: Omit<UploadOffer, 'file'>,
): v.InferOutput<typeof offerShape> => ({
  file_id: id,
  name,
  content_type: contentType,
  size,
  upload,
  expires_at: expiresAt,
});

const noFile = () =>
  new HttpError('NOT_FOUND', 'There is no such file in this room: it may have been deleted');

/** The files of a room: a place to upload one to, and a way to read one. Bytes never come through here. */
export function files(
  context: Pick<Context, 'db' | 'rates' | 'files' | 'now'>,
  maxBytes: () => number = () => Number(required('MAX_FILE_BYTES')),
) {
  const app = new Hono<HttpEnv>();
  app.post(
    '/:id/files/',
    describe(
      'Announce a file. Send its bytes by the request in `upload`, within its time and once, then a message with its id',
      { 201: ['Where to send its bytes', offerShape] },
      [400, 401, 403, 413, 415, 429],
    ),
    readJson(uploadBody),
    async (c) => {
      const { name, content_type: contentType, size } = c.req.valid('json');
      const author = { room: c.req.param('id'), user: c.var.caller.id };
      const { file, ...offer } = await requestUpload(
        { name, contentType, size },
        author,
        context,
        maxBytes(),
      );
      return c.json(wireOffer(file, offer), 201);
    },
  );
  app.get(
    '/:id/files/:file/',
    describe(
      'Read a file',
      { 302: 'Where it is, in the header Location, for five minutes and without a token' },
      [401, 403, 404],
    ),
    async (c) => {
      const author = { room: c.req.param('id'), user: c.var.caller.id };
      const url = await locateFile(c.req.param('file'), author, context);
      if (url === undefined) throw noFile();
      return c.redirect(url, 302);
    },
  );
  return app;
}

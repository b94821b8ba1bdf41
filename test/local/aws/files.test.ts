import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FileStore, signedFiles } from '../../../functions/store/files.ts';
import { sdkFiles } from '../../../functions/store/sdk-files.ts';
import { type Answering, answering } from '../../support/answering.ts';
import { NOON } from '../../support/sample.ts';

const key = "1/a b+c's(1)*.txt";
const path = '/parley-files/1/a%20b%2Bc%27s%281%29%2A.txt';

let s3: Answering;
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  respond = (response) => response.end();
  s3 = await answering((response) => respond(response));
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.url);
});
afterEach(() => vi.unstubAllEnvs());

/** Responds with an S3 error. */
const refuse = (status: number, code: string) => (response: ServerResponse) =>
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>said S3</Message></Error>`);

const stores: Readonly<Record<'signed' | 'sdk', (bucket: string) => FileStore>> = {
  signed: signedFiles,
  sdk: sdkFiles,
};

describe.each(['signed', 'sdk'] as const)('the file store %s', (name) => {
  let files: FileStore;
  beforeEach(() => {
    files = stores[name]('parley-files');
  });

  test('puts an object with its content type', async () => {
    await files.put(key, Buffer.from('Grüße'), 'text/plain');
    expect(s3.came).toMatchObject([
      { method: 'PUT', body: 'Grüße', headers: { 'content-type': 'text/plain' } },
    ]);
    expect(s3.came[0]?.path.split('?')[0]).toBe(path);
    expect(s3.came[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=ASIATEST\/\d{8}\/eu-west-1\/s3\//),
      'x-amz-security-token': 'token',
    });
  });

  test('returns size and content type of an object', async () => {
    respond = (response) =>
      response.writeHead(200, { 'content-length': 1234, 'content-type': 'image/png' }).end();
    expect(await files.head(key)).toEqual({ size: 1234, contentType: 'image/png' });
    expect(s3.came[0]).toMatchObject({ method: 'HEAD', path });
  });

  test.each([403, 404])('returns undefined for a missing object when S3 responds with %i', async (status) => {
    respond = (response) => response.writeHead(status).end();
    expect(await files.head(key)).toBeUndefined();
    expect(s3.came).toHaveLength(1);
  });

  test('removes an object', async () => {
    respond = (response) => response.writeHead(204).end();
    await files.remove(key);
    expect(s3.came).toMatchObject([{ method: 'DELETE' }]);
    expect(s3.came[0]?.path.split('?')[0]).toBe(path);
  });

  test('keeps an object by removing its tag', async () => {
    respond = (response) => response.writeHead(204).end();
    await files.keep(key);
    expect(s3.came).toMatchObject([{ method: 'DELETE' }]);
    const [found, query = ''] = s3.came[0]?.path.split('?') ?? [];
    expect(found).toBe(path);
    expect(new URLSearchParams(query).get('tagging')).toBe('');
  });

  test.each([
    ['InternalError', 500, 'server', 3],
    ['SlowDown', 503, 'server', 3],
    ['AccessDenied', 403, 'client', 1],
    ['NoSuchBucket', 404, 'client', 1],
  ])(
    'throws %s with the name of the error, after the right number of attempts',
    async (code, status, fault, attempts) => {
      respond = refuse(status, code);
      await expect(files.remove(key)).rejects.toMatchObject({
        name: code,
        message: 'said S3',
        $fault: fault,
      });
      expect(s3.came).toHaveLength(attempts);
    },
  );

  test('throws when it cannot tell whether an object exists', async () => {
    respond = (response) => response.writeHead(503).end();
    await expect(files.head(key)).rejects.toMatchObject({ $fault: 'server' });
  });
});

test('both file stores presign the same URLs', async () => {
  const [signed, sdk] = [stores.signed('parley-files'), stores.sdk('parley-files')];
  const png = { size: 1234, contentType: 'image/png' };
  const [own, reference] = await Promise.all(
    [signed, sdk].map((each) => each.presignPut(key, png, 900, NOON)),
  );
  const shown = { contentType: 'text/plain', contentDisposition: 'inline; filename="a b.txt"' };
  const urls = await Promise.all([signed, sdk].map((each) => each.presignGet(key, shown, 300, NOON)));
  expect({ ...own, url: '' }).toEqual({ ...reference, url: '' });
  for (const [one, other] of [[own?.url, reference?.url], urls]) {
    const [a, b] = [new URL(one ?? ''), new URL(other ?? '')];
    expect(a.origin + a.pathname).toBe(b.origin + b.pathname);
    expect(Object.fromEntries(a.searchParams)).toEqual(Object.fromEntries(b.searchParams));
  }
});

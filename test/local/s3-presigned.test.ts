import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signedFiles } from '../../functions/store/files.ts';
import { allow } from './mini-assembly.ts';
import {
  clientOf,
  clock,
  closeHost,
  everything,
  functionClient,
  lines,
  objectsArn,
  openHost,
  page,
  serve,
} from './s3-host.ts';

const key = 'room/1';
const png = { size: 6, contentType: 'image/png' };
let endpoint: string;
let client: S3Client;

beforeEach(async () => {
  openHost();
  endpoint = await serve();
  client = functionClient(endpoint, everything);
});
afterEach(closeHost);

/** The bucket as a function with the client's credentials has it. */
async function files() {
  const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
  const credentials = () => ({ accessKeyId, secretAccessKey, sessionToken });
  return signedFiles('files', { endpoint, region: 'us-east-1', credentials });
}
const offer = async (seconds = 900) => (await files()).presignPut(key, png, seconds, Date.now());
const stored = () => clientOf(endpoint).send(new HeadObjectCommand({ Bucket: 'files', Key: key }));

async function upload(
  { url, headers }: Awaited<ReturnType<typeof offer>>,
  { body = 'pixels', method = 'PUT', ...more }: RequestInit & { body?: string; method?: string } = {},
) {
  const response = await fetch(url, { method, body, headers: { ...headers, ...more.headers } });
  return { status: response.status, code: /<Code>(.+)<\/Code>/.exec(await response.text())?.[1] };
}

describe('a signed upload', () => {
  test('is taken from whoever has the URL, with the headers that were named', async () => {
    expect(await upload(await offer())).toEqual({ status: 200, code: undefined });
    expect(await stored()).toMatchObject({ ContentLength: 6, ContentType: 'image/png' });
  });

  test.each([
    { what: 'another size', with: { body: 'pixel' } },
    { what: 'a larger size', with: { body: 'pixels and more' } },
    { what: 'another type', with: { headers: { 'Content-Type': 'text/html' } } },
    { what: 'the leave to replace', with: { headers: { 'If-None-Match': '"etag"' } } },
  ])('is refused with $what, and nothing is stored', async ({ with: init }) => {
    expect(await upload(await offer(), init)).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    await expect(stored()).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('is taken once: who saw the file saw the one that stays', async () => {
    const offered = await offer();
    await upload(offered);
    expect(await upload(offered, { body: 'PIXELS' })).toEqual({ status: 412, code: 'PreconditionFailed' });
  });

  test('is refused when its time is over, and before it', async () => {
    const offered = await offer(60);
    clock.advance(120_000);
    expect(await upload(offered)).toEqual({ status: 403, code: 'AccessDenied' });
    const future = await (await files()).presignPut(key, png, 60, clock.now() + 20 * 60_000);
    expect(await upload(future)).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('is refused under another key, and as another method', async () => {
    const { url, headers } = await offer();
    const elsewhere = { url: url.replace('/room/1', '/room/2'), headers, method: 'PUT' as const };
    expect((await upload(elsewhere)).code).toBe('SignatureDoesNotMatch');
    expect((await fetch(url)).status).toBe(403);
  });

  test('is refused where its expiry was moved', async () => {
    const { url, headers, method } = await offer(60);
    const moved = { url: url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'), headers, method };
    expect((await upload(moved)).code).toBe('SignatureDoesNotMatch');
  });

  test('may do no more than the function that signed it', async () => {
    client = functionClient(endpoint, allow('s3:GetObject', objectsArn));
    expect(await upload(await offer())).toEqual({ status: 403, code: 'AccessDenied' });
    expect(lines).toEqual([
      'AccessDenied: function send may not s3:PutObject on files/room/1; grant it in lib/',
    ]);
  });

  test('of a key that nobody here has is refused', async () => {
    client = clientOf(endpoint, { accessKeyId: 'AKIAMALLORY', secretAccessKey: 'guess' });
    expect(await upload(await offer())).toEqual({ status: 403, code: 'InvalidAccessKeyId' });
  });

  test('that a SDK signed with its default checksum, that of an empty body, is refused as on AWS', async () => {
    const plain = new S3Client({ endpoint, region: 'us-east-1', credentials: client.config.credentials });
    const put = new PutObjectCommand({ Bucket: 'files', Key: key });
    const url = await getSignedUrl(plain, put);
    plain.destroy();
    expect(await upload({ method: 'PUT', url, headers: {} })).toEqual({ status: 400, code: 'BadDigest' });
  });

  test('is refused together with an Authorization header, as S3 does', async () => {
    const refused = await upload(await offer(), { headers: { Authorization: 'Bearer x' } });
    expect(refused).toEqual({ status: 400, code: 'InvalidArgument' });
  });
});

describe('a signed download', () => {
  const served = {
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="a_.txt"; filename*=UTF-8''%C3%A4%27.txt`,
  };

  beforeEach(async () => {
    await (await files()).put('room/ä b+c', Buffer.from('pixels'), 'image/png');
  });

  test('is served as the URL says, whatever it was stored as', async () => {
    const response = await fetch(await (await files()).presignGet('room/ä b+c', served, 300, Date.now()));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(served.contentType);
    expect(response.headers.get('content-disposition')).toBe(served.contentDisposition);
    expect(await response.text()).toBe('pixels');
  });

  test('is refused where somebody else changed what it is served as', async () => {
    const url = await (await files()).presignGet('room/ä b+c', served, 300, Date.now());
    const changed = url.replace(
      'response-content-type=application%2Foctet-stream',
      'response-content-type=text%2Fhtml',
    );
    expect(changed).not.toBe(url);
    expect((await fetch(changed)).status).toBe(403);
  });

  test('is refused after five minutes', async () => {
    const url = await (await files()).presignGet('room/ä b+c', served, 300, Date.now());
    clock.advance(600_000);
    const response = await fetch(url);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Request has expired');
  });

  test('that an unconfigured SDK signed is served too', async () => {
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'files', Key: 'room/ä b+c' }));
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('a page', () => {
  const ask = (origin: string, headers: string) => ({
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': headers,
    },
  });

  test('of an allowed origin may upload, and read what came of it', async () => {
    const { url, headers, method } = await offer();
    const preflight = await fetch(url, ask(page, 'content-type, if-none-match'));
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(page);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
    const put = await fetch(url, { method, body: 'pixels', headers: { ...headers, Origin: page } });
    expect(put.status).toBe(200);
    expect(put.headers.get('access-control-allow-origin')).toBe(page);
    const again = await fetch(url, { method, body: 'pixels', headers: { ...headers, Origin: page } });
    expect(again.status).toBe(412);
    expect(again.headers.get('access-control-allow-origin')).toBe(page);
  });

  test.each([
    { who: 'of another origin', origin: 'http://evil.example', headers: 'content-type' },
    { who: 'with a header that no rule has', origin: page, headers: 'authorization' },
  ])('$who may not', async ({ origin, headers }) => {
    const { url } = await offer();
    const preflight = await fetch(url, ask(origin, headers));
    expect(preflight.status).toBe(403);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeEach, describe, expect, test } from 'vitest';
import { signedFiles } from '../../functions/store/files.ts';
import { lines } from './aws-host.ts';
import { allow } from './mini-assembly.ts';
import { clientOf, clock, functionClient, objectsArn, page, serve, useS3Host } from './s3-host.ts';

const key = 'room/1';
const png = { size: 6, contentType: 'image/png' };
let endpoint: string;
let client: S3Client;

useS3Host();
beforeEach(async () => {
  endpoint = await serve();
  client = functionClient(
    endpoint,
    allow(['s3:PutObject', 's3:PutObjectTagging', 's3:GetObject'], objectsArn),
  );
});

/** Opens the bucket like a function with the client's credentials. */
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

describe('a presigned upload', () => {
  test('needs only the URL and the signed headers', async () => {
    expect(await upload(await offer())).toEqual({ status: 200, code: undefined });
    expect(await stored()).toMatchObject({ ContentLength: 6, ContentType: 'image/png' });
  });

  test.each([
    { what: 'another size', with: { body: 'pixel' } },
    { what: 'a larger size', with: { body: 'pixels and more' } },
    { what: 'another type', with: { headers: { 'Content-Type': 'text/html' } } },
    { what: 'another If-None-Match', with: { headers: { 'If-None-Match': '"etag"' } } },
  ])('is refused with $what, and stores nothing', async ({ with: init }) => {
    expect(await upload(await offer(), init)).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    await expect(stored()).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('works only once, so that nobody can replace the file', async () => {
    const offered = await offer();
    await upload(offered);
    expect(await upload(offered, { body: 'PIXELS' })).toEqual({ status: 412, code: 'PreconditionFailed' });
  });

  test('is refused before its start and after its expiry', async () => {
    const offered = await offer(60);
    clock.advance(120_000);
    expect(await upload(offered)).toEqual({ status: 403, code: 'AccessDenied' });
    const future = await (await files()).presignPut(key, png, 60, clock.now() + 20 * 60_000);
    expect(await upload(future)).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('is refused for another object key and for another method', async () => {
    const { url, headers } = await offer();
    const elsewhere = { url: url.replace('/room/1', '/room/2'), headers, method: 'PUT' as const };
    expect((await upload(elsewhere)).code).toBe('SignatureDoesNotMatch');
    expect((await fetch(url)).status).toBe(403);
  });

  test('is refused with another expiry', async () => {
    const { url, headers, method } = await offer(60);
    const moved = { url: url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'), headers, method };
    expect((await upload(moved)).code).toBe('SignatureDoesNotMatch');
  });

  test('has the permissions of the function that signed it', async () => {
    client = functionClient(endpoint, allow(['s3:GetObject', 's3:PutObjectTagging'], objectsArn));
    expect(await upload(await offer())).toEqual({ status: 403, code: 'AccessDenied' });
    expect(lines).toEqual([
      'AccessDenied: function send may not call s3:PutObject on files/room/1. Grant it in lib/.',
    ]);
  });

  test('is refused with an unknown access key', async () => {
    client = clientOf(endpoint, { accessKeyId: 'AKIAMALLORY', secretAccessKey: 'guess' });
    expect(await upload(await offer())).toEqual({ status: 403, code: 'InvalidAccessKeyId' });
  });

  test('is refused if the SDK signed its default checksum, which is of an empty body', async () => {
    const plain = new S3Client({ endpoint, region: 'us-east-1', credentials: client.config.credentials });
    const put = new PutObjectCommand({ Bucket: 'files', Key: key });
    const url = await getSignedUrl(plain, put);
    plain.destroy();
    expect(await upload({ method: 'PUT', url, headers: {} })).toEqual({ status: 400, code: 'BadDigest' });
  });

  test('is refused together with an Authorization header', async () => {
    const refused = await upload(await offer(), { headers: { Authorization: 'Bearer x' } });
    expect(refused).toEqual({ status: 400, code: 'InvalidArgument' });
  });
});

describe('a presigned download', () => {
  const overrides = {
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="a_.txt"; filename*=UTF-8''%C3%A4%27.txt`,
  };

  beforeEach(async () => {
    await (await files()).put('room/ä b+c', Buffer.from('pixels'), 'image/png');
  });

  test('has the content type and disposition of the URL', async () => {
    const response = await fetch(await (await files()).presignGet('room/ä b+c', overrides, 300, Date.now()));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(overrides.contentType);
    expect(response.headers.get('content-disposition')).toBe(overrides.contentDisposition);
    expect(await response.text()).toBe('pixels');
  });

  test('is refused with a changed content type', async () => {
    const url = await (await files()).presignGet('room/ä b+c', overrides, 300, Date.now());
    const changed = url.replace(
      'response-content-type=application%2Foctet-stream',
      'response-content-type=text%2Fhtml',
    );
    expect(changed).not.toBe(url);
    expect((await fetch(changed)).status).toBe(403);
  });

  test('is refused after its expiry', async () => {
    const url = await (await files()).presignGet('room/ä b+c', overrides, 300, Date.now());
    clock.advance(600_000);
    const response = await fetch(url);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Request has expired');
  });

  test('works with a URL that an SDK signed with default settings', async () => {
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'files', Key: 'room/ä b+c' }));
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('a web page', () => {
  const ask = (origin: string, headers: string) => ({
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': headers,
    },
  });

  test('of an allowed origin may upload and read the response', async () => {
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
    { page: 'of another origin', origin: 'http://evil.example', headers: 'content-type' },
    { page: 'with a header that no rule allows', origin: page, headers: 'authorization' },
  ])('$page may not', async ({ origin, headers }) => {
    const { url } = await offer();
    const preflight = await fetch(url, ask(origin, headers));
    expect(preflight.status).toBe(403);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

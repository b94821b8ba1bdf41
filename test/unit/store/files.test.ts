import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Transport } from '../../../functions/aws/transport.ts';
import { objectKey, signedFiles } from '../../../functions/store/files.ts';
import { NOON } from '../../support/sample.ts';

const s3 = vi.spyOn(Transport.prototype, 'send');
vi.stubEnv('AWS_REGION', 'eu-west-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
const files = signedFiles('parley-files');
const ID = '3f1c2b9e-0d4a-4c5b-8e6f-7a8b9c0d1e2f';

const respond = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: Buffer.alloc(0),
});

beforeEach(() => {
  s3.mockReset();
});

describe('the key of an object', () => {
  test.each(['1', 'lunch', 'direct:1:2', ID])('starts with a plain room id: %s', (room) => {
    expect(objectKey(room, ID)).toBe(`${room}/${ID}`);
  });

  test.each(['..', '.', '../..', 'a/b', '/', 'x'.repeat(256), 'Küche', '100%', 'a b'])(
    'starts with a hash of any other room id: %s',
    (room) => {
      expect(objectKey(room, ID)).toMatch(/^sha256-[0-9a-f]{64}\/[0-9a-f-]{36}$/);
      expect(objectKey(room, ID)).not.toBe(objectKey(`${room}.`, ID));
    },
  );
});

describe('an object', () => {
  test('is stored with its content type', async () => {
    s3.mockResolvedValue(respond(200));
    await files.put('1/a', Buffer.from('hi'), 'text/plain');
    const { method, path, headers, body } = s3.mock.calls[0]?.[0] ?? {};
    expect({ method, path }).toEqual({ method: 'PUT', path: '/1/a' });
    expect(headers?.slice(0, 2)).toEqual(['content-type', 'text/plain']);
    expect(Buffer.from(body ?? []).toString()).toBe('hi');
  });

  test('has a size and a content type', async () => {
    s3.mockResolvedValue(respond(200, { 'content-length': '1234', 'content-type': 'image/png' }));
    await expect(files.head('1/a')).resolves.toEqual({ size: 1234, contentType: 'image/png' });
  });

  test.each([403, 404])('is missing when S3 responds with %d', async (status) => {
    s3.mockResolvedValue(respond(status));
    await expect(files.head('1/a')).resolves.toBeUndefined();
  });

  test('is not missing when S3 fails', async () => {
    s3.mockResolvedValue(respond(503));
    await expect(files.head('1/a')).rejects.toThrow('the service responded with 503');
  });

  test('cannot be removed without the grant', async () => {
    s3.mockResolvedValue(respond(403));
    await expect(files.remove('1/a')).rejects.toThrow('the service responded with 403');
  });
});

describe('a presigned URL', () => {
  test('for an upload signs size, content type, If-None-Match and the tag', async () => {
    const png = { size: 1234, contentType: 'image/png' };
    const { method, url, headers } = await files.presignPut(`1/${ID}`, png, 900, NOON);
    const { origin, pathname, searchParams } = new URL(url);
    expect(method).toBe('PUT');
    expect(origin + pathname).toBe(`https://parley-files.s3.eu-west-1.amazonaws.com/1/${ID}`);
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host;if-none-match;x-amz-tagging',
    );
    expect(searchParams.get('X-Amz-Expires')).toBe('900');
    expect(searchParams.get('X-Amz-Date')).toBe('20250216T123456Z');
    // Without the size: browsers set it themselves, and do not let a page set it.
    expect(headers).toEqual({
      'Content-Type': 'image/png',
      'If-None-Match': '*',
      'x-amz-tagging': 'parley=pending',
    });
    // S3 would reject every body that does not match a signed checksum.
    expect(url).not.toMatch(/checksum/i);
  });

  test('for a download sets the response headers', async () => {
    const served = { contentType: 'text/plain; charset=utf-8', contentDisposition: 'inline; filename="a"' };
    const { searchParams } = new URL(await files.presignGet('1/a', served, 300, NOON));
    expect(searchParams.get('response-content-type')).toBe(served.contentType);
    expect(searchParams.get('response-content-disposition')).toBe(served.contentDisposition);
    expect(searchParams.get('X-Amz-Expires')).toBe('300');
  });
});

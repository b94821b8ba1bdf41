import { HeadObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openFiles } from '../../../functions/store/files.ts';
import { objectKey } from '../../../functions/store/object-key.ts';
import { NOON } from '../../support/sample.ts';

const s3 = mockClient(S3Client);
vi.stubEnv('AWS_REGION', 'eu-west-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
const files = openFiles('parley-files');
const ID = '3f1c2b9e-0d4a-4c5b-8e6f-7a8b9c0d1e2f';

const failure = (status: number) =>
  new S3ServiceException({ name: 'X', $fault: 'client', $metadata: { httpStatusCode: status } });

beforeEach(() => {
  s3.reset();
});

describe('an object’s key', () => {
  test.each(['1', 'lunch', 'direct:1:2', ID])('starts with the room’s id where that is plain: %s', (room) => {
    expect(objectKey(room, ID)).toBe(`${room}/${ID}`);
  });

  test.each(['..', '.', '../..', 'a/b', '/', 'x'.repeat(256), 'Küche', '100%', 'a b'])(
    'has neither a path nor too many bytes in it, and is the room’s own: %s',
    (room) => {
      expect(objectKey(room, ID)).toMatch(/^sha256-[0-9a-f]{64}\/[0-9a-f-]{36}$/);
      expect(objectKey(room, ID)).not.toBe(objectKey(`${room}.`, ID));
    },
  );
});

describe('an object', () => {
  test('is put with its type', async () => {
    s3.on(PutObjectCommand).resolves({});
    await files.put('1/a', Buffer.from('hi'), 'text/plain');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'parley-files',
      Key: '1/a',
      Body: Buffer.from('hi'),
      ContentType: 'text/plain',
    });
  });

  test.each([403, 404])('that is not there is none, which S3 says by %d', async (status) => {
    s3.on(HeadObjectCommand).rejects(failure(status));
    await expect(files.head('1/a')).resolves.toBeUndefined();
  });

  test('of which S3 cannot tell is a fault, not a missing one', async () => {
    s3.on(HeadObjectCommand).rejects(failure(503));
    await expect(files.head('1/a')).rejects.toThrow();
  });
});

describe('a signed URL', () => {
  test('for an upload goes to the bucket’s own host, and binds size, type and once', async () => {
    const png = { size: 1234, contentType: 'image/png' };
    const { method, url, headers } = await files.presignPut(`1/${ID}`, png, 900, NOON);
    const { origin, pathname, searchParams } = new URL(url);
    expect(method).toBe('PUT');
    expect(origin + pathname).toBe(`https://parley-files.s3.eu-west-1.amazonaws.com/1/${ID}`);
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host;if-none-match');
    expect(searchParams.get('X-Amz-Expires')).toBe('900');
    expect(searchParams.get('X-Amz-Date')).toBe('20250216T123456Z');
    // The size is not among them: a browser sets it, and lets no page do so.
    expect(headers).toEqual({ 'Content-Type': 'image/png', 'If-None-Match': '*' });
    // A checksum of the body that is not known yet would refuse every body.
    expect(url).not.toMatch(/checksum/i);
  });

  test('for a download says what it is served as', async () => {
    const served = { contentType: 'text/plain; charset=utf-8', contentDisposition: 'inline; filename="a"' };
    const { searchParams } = new URL(await files.presignGet('1/a', served, 300, NOON));
    expect(searchParams.get('response-content-type')).toBe(served.contentType);
    expect(searchParams.get('response-content-disposition')).toBe(served.contentDisposition);
    expect(searchParams.get('X-Amz-Expires')).toBe('300');
  });
});

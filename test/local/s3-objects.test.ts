import { readdirSync } from 'node:fs';
import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { bucketArn } from '../../local/account.ts';
import type { CallFault } from '../../local/faults.ts';
import { openObjects } from '../../local/s3/object-store.ts';
import { calls, closers, developer, lines } from './aws-host.ts';
import { allow, temporaryDirectory } from './mini-assembly.ts';
import { clientOf, clock, functionClient, objectsArn, readAndWrite, serve, useS3Host } from './s3-host.ts';

useS3Host();

const DAY = 24 * 60 * 60 * 1000;

const place = { Bucket: 'files', Key: 'room/1' };
const png = { ...place, Body: Buffer.from('pixels'), ContentType: 'image/png' };

describe.each([
  { kept: 'in memory', open: () => openObjects(null) },
  { kept: 'in a directory', open: () => openObjects(temporaryDirectory()) },
])('an object $kept', ({ open }) => {
  test('keeps its bytes, type, size and ETag', async () => {
    const client = clientOf(await serve(open()));
    const { ETag } = await client.send(new PutObjectCommand(png));
    const got = await client.send(new GetObjectCommand(place));
    expect(await got.Body?.transformToString()).toBe('pixels');
    expect(got).toMatchObject({ ContentType: 'image/png', ContentLength: 6, ETag });
    const head = await client.send(new HeadObjectCommand(place));
    expect(head).toMatchObject({ ContentType: 'image/png', ContentLength: 6, ETag });
  });

  test('is replaced by a later upload under the same key, and does not exist after its deletion', async () => {
    const client = clientOf(await serve(open()));
    await client.send(new PutObjectCommand(png));
    await client.send(new PutObjectCommand({ ...png, Body: 'other', ContentType: 'text/plain' }));
    const got = await client.send(new GetObjectCommand(place));
    expect(await got.Body?.transformToString()).toBe('other');
    await client.send(new DeleteObjectCommand(place));
    await expect(client.send(new GetObjectCommand(place))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('keeps the Cache-Control of its upload', async () => {
    const client = clientOf(await serve(open()));
    await client.send(new PutObjectCommand({ ...png, CacheControl: 'no-cache' }));
    expect(await client.send(new GetObjectCommand(place))).toMatchObject({ CacheControl: 'no-cache' });
    await client.send(new PutObjectCommand(png));
    expect((await client.send(new GetObjectCommand(place))).CacheControl).toBeUndefined();
  });

  test('is not sent again to a client with the same ETag', async () => {
    const client = clientOf(await serve(open()));
    const { ETag } = await client.send(new PutObjectCommand({ ...png, CacheControl: 'no-cache' }));
    for (const IfNoneMatch of [ETag, `"other", W/${ETag}`]) {
      const conditional = client.send(new GetObjectCommand({ ...place, IfNoneMatch }));
      await expect(conditional).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    }
    const other = await client.send(new GetObjectCommand({ ...place, IfNoneMatch: '"other"' }));
    expect(await other.Body?.transformToString()).toBe('pixels');
  });

  test('deletes objects with the tag of a lifecycle rule, and keeps one whose tag was removed', async () => {
    const client = clientOf(await serve(open()));
    const kept = { ...place, Key: 'room/2' };
    for (const Key of [place.Key, kept.Key]) {
      await client.send(new PutObjectCommand({ ...png, Key, Tagging: 'parley=pending' }));
    }
    await client.send(new PutObjectCommand({ ...png, Key: 'room/3', Tagging: 'parley=other' }));
    await client.send(new PutObjectCommand({ ...png, Key: 'tmp/4' }));
    await client.send(new DeleteObjectTaggingCommand(kept));
    // S3 rounds a day up to the next midnight.
    const sinceMidnight = clock.now() % DAY;
    clock.advance(2 * DAY - sinceMidnight - 1);
    await client.send(new HeadObjectCommand(place));
    clock.advance(1);
    await expect(client.send(new HeadObjectCommand(place))).rejects.toMatchObject({ name: 'NotFound' });
    const found = await client.send(new GetObjectCommand(kept));
    expect(await found.Body?.transformToString()).toBe('pixels');
    await client.send(new HeadObjectCommand({ ...place, Key: 'room/3' }));
    await client.send(new HeadObjectCommand({ ...place, Key: 'tmp/4' }));
    clock.advance(DAY);
    const temporary = client.send(new HeadObjectCommand({ ...place, Key: 'tmp/4' }));
    await expect(temporary).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('is listed in its own bucket until its deletion', () => {
    const objects = open();
    const object = {
      bytes: Buffer.from('x'),
      contentType: 'text/plain',
      cacheControl: undefined,
      lastModified: 0,
    };
    objects.put('files', 'a/1', object);
    objects.put('files', 'b', object);
    objects.put('files-2', 'c', object);
    expect([...objects.keys('files')].sort()).toEqual(['a/1', 'b']);
    objects.delete('files', 'a/1');
    expect(objects.keys('files')).toEqual(['b']);
    expect(objects.keys('none')).toEqual([]);
  });

  test('is uploaded only once with If-None-Match', async () => {
    const client = clientOf(await serve(open()));
    const once = new PutObjectCommand({ ...png, IfNoneMatch: '*' });
    await client.send(once);
    await expect(client.send(once)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  test.each(['../../etc/passwd', '..', 'a/../../b', 'ä ö+%2F?&=#', 'x'.repeat(1000), "_.-~!*'()"])(
    'can have any key, which is never a file path: %s',
    async (Key) => {
      const client = clientOf(await serve(open()));
      await client.send(new PutObjectCommand({ ...png, Key }));
      const got = await client.send(new GetObjectCommand({ Bucket: 'files', Key }));
      expect(await got.Body?.transformToString()).toBe('pixels');
    },
  );

  test('is sent in part for a Range header', async () => {
    const client = clientOf(await serve(open()));
    await client.send(new PutObjectCommand(png));
    const part = async (Range: string) => {
      const got = await client.send(new GetObjectCommand({ ...place, Range }));
      return [await got.Body?.transformToString(), got.ContentRange];
    };
    expect(await part('bytes=1-3')).toEqual(['ixe', 'bytes 1-3/6']);
    expect(await part('bytes=4-99')).toEqual(['ls', 'bytes 4-5/6']);
    expect(await part('bytes=-2')).toEqual(['ls', 'bytes 4-5/6']);
    await expect(part('bytes=6-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });
});

test('a directory keeps objects across restarts, and no files of replaced objects', async () => {
  const directory = temporaryDirectory();
  const first = clientOf(await serve(openObjects(directory)));
  await first.send(new PutObjectCommand({ ...png, Body: 'old' }));
  await first.send(new PutObjectCommand(png));
  const second = clientOf(await serve(openObjects(directory)));
  const got = await second.send(new GetObjectCommand(place));
  expect(await got.Body?.transformToString()).toBe('pixels');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  expect(files).toHaveLength(2);
});

describe('a function’s role limits its calls', () => {
  test('executes and traces a call that the role grants', async () => {
    const client = functionClient(await serve(), readAndWrite);
    await client.send(new PutObjectCommand(png));
    const call = {
      functionName: 'send',
      service: 's3',
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::files/room/1',
    };
    expect(calls).toEqual([
      { ...call, id: calls[0]?.id, phase: 'request' },
      { ...call, id: calls[0]?.id, phase: 'response' },
    ]);
  });

  test('denies a call that the role does not grant, and logs the missing grant', async () => {
    const client = functionClient(await serve(), allow('s3:GetObject', objectsArn));
    await expect(client.send(new PutObjectCommand(png))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(/SendRole\/send is not authorized to perform: s3:PutObject on resource/),
    });
    expect(lines).toEqual([
      'AccessDenied: function send may not call s3:PutObject on files/room/1. Grant it in lib/.',
    ]);
  });

  test('needs grants of their own for an object’s tags', async () => {
    const url = await serve();
    const tagged = new PutObjectCommand({ ...png, Tagging: 'parley=pending' });
    await expect(functionClient(url, readAndWrite).send(tagged)).rejects.toMatchObject({
      message: expect.stringContaining('s3:PutObjectTagging'),
    });
    const tagging = allow(['s3:PutObject', 's3:PutObjectTagging'], objectsArn);
    await functionClient(url, tagging).send(tagged);
    const untagged = new DeleteObjectTaggingCommand(place);
    await expect(functionClient(url, tagging).send(untagged)).rejects.toMatchObject({
      message: expect.stringContaining('s3:DeleteObjectTagging'),
    });
    await functionClient(url, allow('s3:DeleteObjectTagging', objectsArn)).send(untagged);
  });

  test('answers 403 for a missing object, or 404 if the caller may list the bucket', async () => {
    const url = await serve();
    const reader = functionClient(url, readAndWrite);
    const found = reader.send(new HeadObjectCommand(place));
    await expect(found).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(lines).toEqual([]);
    const lister = functionClient(url, readAndWrite, allow('s3:ListBucket', bucketArn('files')));
    await expect(lister.send(new HeadObjectCommand(place))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('refuses a function’s key without its session token', async () => {
    const url = await serve();
    const { accessKeyId, secretAccessKey } = await functionClient(url, readAndWrite).config.credentials();
    const impostor = clientOf(url, { accessKeyId, secretAccessKey });
    await expect(impostor.send(new PutObjectCommand(png))).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  test('refuses unsigned calls', async () => {
    const url = await serve();
    expect((await fetch(`${url}/files/room/1`)).status).toBe(403);
    expect((await fetch(`${url}/files/room/1`, { method: 'PUT', body: 'x' })).status).toBe(403);
  });
});

describe('S3 refuses', () => {
  test('an unknown bucket', async () => {
    const client = clientOf(await serve());
    const put = client.send(new PutObjectCommand({ ...png, Bucket: 'other' }));
    await expect(put).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test.each(['/files', '/files/', '/files?list-type=2', '/files/k?acl', '/files/k?uploads'])(
    'a call that is not for one object: %s',
    async (path) => {
      const response = await fetch(`${await serve()}${path}`, {
        headers: { authorization: 'Credential=a/' },
      });
      expect(response.status).toBe(501);
    },
  );

  test('a malformed URL', async () => {
    expect((await fetch(`${await serve()}/files/%E0%A4%A`)).status).toBe(400);
  });

  test('a body in signed chunks, the format that an SDK uses to send a stream', async () => {
    const url = await serve();
    const client = new S3Client({
      endpoint: url,
      region: 'us-east-1',
      credentials: developer,
      maxAttempts: 1,
    });
    closers.push(() => client.destroy());
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=developer/20300101/us-east-1/s3/aws4_request',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    };
    const response = await fetch(`${url}/files/k`, { method: 'PUT', body: 'x', headers });
    expect(response.status).toBe(501);
    // The SDK sends this body in one piece, with its default checksum.
    await expect(client.send(new PutObjectCommand(png))).resolves.toMatchObject({ ETag: expect.any(String) });
  });

  test('a body whose hash differs from the hash in the header', async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=developer/20300101/us-east-1/s3/aws4_request',
      'x-amz-content-sha256': '0'.repeat(64),
    };
    const url = await serve();
    const response = await fetch(`${url}/files/k`, { method: 'PUT', body: 'x', headers });
    expect(await response.text()).toContain('XAmzContentSHA256Mismatch');
    const found = clientOf(url).send(new HeadObjectCommand({ Bucket: 'files', Key: 'k' }));
    await expect(found).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('an injected fault', () => {
  const results: readonly [CallFault, object, boolean][] = [
    ['throttled', { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }, false],
    ['failed', { name: 'InternalError', $metadata: { httpStatusCode: 500 } }, false],
    ['answer lost', { name: 'InternalError', $metadata: { httpStatusCode: 500 } }, true],
    ['answer cut', { code: 'ECONNRESET' }, true],
    ['killed after', { code: 'ECONNRESET' }, true],
  ];
  test.each(results)('of kind %s has its own response and effect', async (kind, error, isStored) => {
    const objects = openObjects(null);
    let kills = 0;
    const kill = async () => void kills++;
    const client = functionClient(await serve(objects, () => ({ kind, kill })), readAndWrite);
    await expect(client.send(new PutObjectCommand(png))).rejects.toMatchObject(error);
    expect(objects.get('files', 'room/1') !== undefined).toBe(isStored);
    expect(kills).toBe(kind === 'killed after' ? 1 : 0);
  });
});

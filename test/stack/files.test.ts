import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filePath } from '../../functions/dialects/frame.ts';
import { ChatError } from '../../functions/domain/errors.ts';
import type { FileInput } from '../../functions/domain/file.ts';
import { attachFile } from '../../functions/rooms/files.ts';
import { signedFiles } from '../../functions/store/files.ts';
import { releaseUpload } from '../../functions/store/uploads.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({}, { maxFileMegabytes: '1' });
});
afterAll(() => stack?.stop());

interface Offer {
  readonly file_id: string;
  readonly name: string;
  readonly upload: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
  };
  readonly expires_at: string;
}

const TEXT = 'Hello, Bob';
const wish = { name: 'hello.txt', content_type: 'text/plain', size: TEXT.length };

async function ask(username: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return fetch(`${stack.stack.edgeUrl}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: {
      Authorization: `Bearer ${await stack.token(username)}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const announce = (username: string, room: string, more: object = {}) =>
  ask(username, `/api/chats/${encodeURIComponent(room)}/files/`, { ...wish, ...more });

const read = (username: string, room: string, id: string) => ask(username, filePath(room, { id }));

/** Announces and uploads a file as a member. */
async function uploaded(username: string, room: string, more: object = {}): Promise<Offer> {
  const response = await announce(username, room, more);
  expect(response.status).toBe(201);
  const offer = (await response.json()) as Offer;
  const { url, ...request } = offer.upload;
  expect((await fetch(url, { ...request, body: TEXT })).status).toBe(200);
  return offer;
}

const userIds: Record<string, string> = { alice: '1', bob: '2', carol: '3', dave: '4' };

/** Runs an upload function directly, with a developer's credentials. */
function attach(input: FileInput, username: string, room: string, now = Date.now) {
  const developer = { accessKeyId: 'developer', secretAccessKey: 'developer', sessionToken: undefined };
  const place = { endpoint: stack.stack.s3Url, region: 'us-east-1', credentials: () => developer };
  const files = () => signedFiles('parley-files-local', place);
  const uploader = { room, user: userIds[username] ?? '' };
  return attachFile(input, uploader, now(), { db: databaseOf(stack), files, now });
}

const attachId = (id: string, username: string, room: string) =>
  attach({ kind: 'uploaded', id }, username, room);

/** Returns the file items of a room. */
async function filesOf(room: string) {
  const { items } = await databaseOf(stack).chat.query({
    where: '#room = :room AND begins_with(#item, :file)',
    values: { ':room': room, ':file': 'file#' },
    consistent: true,
  });
  return items;
}

describe('an uploaded file', () => {
  test('is announced, uploaded, attached to a message and read by another member', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const { file_id, expires_at } = await uploaded('alice', room);
    expect(new Date(expires_at).getTime()).toBeGreaterThan(Date.now());
    const file = { id: file_id, name: 'hello.txt', contentType: 'text/plain', size: TEXT.length };
    await expect(attachId(file_id, 'alice', room)).resolves.toMatchObject(file);
    const redirect = await read('bob', room, file_id);
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get('cache-control')).toBe('no-store');
    const got = await fetch(redirect.headers.get('location') ?? '');
    expect(await got.text()).toBe(TEXT);
    expect(got.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(got.headers.get('content-disposition')).toBe(
      `inline; filename="hello.txt"; filename*=UTF-8''hello.txt`,
    );
  });

  test('has a signed URL as JSON too, for pages of other origins', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const { file_id } = await uploaded('alice', room);
    await attachId(file_id, 'alice', room);
    const accept = { Accept: 'application/json' };
    const answer = await ask('bob', filePath(room, { id: file_id }), undefined, accept);
    const { url, expires_at } = (await answer.json()) as { url: string; expires_at: string };
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Math.abs(new Date(expires_at).getTime() - Date.now() - 300_000)).toBeLessThan(60_000);
    const Origin = stack.stack.edgeUrl;
    const got = await fetch(url, { headers: { Origin } });
    expect(got.headers.get('access-control-allow-origin')).toBe(Origin);
    expect(await got.text()).toBe(TEXT);
    expect((await ask('dave', filePath(room, { id: file_id }), undefined, accept)).status).toBe(403);
  });

  test('stays attached when its message is sent again', async () => {
    const room = await newRoom(stack, 'alice');
    const { file_id } = await uploaded('alice', room);
    const { hold: _hold, ...first } = await attachId(file_id, 'alice', room);
    await expect(attachId(file_id, 'alice', room)).resolves.toMatchObject(first);
  });

  test('cannot be attached or read before it is uploaded', async () => {
    const room = await newRoom(stack, 'alice');
    const { file_id } = (await (await announce('alice', room)).json()) as Offer;
    await expect(attachId(file_id, 'alice', room)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect((await read('alice', room, file_id)).status).toBe(404);
  });

  test('is forgotten after a day if no message names it', async () => {
    const room = await newRoom(stack, 'alice');
    const { file_id } = await uploaded('alice', room);
    const [item] = await filesOf(room);
    expect(item?.['expiresAt'] * 1000).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const nextDay = () => Date.now() + 25 * 3_600_000;
    const late = attach({ kind: 'uploaded', id: file_id }, 'alice', room, nextDay);
    await expect(late).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await attachId(file_id, 'alice', room);
    expect((await filesOf(room))[0]).not.toHaveProperty('expiresAt');
  });

  test('of another member or another room, or that does not exist, is not found', async () => {
    const [room, other] = [await newRoom(stack, 'alice', 'bob'), await newRoom(stack, 'alice')];
    const { file_id } = await uploaded('alice', room);
    const answers = await Promise.allSettled([
      attachId(file_id, 'bob', room),
      attachId(file_id, 'alice', other),
      attachId('00000000-0000-4000-8000-000000000000', 'alice', room),
      attachId('../../etc/passwd', 'alice', room),
    ]);
    const reasons = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.message : 'taken'));
    expect(new Set(reasons)).toEqual(new Set([new ChatError('FILE_NOT_FOUND').message]));
  });

  test('cannot be read after its message was deleted', async () => {
    const room = await newRoom(stack, 'alice');
    const { file_id } = await uploaded('alice', room);
    const file = await attachId(file_id, 'alice', room);
    await releaseUpload(databaseOf(stack), room, file, Date.now());
    expect((await read('alice', room, file_id)).status).toBe(404);
  });
});

describe('only members can use the files of a room', () => {
  test('a stranger can neither announce nor read a file, and gets the same answer as for a room that does not exist', async () => {
    const room = await newRoom(stack, 'alice');
    const { file_id } = await uploaded('alice', room);
    await attachId(file_id, 'alice', room);
    const answers = await Promise.all([
      announce('dave', room),
      announce('dave', 'no-such-room'),
      read('dave', room, file_id),
      read('dave', 'no-such-room', file_id),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(await filesOf(room)).toHaveLength(1);
    expect(await filesOf('no-such-room')).toEqual([]);
  });

  test('a request with the session cookie can read from any origin, and announce from an allowed origin only', async () => {
    const room = await newRoom(stack, 'alice');
    const cookie = { Authorization: '', Cookie: `sessionid=${await stack.token('alice')}` };
    const path = `/api/chats/${room}/files/`;
    const own = await ask('alice', path, wish, { ...cookie, Origin: stack.stack.edgeUrl });
    expect(own.status).toBe(201);
    const foreign = await ask('alice', path, wish, { ...cookie, Origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const { file_id } = await uploaded('alice', room);
    await attachId(file_id, 'alice', room);
    const got = await ask('alice', filePath(room, { id: file_id }), undefined, cookie);
    expect(got.status).toBe(302);
  });

  test('requires a credential', async () => {
    const room = await newRoom(stack, 'alice');
    const anonymous = { Authorization: '' };
    expect((await ask('alice', `/api/chats/${room}/files/`, wish, anonymous)).status).toBe(401);
    const path = filePath(room, { id: '00000000-0000-4000-8000-000000000000' });
    expect((await ask('alice', path, undefined, anonymous)).status).toBe(401);
  });

  test('a signed URL of one room opens no file of another', async () => {
    const [room, other] = [await newRoom(stack, 'alice'), await newRoom(stack, 'alice')];
    const { file_id } = await uploaded('alice', room);
    await attachId(file_id, 'alice', room);
    const url = (await read('alice', room, file_id)).headers.get('location') ?? '';
    expect((await fetch(url.replace(room, other))).status).toBe(403);
    expect((await fetch(url.replace(/\?.*/, ''))).status).toBe(403);
  });
});

describe('an invalid announcement', () => {
  test.each([
    { why: 'larger than allowed', more: { size: 1_000_001 }, status: 413, code: 'FILE_TOO_LARGE' },
    { why: 'of no size', more: { size: 0 }, status: 400, code: 'BAD_REQUEST' },
    { why: 'of half a byte', more: { size: 1.5 }, status: 400, code: 'BAD_REQUEST' },
    { why: 'of a size in words', more: { size: '10' }, status: 400, code: 'BAD_REQUEST' },
    {
      why: 'of a type that is not taken',
      more: { content_type: 'application/x-sh' },
      status: 415,
      code: 'FILE_TYPE_NOT_ALLOWED',
    },
    { why: 'without a name', more: { name: undefined }, status: 400, code: 'BAD_REQUEST' },
  ])('$why is refused, and nothing is stored', async ({ more, status, code }) => {
    const room = await newRoom(stack, 'alice');
    const response = await announce('alice', room, more);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: code });
    expect(await filesOf(room)).toEqual([]);
  });
});

describe('a file name is never used as a path', () => {
  test.each([
    ['../../etc/passwd', 'passwd', 'passwd'],
    ['a\0b.txt', 'ab.txt', 'ab.txt'],
    [`${'x'.repeat(300)}.txt`, `${'x'.repeat(116)}.txt`, `${'x'.repeat(116)}.txt`],
    ['文件 "1".txt', '文件 "1".txt', '%E6%96%87%E4%BB%B6%20%221%22.txt'],
    ['\r\nSet-Cookie: a=b', 'Set-Cookie: a=b', 'Set-Cookie%3A%20a%3Db'],
  ])('%j is stored as %j and downloads under that name', async (name, kept, header) => {
    const room = await newRoom(stack, 'alice');
    const offer = await uploaded('alice', room, { name });
    expect(offer.name).toBe(kept);
    expect(new URL(offer.upload.url).pathname).toBe(`/parley-files-local/${room}/${offer.file_id}`);
    await attachId(offer.file_id, 'alice', room);
    const location = (await read('alice', room, offer.file_id)).headers.get('location') ?? '';
    const got = await fetch(location);
    expect(got.headers.get('content-disposition')).toMatch(new RegExp(`filename\\*=UTF-8''${header}$`));
    expect(got.headers.get('set-cookie')).toBeNull();
  });

  test('files that can contain scripts are downloaded, never displayed', async () => {
    const room = await newRoom(stack, 'alice');
    const offer = await uploaded('alice', room, { name: 'page.html', content_type: 'text/html' });
    await attachId(offer.file_id, 'alice', room);
    const got = await fetch((await read('alice', room, offer.file_id)).headers.get('location') ?? '');
    expect(got.headers.get('content-type')).toBe('application/octet-stream');
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; /);
  });
});

test('a file inside a frame is stored at once, and read like any other', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const data = `data:text/plain;base64,${Buffer.from(TEXT).toString('base64')}`;
  const file = await attach({ kind: 'inline', data, name: 'note.txt' }, 'alice', room);
  expect(file).toMatchObject({ name: 'note.txt', contentType: 'text/plain', size: TEXT.length });
  const got = await fetch((await read('bob', room, file.id)).headers.get('location') ?? '');
  expect(await got.text()).toBe(TEXT);
});

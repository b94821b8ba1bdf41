import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCountedRoom } from '../../../bench/counted-room.ts';
import { deleteMessage } from '../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { loadHistory } from '../../../functions/commands/load-history.ts';
import { markSeen } from '../../../functions/commands/mark-seen.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { sync } from '../../../functions/commands/sync.ts';
import type { BeforeSend } from '../../../functions/domain/draft.ts';
import type { User } from '../../../functions/domain/member.ts';
import { applyChange } from '../../../functions/log/apply-change.ts';
import { logKey } from '../../../functions/store/keys.ts';
import { getEntry, putChange } from '../../../functions/store/log.ts';
import { putRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf, editOf } from '../../support/sample.ts';

/** The frames that the server posted, with the connections that got them. */
let frames: { readonly to: string; readonly frame: Json }[];
const ask = vi.fn<BeforeSend>();
let app: EmbeddedApp;

beforeEach(async () => {
  frames = [];
  ask.mockReset().mockResolvedValue({ allow: true });
  const post = async (to: string, text: string) => {
    frames.push({ to, frame: JSON.parse(text) as Json });
    return 'delivered' as const;
  };
  const poster = { post, close: async () => true, isOpen: async () => true };
  app = await openEmbeddedApp({ poster, beforeSend: ask });
  await app.makeRoom('r', 'ann', 'ben', 'cat');
});
afterEach(() => app.database.close());

const userOf = (id: string): User => ({ id, username: `name-${id}`, email: '', userType: '' });
const as = (user: User | string, room = 'r') => {
  const times = { connectedAt: app.context.now() - 60_000, tokenExpiresAt: app.context.now() + 3_600_000 };
  return connectionOf(typeof user === 'string' ? userOf(user) : user, { room, changes: 'all', ...times });
};

const say = (by: User | string, mentions?: readonly string[], room = 'r') =>
  sendMessage(
    { kind: 'SendMessage', text: 'Hello', type: 'text', ...(mentions && { mentions }) },
    as(by, room),
    app.context,
  );
const edit = (message: number, text: string, mentions?: readonly string[]) =>
  editMessage({ kind: 'EditMessage', message, text, ...(mentions && { mentions }) }, as('ann'), app.context);
const remove = (message: number) => deleteMessage({ kind: 'DeleteMessage', message }, as('ann'), app.context);
const see = (user: string, message: number) => markSeen({ kind: 'MarkSeen', message }, as(user), app.context);

/** Returns the counts of a room in a user's list. */
async function counts(user: string, room = 'r') {
  const { unread, mentioned, unread_capped } = (await app.listed(user, room)) ?? {};
  return { unread, mentioned, ...(unread_capped === true && { unread_capped }) };
}

/** Returns the mentions of a message in the REST history and in the admin API; undefined for none. */
async function mentionsOf(message: number, room = 'r') {
  const { body } = await app.ask('cat', `GET /chats/${room}/messages/`);
  const found = (body['messages'] as Json[]).find(({ id }) => id === message);
  const { body: admin } = await app.askAdmin(`GET /rooms/${room}/messages/${message}/`);
  expect(admin['mentions']).toEqual(found?.['mentions']);
  return found?.['mentions'];
}

describe('a mention', () => {
  test('is in the message everywhere, and counts for the user until they have read it', async () => {
    await say('ann', ['ben', 'cat']);
    await say('ann');
    expect(await mentionsOf(1)).toEqual(['ben', 'cat']);
    expect(await mentionsOf(2)).toBeUndefined();
    expect(await app.listed('ben', 'r')).toMatchObject({ unread: 2, mentioned: 1 });
    await sync({ kind: 'Sync', since: 0 }, as('ben'), app.context);
    const [history] = await loadHistory({ kind: 'LoadHistory', limit: 50 }, as('ben'), app.context);
    expect(history).toMatchObject({ messages: [{ id: 2 }, { id: 1, mentions: ['ben', 'cat'] }] });
    expect(frames.find(({ frame }) => frame['type'] === 'sync')?.frame).toMatchObject({
      events: [{ message: { mentions: ['ben', 'cat'] } }, { message: { text: 'Hello' } }],
    });
    await see('ben', 1);
    expect(await counts('ben')).toEqual({ unread: 1, mentioned: 0 });
    expect(await counts('cat')).toEqual({ unread: 2, mentioned: 1 });
  });

  test('of the author by the author does not count as unread', async () => {
    await say('ann', ['ann']);
    expect(await mentionsOf(1)).toEqual(['ann']);
    expect(await counts('ann')).toEqual({ unread: 0, mentioned: 0 });
  });

  test('of a user who is not a member stays in the message and has no effect', async () => {
    await say('ann', ['zoe']);
    expect(await mentionsOf(1)).toEqual(['zoe']);
    expect(await app.listed('zoe', 'r')).toBeUndefined();
    await app.ask('ann', 'POST /chats/r/members/', { user_id: 'zoe' });
    expect(await counts('zoe')).toEqual({ unread: 0, mentioned: 0 });
  });

  test('by a user whom the reader has blocked does not count', async () => {
    await app.ask('ben', 'PUT /blocks/ann/');
    await say('ann', ['ben']);
    await say('cat', ['ben']);
    expect(await counts('ben')).toEqual({ unread: 1, mentioned: 1 });
  });

  test('by a guest counts, and no mention counts for a guest', async () => {
    await putRoom(app.context.db, { id: 'open', name: 'Open', kind: 'group', access: 'open' });
    await app.askAdmin('POST /rooms/open/members/', { members: [{ user_id: 'ben' }, { user_id: 'cat' }] });
    await say({ ...userOf('ann'), guest: true }, ['ben'], 'open');
    expect(await counts('ben', 'open')).toEqual({ unread: 1, mentioned: 1 });
    expect(await counts('cat', 'open')).toEqual({ unread: 1, mentioned: 0 });
  });

  test('counts in a direct room as in a group', async () => {
    const { body } = await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['cat'] });
    await say('ann', ['cat'], String(body['id']));
    expect(await counts('cat', String(body['id']))).toEqual({ unread: 1, mentioned: 1 });
  });

  test('disappears with its message, including from the log', async () => {
    await say('ann', ['ben']);
    await edit(1, 'Hello', ['ben', 'cat']);
    expect(await counts('cat')).toEqual({ unread: 1, mentioned: 1 });
    await remove(1);
    expect(await counts('ben')).toEqual({ unread: 0, mentioned: 0 });
    for (const seq of [1, 2]) expect(await getEntry(app.context.db, 'r', seq)).not.toHaveProperty('mentions');
  });

  test('does not count after its message has expired', async () => {
    await say('ann', ['ben']);
    const { db, poster } = app.context;
    const kept = await openEmbeddedApp({ db, poster, retentionDays: 1 });
    kept.wait(2 * 24 * 60 * 60 * 1000);
    expect(await kept.listed('ben', 'r')).toMatchObject({ unread: 0, mentioned: 0 });
    await kept.database.close();
  });
});

describe('an edit', () => {
  test('without mentions keeps them, and one with mentions replaces or removes them', async () => {
    await say('ann', ['ben']);
    await edit(1, 'Hello again');
    expect(await mentionsOf(1)).toEqual(['ben']);
    await edit(1, 'Hello again', ['cat']);
    expect(await mentionsOf(1)).toEqual(['cat']);
    expect(await counts('ben')).toEqual({ unread: 1, mentioned: 0 });
    expect(await counts('cat')).toEqual({ unread: 1, mentioned: 1 });
    await edit(1, 'Hello again', []);
    expect(await mentionsOf(1)).toBeUndefined();
    expect(await counts('cat')).toEqual({ unread: 1, mentioned: 0 });
    await edit(1, 'Hello, both', ['ben', 'cat']);
    expect(await mentionsOf(1)).toEqual(['ben', 'cat']);
  });

  test('that changes only mentions is logged, and one to the same mentions is not', async () => {
    await say('ann', ['ben', 'cat']);
    expect(await edit(1, 'Hello', ['cat', 'ben'])).toMatchObject([{ unchanged: true }]);
    expect(await edit(1, 'Hello', ['ben'])).toEqual([]);
    expect(await getEntry(app.context.db, 'r', 2)).toMatchObject({ kind: 'edit', mentions: ['ben'] });
  });

  test('adds no mention to a message that the user has read', async () => {
    await say('ann');
    await see('ben', 1);
    await edit(1, 'Hello @Ben', ['ben']);
    expect(await mentionsOf(1)).toEqual(['ben']);
    expect(await counts('ben')).toEqual({ unread: 0, mentioned: 0 });
  });

  test('counts as soon as it is logged, and still counts once it is applied', async () => {
    await say('ann', ['ben']);
    await say('ann');
    const { db } = app.context;
    const removal = editOf({ message: 1, seq: 3, mentions: [] });
    const addition = editOf({ message: 2, seq: 4, mentions: ['cat'] });
    for (const change of [removal, addition]) await putChange(db, 'r', change);
    const expected = async () => {
      expect(await counts('ben')).toEqual({ unread: 2, mentioned: 0 });
      expect(await counts('cat')).toEqual({ unread: 2, mentioned: 1 });
    };
    await expected();
    for (const change of [removal, addition]) await applyChange('r', change, app.context);
    await expected();
  });
});

describe('the number of mentions', () => {
  test('is that of the counted messages when unread messages are capped', async () => {
    await app.fillLog('r', 'ann', Array<string>(120).fill('Hello'));
    // Only the second of these two is among the newest messages, which are counted.
    for (const seq of [2, 119]) {
      await app.context.db.chat.update(logKey('r', seq), {
        update: 'SET #mentions = :mentions',
        values: { ':mentions': ['ben'] },
      });
    }
    expect(await counts('ben')).toEqual({ unread: 99, mentioned: 1, unread_capped: true });
  });

  test('is at most that of the unread messages', async () => {
    for (let count = 0; count < 105; count++) await say('ann', ['ben']);
    expect(await counts('ben')).toEqual({ unread: 99, mentioned: 99, unread_capped: true });
  });
});

test('REST and the admin API send, edit and refuse mentions', async () => {
  const sent = await app.ask('ann', 'POST /chats/r/send_message/', {
    content: 'Hi',
    mentions: ['ben', 7, 'ben'],
  });
  expect(sent).toMatchObject({ status: 201, body: { mentions: ['ben', 7] } });
  const bot = { text: 'Shipped', bot: { id: 'orders' }, mentions: ['ben'] };
  const posted = await app.askAdmin('POST /rooms/r/messages/', bot);
  expect(posted).toMatchObject({ status: 201, body: { mentions: ['ben'] } });
  expect(await counts('ben')).toEqual({ unread: 2, mentioned: 2 });
  const path = `PATCH /rooms/r/messages/${String(posted.body['id'])}/`;
  const changed = await app.askAdmin(path, { text: 'Shipped', mentions: [] });
  expect(changed.body).not.toHaveProperty('mentions');
  expect(await counts('ben')).toEqual({ unread: 2, mentioned: 1 });
  const many = Array.from({ length: 51 }, (_, index) => `user-${index}`);
  const wrong = [
    ...[many, 'ben'].map((mentions) => ({ mentions, field: '"mentions"' })),
    ...[[''], [null], [{}], ['a\u0000']].map((mentions) => ({ mentions, field: '"mentions.0"' })),
  ];
  for (const { mentions, field } of wrong) {
    const refused = { status: 400, body: { message: expect.stringContaining(field) } };
    expect(await app.ask('ann', 'POST /chats/r/send_message/', { content: 'Hi', mentions })).toMatchObject(
      refused,
    );
    expect(await app.askAdmin(path, { text: 'Hi', mentions })).toMatchObject(refused);
  }
});

test('the function beforeSend sees the mentions of messages and edits', async () => {
  await say('ann', ['ben']);
  await edit(1, 'Hello again');
  await edit(1, 'Hello', ['cat']);
  expect(ask.mock.calls.map(([{ mentions }]) => mentions)).toEqual([['ben'], ['ben'], ['cat']]);
});

test('an erased user stays in mentions as an id only', async () => {
  await say('ann', ['ben', 'cat']);
  await say('ben', ['cat']);
  await app.askAdmin('POST /users/ben/erase/');
  expect(await mentionsOf(1)).toEqual(['ben', 'cat']);
  // The message of the erased user is gone, and its mention with it.
  expect(await counts('cat')).toEqual({ unread: 1, mentioned: 1 });
});

test('a mention adds no call, round trip, write or post to a send', async () => {
  const room = await openCountedRoom(2);
  const frame = { action: 'send', message: 'hi' };
  const { bytes: without, ...plain } = await room.count(() => room.send(frame));
  const { bytes, ...counted } = await room.count(() => room.send({ ...frame, mentions: ['user-1'] }));
  expect(counted).toEqual(plain);
  expect(bytes).toBeGreaterThan(without);
  await room.close();
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteMessage } from '../../../functions/commands/delete-message.ts';
import { joinRoom } from '../../../functions/commands/join-room.ts';
import { loadHistory } from '../../../functions/commands/load-history.ts';
import { markSeen } from '../../../functions/commands/mark-seen.ts';
import { react } from '../../../functions/commands/react.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { setTyping } from '../../../functions/commands/set-typing.ts';
import { sync } from '../../../functions/commands/sync.ts';
import { openInbox } from '../../../functions/connections/inbox.ts';
import { connect, disconnect } from '../../../functions/connections/lifecycle.ts';
import { RoomCache } from '../../../functions/connections/room-cache.ts';
import { welcome } from '../../../functions/connections/welcome.ts';
import { deliver } from '../../../functions/delivery/deliver.ts';
import { post, publish } from '../../../functions/delivery/publish.ts';
import { MAX_BLOCKED_BYTES, MAX_BLOCKS } from '../../../functions/domain/block.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { directRoomId, inboxOf } from '../../../functions/domain/room.ts';
import { blockUser, unblockUser } from '../../../functions/rooms/blocks.ts';
import { addBlock, getBlockList } from '../../../functions/store/blocks.ts';
import {
  getConnection,
  listConnections,
  noteMissed,
  putBlocked,
} from '../../../functions/store/connections.ts';
import { profileKey } from '../../../functions/store/keys.ts';
import { getMessage } from '../../../functions/store/log.ts';
import { getMember } from '../../../functions/store/members.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf, messageOf } from '../../support/sample.ts';

const HOUR = 3_600_000;

let app: EmbeddedApp;
let frames: { readonly to: string; readonly frame: Json }[];
beforeEach(async () => {
  frames = [];
  app = await openEmbeddedApp({
    poster: {
      post: async (to, frame) => {
        frames.push({ to, frame: JSON.parse(frame) as Json });
        return 'delivered';
      },
      close: async () => true,
      isOpen: async () => true,
    },
  });
  await app.makeRoom('r', 'ann', 'bob', 'cat');
});
afterEach(() => app.database.close());

const userOf = (id: string) => ({ id, username: `name-${id}`, email: '', userType: '' });

/** Opens a socket as `connect` does, without its welcome. Resolves to what `welcome` gets. */
async function open(user: string, room: string, more: Partial<Session> = {}): Promise<Session> {
  const session = connectionOf(userOf(user), {
    changes: 'all',
    id: `${user}-in-${room}`,
    room,
    connectedAt: app.context.now() - 60_000,
    tokenExpiresAt: app.context.now() + HOUR,
    ...more,
  });
  let welcomed = session;
  await connect(session, app.context, async (passed) => {
    welcomed = passed;
  });
  return welcomed;
}

const say = (session: Session, text: string, room?: string) =>
  sendMessage(
    { kind: 'SendMessage', text, type: 'text', ...(room !== undefined && { room }) },
    session,
    app.context,
  );

const framesTo = ({ id }: Session) => frames.filter(({ to }) => to === id).map(({ frame }) => frame);

const typesTo = (session: Session) => framesTo(session).map(({ type }) => type);

const block = (user: string, blocked: string) => app.ask(user, `PUT /blocks/${blocked}/`);

const history = async (user: string, room: string, query = '') =>
  (await app.ask(user, `GET /chats/${room}/messages/${query}`)).body;

const textsOf = (page: Json) => (page['messages'] as Json[]).map(({ content }) => content);

describe('a block', () => {
  test('is made, listed and removed, and a repeat changes nothing', async () => {
    expect(await block('ann', 'bob')).toMatchObject({ status: 201, body: { user_id: 'bob' } });
    app.wait(1_000);
    const again = await block('ann', 'bob');
    expect(again).toMatchObject({ status: 200, body: { blocked_at: expect.any(String) } });
    await block('ann', '7');
    const { body } = await app.ask('ann', 'GET /blocks/');
    expect(body).toMatchObject({ blocks: [{ user_id: 7 }, { user_id: 'bob' }] });
    expect((body['blocks'] as Json[])[1]).toEqual(again.body);
    expect((await app.ask('ann', 'DELETE /blocks/bob/')).status).toBe(204);
    expect((await app.ask('ann', 'DELETE /blocks/bob/')).status).toBe(204);
    expect((await app.ask('ann', 'GET /blocks/')).body).toMatchObject({ blocks: [{ user_id: 7 }] });
    expect((await app.ask('bob', 'GET /blocks/')).body).toEqual({ blocks: [] });
  });

  test('of oneself is refused, and so is a change too many in a minute', async () => {
    expect(await block('ann', 'ann')).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    for (let count = 0; count < 30; count++) expect((await block('ann', 'bob')).status).toBeLessThan(300);
    expect(await block('ann', 'bob')).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
    app.wait(61_000);
    expect((await block('ann', 'bob')).status).toBe(200);
  });

  test.each(['system', 'bot:orders', 'service:orders', 'guest:eve'])('of %s is refused', async (id) => {
    expect(await block('ann', id)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    expect((await app.ask('ann', 'GET /blocks/')).body).toEqual({ blocks: [] });
  });

  test('does not fit a full list, whose size in bytes is bounded too', async () => {
    const { db } = app.database;
    const blocksOf = (count: number, name: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => ({ user: name(index), at: 1 }));
    const fill = (user: string, blocks: ReturnType<typeof blocksOf>) =>
      db.chat.put({ ...profileKey(user), username: user, blocked: { blocks, revision: 1 } });
    await fill(
      'ann',
      blocksOf(MAX_BLOCKS - 1, (index) => `u${index}`),
    );
    expect((await block('ann', 'last')).status).toBe(201);
    await fill(
      'eve',
      blocksOf(MAX_BLOCKED_BYTES / 100 - 1, (index) => String(index).padEnd(100, 'x')),
    );
    expect(await block('eve', 'y'.repeat(101))).toMatchObject({ status: 409 });
    expect((await block('eve', 'y'.repeat(100))).status).toBe(201);
    expect(await block('ann', 'bob')).toMatchObject({ status: 409, body: { error: 'TOO_MANY_BLOCKS' } });
    expect((await block('ann', 'u5')).status).toBe(200);
  });

  test('keeps all users when several are blocked at the same time', async () => {
    const users = ['a', 'b', 'c', 'd', 'e', '__proto__'];
    await Promise.all(users.map((user) => addBlock(app.database.db, 'ann', user, 1)));
    const list = await getBlockList(app.database.db, 'ann');
    expect(list?.users.toSorted()).toEqual(users.toSorted());
    expect(list?.revision).toBe(6);
  });
});

describe('the devices of the user who blocks', () => {
  test('get `block` once for each socket with `changes=all`, when a block begins and when it ends', async () => {
    const { changes: _, ...plain } = await open('ann', 'r', { id: 'ann-plain' });
    await connect(plain, app.context, async () => {});
    await app.makeRoom('home', 'ann');
    const [room, inbox] = [await open('ann', 'r'), await open('ann', inboxOf('ann'))];
    await openInbox(inbox, app.context, (event) => deliver(event, [inbox], app.context));
    const joined = await open('ann', 'home', { id: 'joined' });
    await joinRoom({ kind: 'JoinRoom', room: 'r' }, joined, app.context);
    const others = [await open('bob', 'r'), await open('cat', 'r')];
    frames = [];
    await block('ann', '7');
    for (const session of [room, inbox, joined])
      expect(framesTo(session)).toEqual([{ type: 'block', user_id: 7, blocked: true, revision: 1 }]);
    expect(framesTo(plain)).toEqual([]);
    for (const session of others) expect(framesTo(session)).toEqual([]);
    frames = [];
    await app.ask('ann', 'DELETE /blocks/7/');
    for (const session of [room, inbox, joined])
      expect(framesTo(session)).toEqual([{ type: 'block', user_id: 7, blocked: false, revision: 2 }]);
  });

  test('learn the revision of the list when an inbox opens, even if the list changed meanwhile', async () => {
    const revisions = async (id: string, duringHandshake?: () => Promise<unknown>) => {
      const inbox = await open('ann', inboxOf('ann'), { id });
      frames = [];
      await openInbox(inbox, app.context, async (event) => {
        await duringHandshake?.();
        frames = [];
        return deliver(event, [inbox], app.context);
      });
      return framesTo(inbox).filter(({ type }) => type === 'inbox');
    };
    expect(await revisions('none')).toEqual([{ type: 'inbox', rooms: 1 }]);
    await block('ann', 'bob');
    expect(frames.at(-1)?.frame).toMatchObject({ type: 'block', revision: 1 });
    expect(await revisions('one')).toEqual([{ type: 'inbox', rooms: 1, blocks: 1 }]);
    expect(await revisions('two', () => block('ann', 'cat'))).toEqual([
      { type: 'inbox', rooms: 1, blocks: 1 },
      { type: 'inbox', rooms: 1, blocks: 2 },
    ]);
  });

  test('get `block` for each of several changes at the same time', async () => {
    const ann = await open('ann', 'r');
    const users = ['bob', 'cat', 'dan'];
    await Promise.all(users.map((user) => blockUser(user, 'ann', app.context)));
    const told = framesTo(ann).filter(({ type }) => type === 'block');
    expect(told.map(({ user_id }) => user_id).toSorted()).toEqual(users);
  });

  test('get no new message of the blocked user after `block`', async () => {
    const [ann, bob] = [await open('ann', 'r'), await open('bob', 'r')];
    await block('ann', 'bob');
    expect(typesTo(ann)).toEqual(['block']);
    await say(bob, 'after');
    expect(typesTo(ann)).toEqual(['block', 'hidden']);
  });
});

describe('messages of a blocked user', () => {
  test('reach the sender and other members, and the user who blocked gets `hidden`', async () => {
    await block('ann', 'bob');
    const [ann, bob, cat] = [await open('ann', 'r'), await open('bob', 'r'), await open('cat', 'r')];
    await say(bob, 'secret');
    expect(framesTo(ann)).toEqual([{ type: 'hidden', seq: 1 }]);
    expect(typesTo(cat)[0]).toBe('chat_message');
    expect(framesTo(bob)[0]).toMatchObject({ type: 'chat_message', message: { text: 'secret' }, seq: 1 });
    expect(JSON.stringify(framesTo(ann))).not.toContain('secret');
    await say(ann, 'hello');
    expect(framesTo(bob).at(-1)).toMatchObject({ message: { text: 'hello' } });
  });

  test('answer changes by the user who blocked, including repeated ones', async () => {
    await block('ann', 'bob');
    const [ann, bob] = [await open('ann', 'r'), await open('bob', 'r')];
    await say(bob, 'secret');
    const emoji = { kind: 'React', message: 1, emoji: '👍', remove: false, clientId: 'like' } as const;
    const removal = { kind: 'DeleteMessage', message: 1, clientId: 'gone' } as const;
    frames = [];
    expect(await react(emoji, ann, app.context)).toEqual([]);
    expect(framesTo(ann)).toMatchObject([{ type: 'message_reacted', seq: 2, client_id: 'like' }]);
    expect(await react(emoji, ann, app.context)).toMatchObject([{ kind: 'MessageChanged' }]);
    await react({ ...emoji, clientId: 'own' }, bob, app.context);
    expect(framesTo(ann).at(-1)).toEqual({ type: 'hidden', seq: 3 });
    expect(await deleteMessage(removal, ann, app.context)).toEqual([]);
    expect(framesTo(ann).at(-1)).toMatchObject({ type: 'message_deleted', seq: 4, client_id: 'gone' });
    const [repeat] = await deleteMessage(removal, ann, app.context);
    if (!repeat) throw new Error('The repeat has no answer.');
    const [row] = await listConnections(app.database.db, { id: 'r', shards: 1 }, app.context.now());
    expect(row).toMatchObject({ id: ann.id, blocked: { users: ['bob'] } });
    for (const socket of [ann, ...(row ? [row] : [])]) {
      frames = [];
      await post(repeat, [socket], app.context);
      expect(framesTo(ann)).toMatchObject([{ type: 'message_deleted', client_id: 'gone' }]);
    }
  });

  test('are hidden at once on sockets that are open: in a room, a joined room and an inbox', async () => {
    await app.makeRoom('home', 'ann');
    const [room, inbox] = [await open('ann', 'r'), await open('ann', inboxOf('ann'))];
    const joined = await open('ann', 'home', { id: 'joined' });
    await joinRoom({ kind: 'JoinRoom', room: 'r' }, joined, app.context);
    await openInbox(inbox, app.context, (event) => deliver(event, [inbox], app.context));
    const bob = await open('bob', 'r');
    await say(bob, 'before');
    for (const session of [room, inbox, joined]) expect(typesTo(session)).toContain('chat_message');
    expect((await block('ann', 'bob')).status).toBe(201);
    frames = [];
    await say(bob, 'after');
    expect(framesTo(room)).toEqual([{ type: 'hidden', seq: 2 }]);
    expect(framesTo(joined)).toEqual([{ type: 'hidden', seq: 2, room_id: 'r' }]);
    expect(framesTo(inbox)).toEqual([]);
    expect((await app.ask('ann', 'DELETE /blocks/bob/')).status).toBe(204);
    frames = [];
    await say(bob, 'again');
    for (const session of [room, inbox, joined]) expect(typesTo(session)).toContain('chat_message');
  });

  test('get the receipts that they would get if the user who blocked were offline', async () => {
    await app.ask('bob', 'POST /chats/', { kind: 'direct', members: ['ann'] });
    const id = directRoomId('ann', 'bob');
    const run = async (isOnline: boolean) => {
      frames = [];
      if (isOnline) await open('ann', id);
      const bob = await open('bob', id, { receipts: 'author' });
      await say(bob, 'hi');
      return framesTo(bob);
    };
    const offline = await run(false);
    await block('ann', 'bob');
    const hidden = await run(true);
    const bare = (list: readonly Json[]) =>
      list.map(({ message, message_id: _, seq: __, ...rest }) => ({
        ...rest,
        status: (message as Json)['status'],
      }));
    expect(bare(hidden)).toEqual(bare(offline));
    expect(await getMessage(app.database.db, id, 2)).toMatchObject({ status: 'sent' });
  });

  test('move no read mark in a direct room when the socket closes', async () => {
    await app.ask('bob', 'POST /chats/', { kind: 'direct', members: ['ann'] });
    const id = directRoomId('ann', 'bob');
    await block('ann', 'bob');
    await app.fillLog(id, 'bob', ['one', 'two']);
    const ann = await open('ann', id);
    await disconnect({ user: 'ann', id: ann.id }, app.context);
    expect(await getMember(app.database.db, id, 'ann')).toMatchObject({ readTo: 0 });
  });

  test('are in no history, page by page, for REST and sockets', async () => {
    for (let turn = 0; turn < 40; turn++) await app.fillLog('r', turn % 4 === 0 ? 'cat' : 'bob', [`${turn}`]);
    await block('ann', 'bob');
    const first = await history('ann', 'r', '?limit=4');
    expect(textsOf(first)).toEqual(['36', '32', '28', '24']);
    expect(first['has_more']).toBe(true);
    const second = await history('ann', 'r', '?limit=50&before=25');
    expect(textsOf(second)).toEqual(['20', '16', '12', '8', '4', '0']);
    expect(second['has_more']).toBe(false);
    expect(textsOf(await history('cat', 'r'))).toHaveLength(40);
    const [page] = await loadHistory({ kind: 'LoadHistory', limit: 50 }, await open('ann', 'r'), app.context);
    expect(page).toMatchObject({ messages: Array(10).fill({ author: { id: 'cat' } }) });
  });

  test('are left out of a sync, and so are their edits, deletes and receipts', async () => {
    const [bob, cat] = [await open('bob', 'r'), await open('cat', 'r')];
    await say(bob, 'one');
    await say(cat, 'two');
    await app.ask('bob', 'PATCH /chats/r/preferences/', { pinned: true });
    await block('ann', 'bob');
    const ann = await open('ann', 'r', { reads: 'manual' });
    frames = [];
    await sync({ kind: 'Sync', since: 0 }, ann, app.context);
    const [page] = framesTo(ann);
    expect(page).toMatchObject({ type: 'sync', events: [{ message: { text: 'two' } }], seq: 2 });
    frames = [];
    await sync({ kind: 'Sync', since: 2 }, ann, app.context);
    expect(framesTo(ann)[0]).toMatchObject({ receipts: [{ message_id: 2 }] });
  });

  test('are in no welcome: neither in the history nor in the missed changes', async () => {
    await app.fillLog('r', 'cat', ['from cat']);
    await app.fillLog('r', 'bob', ['from bob']);
    await block('ann', 'bob');
    const context = { ...app.context, rooms: new RoomCache() };
    const warm = await open('cat', 'r');
    await welcome(warm, context, (error) => expect.fail(String(error)));
    const ann = await open('ann', 'r');
    await welcome(ann, context, (error) => expect.fail(String(error)));
    expect((framesTo(warm)[0] as unknown as Json[]).map(({ text }) => text)).toEqual([
      'from bob',
      'from cat',
    ]);
    expect((framesTo(ann)[0] as unknown as Json[]).map(({ text }) => text)).toEqual(['from cat']);
    const late = await open('ann', 'r', { id: 'late', since: 0 });
    await welcome(late, context, (error) => expect.fail(String(error)));
    expect(framesTo(late)[0]).toMatchObject({
      type: 'sync',
      events: [{ message: { text: 'from cat' } }],
      seq: 2,
    });
    expect(await getMessage(app.database.db, 'r', 2)).not.toMatchObject({
      status: 'read',
      author: { id: 'ann' },
    });
  });

  test('are in no missed change of a connection that is still opening', async () => {
    const bob = await open('bob', 'r');
    await block('ann', 'bob');
    const ann = await open('ann', 'r', { connectedAt: app.context.now() - 1_000 });
    const { post, ...others } = app.context.poster;
    let isOpen = false;
    const poster = {
      ...others,
      post: async (...given: Parameters<typeof post>) => {
        if (given[0] !== ann.id || isOpen) return post(...given);
        isOpen = true;
        // While the first frame is on its way, messages find the socket not open, and note that in its row.
        for (const text of ['from bob', 'also from bob']) await say(bob, text);
        await noteMissed(app.database.db, ann, 1);
        await noteMissed(app.database.db, ann, 2);
        frames = [];
        return post(...given);
      },
    };
    const context = { ...app.context, poster, rooms: new RoomCache() };
    await welcome(ann, context, (error) => expect.fail(String(error)));
    expect(framesTo(ann)).toEqual([[]]);
    expect(await getMessage(app.database.db, 'r', 2)).toMatchObject({ status: 'sent' });
  });

  test('count neither as last message nor as unread, and bring back no hidden room', async () => {
    await app.fillLog('r', 'cat', ['seen by ann']);
    await app.fillLog('r', 'bob', ['one', 'two']);
    expect(await app.listed('ann', 'r')).toMatchObject({ unread: 3, last_message: { content: 'two' } });
    await block('ann', 'bob');
    expect(await app.listed('ann', 'r')).toMatchObject({
      unread: 1,
      last_message: { content: 'seen by ann' },
    });
    await app.ask('ann', 'PATCH /chats/r/preferences/', { hidden: true });
    await app.fillLog('r', 'bob', ['three']);
    expect(await app.listed('ann', 'r')).toBeUndefined();
    await app.ask('ann', 'DELETE /blocks/bob/');
    expect(await app.listed('ann', 'r')).toMatchObject({ unread: 4, last_message: { content: 'three' } });
  });

  test('are all shown again after the block ends', async () => {
    await block('ann', 'bob');
    await app.fillLog('r', 'bob', ['one']);
    expect(textsOf(await history('ann', 'r'))).toEqual([]);
    await app.ask('ann', 'DELETE /blocks/bob/');
    expect(textsOf(await history('ann', 'r'))).toEqual(['one']);
  });

  test('of a guest with the same name stay visible', async () => {
    await app.ask('ann', 'PUT /blocks/bob/');
    const ann = await open('ann', 'r');
    const room = await getRoom(app.database.db, 'r');
    const author = { ...userOf('bob'), guest: true } as const;
    const message = messageOf({ room: 'r', author });
    if (room)
      await publish({ kind: 'MessageSent', room: 'r', message, seq: 1 }, room, undefined, app.context);
    expect(typesTo(ann)).toEqual(['chat_message']);
  });

  test('are posted in no other dialect, and go to `fanout` with a short list', async () => {
    for (let index = 0; index < 20; index++) {
      await addBlock(app.database.db, 'ann', `other-${index}`, 1);
    }
    await block('ann', 'bob');
    for (const dialect of ['content', 'type', 'operation'] as const) {
      await open('ann', 'r', { id: dialect, dialect });
    }
    const bob = await open('bob', 'r');
    await say(bob, 'hi');
    expect([...new Set(frames.map(({ to }) => to))]).toEqual([bob.id]);
    const room = await getRoom(app.database.db, 'r');
    const rows = await listConnections(app.database.db, { id: 'r', shards: 1 }, app.context.now());
    const crowd = Array.from({ length: 90 }, (_, index) =>
      rows.map((row) => ({ ...row, id: `${row.id}-${index}` })),
    ).flat();
    const batches: unknown[] = [];
    const fanOut = async (batch: unknown) => void batches.push(batch);
    const event = {
      kind: 'MessageSent',
      room: 'r',
      message: messageOf({ room: 'r', author: userOf('bob') }),
      seq: 2,
    } as const;
    if (room) await publish(event, room, undefined, { ...app.context, fanOut }, crowd);
    const text = JSON.stringify(batches);
    expect(text).toContain('"users":["bob"]');
    expect(text).not.toContain('other-1');
  });
});

test('a pinned message of a blocked user is not in the list of pins', async () => {
  await app.fillLog('r', 'bob', ['from bob']);
  await app.fillLog('r', 'cat', ['from cat']);
  for (const message of [1, 2]) {
    expect((await app.ask('ann', `PUT /chats/r/pins/${message}/`)).status).toBe(204);
  }
  await block('cat', 'bob');
  const pinsFor = async (user: string) =>
    ((await app.ask(user, 'GET /chats/r/pins/')).body['pins'] as { message: Json }[]).map(
      ({ message }) => message['content'],
    );
  expect(await pinsFor('cat')).toEqual(['from cat']);
  expect(await pinsFor('bob')).toEqual(['from cat', 'from bob']);
});

describe('the activity of a user', () => {
  test('is hidden from those whom they have blocked: typing, read marks and presence', async () => {
    const [bob, cat] = [await open('bob', 'r'), await open('cat', 'r')];
    const ann = await open('ann', 'r', { reads: 'manual' });
    await say(cat, 'hello');
    frames = [];
    await block('ann', 'bob');
    expect(framesTo(bob)).toMatchObject([{ type: 'presence', user_id: 'ann', status: 'offline' }]);
    expect(framesTo(cat)).toEqual([]);
    await setTyping({ kind: 'SetTyping', typing: true }, ann, app.context);
    await markSeen({ kind: 'MarkSeen', message: 1 }, ann, app.context);
    await disconnect({ user: 'ann', id: ann.id }, app.context);
    expect(framesTo(bob).slice(1)).toEqual([]);
    expect(typesTo(cat)).toEqual(['typing', 'message_seen', 'presence']);
    await setTyping({ kind: 'SetTyping', typing: true }, cat, app.context);
    expect(typesTo(bob).at(-1)).toBe('typing');
  });

  test('ends in their direct room at a cost that other direct rooms do not raise', async () => {
    const talkTo = (other: string) => app.ask('ann', 'POST /chats/', { kind: 'direct', members: [other] });
    await talkTo('bob');
    const bob = await open('bob', inboxOf('bob'));
    await openInbox(bob, app.context, async () => ({ gone: [] }));
    const blockWithInbox = async () => {
      const ann = await open('ann', inboxOf('ann'));
      await openInbox(ann, app.context, async () => ({ gone: [] }));
      frames = [];
      app.database.restart();
      await block('ann', 'bob');
      const { readUnits } = app.database.counts();
      expect(framesTo(bob)).toMatchObject([{ type: 'presence', user_id: 'ann', status: 'offline' }]);
      await app.ask('ann', 'DELETE /blocks/bob/');
      await disconnect({ user: 'ann', id: ann.id }, app.context);
      return readUnits;
    };
    const before = await blockWithInbox();
    const others = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    for (const other of others) await talkTo(other);
    expect((await blockWithInbox()) - before).toBeLessThan(15);
  });

  test('is offline in the descriptions of rooms since the block', async () => {
    await open('ann', 'r');
    const memberFor = async (caller: string) => {
      const { body } = await app.ask(caller, 'GET /chats/r/');
      return (body['members'] as Json[]).find(({ user_id }) => user_id === 'ann');
    };
    expect(await memberFor('bob')).toMatchObject({ online: true });
    const { body } = await block('ann', 'bob');
    app.wait(60_000);
    await open('ann', 'r', { id: 'later' });
    expect(await memberFor('bob')).toMatchObject({ online: false, last_seen: body['blocked_at'] });
    expect(await memberFor('cat')).toMatchObject({ online: true });
  });

  test('of a blocked user shows no typing to the user who blocked', async () => {
    await block('ann', 'bob');
    const [ann, bob, cat] = [await open('ann', 'r'), await open('bob', 'r'), await open('cat', 'r')];
    await setTyping({ kind: 'SetTyping', typing: true }, bob, app.context);
    expect(typesTo(cat)).toEqual(['typing']);
    expect(framesTo(ann)).toEqual([]);
  });
});

describe('a direct room that a blocked user creates', () => {
  const id = directRoomId('ann', 'bob');

  test('is answered as usual and does not reach the other user until the block ends', async () => {
    const inbox = await open('ann', inboxOf('ann'));
    await openInbox(inbox, app.context, (event) => deliver(event, [inbox], app.context));
    await block('ann', 'bob');
    frames = [];
    const created = await app.ask('bob', 'POST /chats/', { kind: 'direct', members: ['ann'] });
    const usual = await app.ask('bob', 'POST /chats/', { kind: 'direct', members: ['cat'] });
    expect(created.status).toBe(201);
    const shape = ({ body }: { readonly body: Json }) =>
      (body['members'] as Json[]).map(({ role, pending }) => ({ role, pending }));
    expect(shape(created)).toEqual(shape(usual));
    const bob = await open('bob', id);
    await say(bob, 'hi');
    expect(framesTo(inbox)).toEqual([]);
    expect(await app.listed('ann', id)).toBeUndefined();
    expect(await app.listed('bob', id)).toBeDefined();
    await app.ask('ann', 'DELETE /blocks/bob/');
    expect(framesTo(inbox)).toMatchObject([{ type: 'joined', room_id: id }, { type: 'block' }]);
    expect(await app.listed('ann', id)).toMatchObject({ last_message: { content: 'hi' } });
  });

  test('is shown once the user who has blocked enters it', async () => {
    await block('ann', 'bob');
    await app.ask('bob', 'POST /chats/', { kind: 'direct', members: ['ann'] });
    expect(await app.listed('ann', id)).toBeUndefined();
    await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['bob'] });
    expect(await app.listed('ann', id)).toBeDefined();
  });

  test('stays in the list if it existed before the block', async () => {
    await app.ask('bob', 'POST /chats/', { kind: 'direct', members: ['ann'] });
    await block('ann', 'bob');
    await app.fillLog(id, 'bob', ['hi']);
    expect(await app.listed('ann', id)).toMatchObject({ unread: 0, last_message: null });
  });
});

describe('a group to which a blocked user adds the user who blocked them', () => {
  let inbox: Session;
  beforeEach(async () => {
    inbox = await open('ann', inboxOf('ann'));
    await openInbox(inbox, app.context, (event) => deliver(event, [inbox], app.context));
  });

  /** Returns what a request of a member answers, without ids and names. */
  const shapeOf = ({ status, body }: { status: number; body: Json }) => ({
    status,
    fields: Object.keys(body),
    members: (body['members'] as Json[] | undefined)?.map(({ role, pending }) => ({ role, pending })),
    ...(body['pending'] !== undefined && { pending: body['pending'] }),
  });

  const create = async (by: string, ...members: string[]) =>
    app.ask(by, 'POST /chats/', { name: 'Trap', members });

  const add = (by: string, room: string, user_id: string) =>
    app.ask(by, `POST /chats/${room}/members/`, { user_id });

  /** Blocks bob, who then creates a group with ann or adds her to it. */
  async function conceal(how: 'creates' | 'adds'): Promise<string> {
    await block('ann', 'bob');
    const { body } = await create('bob', ...(how === 'creates' ? ['ann'] : []), 'cat', 'eve');
    const id = String(body['id']);
    if (how === 'adds') await add('bob', id, 'ann');
    return id;
  }

  test('is answered as usual, whether they share a room or not', async () => {
    const strangers = () => Promise.all(['zoe', 'bob'].map((by) => create(by, 'dan', 'fay')));
    const before = [await create('bob', 'ann', 'cat'), ...(await strangers())].map(shapeOf);
    const usual = shapeOf(await add('bob', String((await create('bob')).body['id']), 'ann'));
    for (const [user, blocked] of [
      ['ann', 'bob'],
      ['dan', 'zoe'],
      ['dan', 'bob'],
    ] as const)
      await block(user, blocked);
    expect([await create('bob', 'ann', 'cat'), ...(await strangers())].map(shapeOf)).toEqual(before);
    expect(shapeOf(await add('bob', String((await create('bob')).body['id']), 'ann'))).toEqual(usual);
    expect(usual).toMatchObject({ status: 201 });
  });

  test.each(['creates', 'adds'] as const)(
    'is in no list and no inbox until the block ends, if the blocked user %s',
    async (how) => {
      const id = await conceal(how);
      frames = [];
      const [bob, cat] = [await open('bob', id), await open('cat', id)];
      await say(bob, 'from bob');
      await say(cat, 'from cat');
      expect(framesTo(inbox)).toEqual([]);
      const second = await open('ann', inboxOf('ann'), { id: 'second' });
      await openInbox(second, app.context, (event) => deliver(event, [second], app.context));
      expect(framesTo(second)).toMatchObject([{ type: 'inbox', rooms: 1 }]);
      expect(await app.listed('ann', id)).toBeUndefined();
      const members = (await app.ask('bob', `GET /chats/${id}/`)).body['members'] as Json[];
      expect(members.map(({ user_id }) => user_id)).toContain('ann');
      frames = [];
      await app.ask('ann', 'DELETE /blocks/bob/');
      expect(framesTo(inbox)).toMatchObject([{ type: 'joined', room_id: id }, { type: 'block' }]);
      expect(await app.listed('ann', id)).toMatchObject({ last_message: { content: 'from cat' } });
      await say(cat, 'again');
      expect(framesTo(inbox)).toContainEqual(expect.objectContaining({ type: 'chat_message', room_id: id }));
      await block('ann', 'bob');
      expect(await app.listed('ann', id)).toBeDefined();
    },
  );

  test('is shown once another member adds the user', async () => {
    const id = await conceal('adds');
    await app.ask('bob', `PATCH /chats/${id}/members/cat/`, { role: 'moderator' });
    await add('bob', id, 'ann');
    expect(await app.listed('ann', id)).toBeUndefined();
    frames = [];
    expect((await add('cat', id, 'ann')).status).toBe(200);
    expect(framesTo(inbox)).toMatchObject([{ type: 'joined', room_id: id }]);
    expect(await app.listed('ann', id)).toBeDefined();
  });

  test.each<[how: string, enter: (id: string) => Promise<unknown>]>([
    ['writes in it', async (id) => say(await open('ann', id), 'I am here')],
    [
      'writes in it by REST',
      (id) => app.ask('ann', `POST /chats/${id}/send_message/`, { content: 'I am here', broadcast: true }),
    ],
    ['accepts it', (id) => app.ask('ann', `POST /chats/${id}/accept/`)],
  ])('is shown once the user %s, including in open inboxes', async (_how, enter) => {
    const id = await conceal('creates');
    frames = [];
    await enter(id);
    expect(framesTo(inbox)).toMatchObject([{ type: 'joined', room_id: id }]);
    expect(await app.listed('ann', id)).toBeDefined();
    await say(await open('cat', id), 'Welcome');
    expect(framesTo(inbox).at(-1)).toMatchObject({ room_id: id, message: { text: 'Welcome' } });
  });

  test('is not shown by a message that is refused', async () => {
    const id = await conceal('creates');
    await app.ask('bob', `PATCH /chats/${id}/`, { posting: 'moderators' });
    frames = [];
    await expect(say(await open('ann', id), 'I am here')).rejects.toMatchObject({
      code: 'POSTING_RESTRICTED',
    });
    expect(framesTo(inbox)).toEqual([]);
    expect(await app.listed('ann', id)).toBeUndefined();
  });

  test('does not make the user known to its other members', async () => {
    const id = await conceal('creates');
    const found = async (by: string, query: string) =>
      (await app.ask(by, `GET /users/?query=${query}`)).body['users'];
    await Promise.all(['ann', 'eve'].map((user) => open(user, id, { id: `${user}-online` })));
    await app.ask('eve', `POST /chats/${id}/accept/`);
    expect(await found('eve', 'ann')).toEqual([]);
    expect(await found('ann', 'eve')).toEqual([]);
    const { body } = await create('eve', 'ann');
    expect((body['members'] as Json[]).find(({ user_id }) => user_id === 'ann')).toMatchObject({
      pending: true,
    });
    await app.ask('ann', `POST /chats/${id}/accept/`);
    expect(await found('ann', 'eve')).toMatchObject([{ user_id: 'eve' }]);
    expect(await found('eve', 'ann')).toMatchObject([{ user_id: 'ann' }]);
  });
});

describe('a block at the same moment', () => {
  test('as a handshake reaches the connection, in either order', async () => {
    const { db } = app.database;
    await Promise.all([open('ann', 'r'), blockUser('bob', 'ann', app.context)]);
    const rows = await listConnections(db, { id: 'r', shards: 1 }, app.context.now());
    expect(rows.map(({ blocked }) => blocked?.users)).toEqual([['bob']]);
  });

  test('as a send may or may not hide the message, and hides every message that is sent later', async () => {
    const [ann, bob] = [await open('ann', 'r'), await open('bob', 'r')];
    await Promise.all([
      block('ann', 'bob'),
      ...Array.from({ length: 5 }, (_, index) => say(bob, `${index}`)),
    ]);
    const during = framesTo(ann).filter(({ seq }) => seq !== undefined);
    expect(during).toHaveLength(5);
    frames = [];
    await say(bob, 'after');
    expect(framesTo(ann)).toEqual([{ type: 'hidden', seq: 6 }]);
  });

  test('as its end conceals no group to which the user is being added', async () => {
    const inbox = await open('ann', inboxOf('ann'));
    await openInbox(inbox, app.context, (event) => deliver(event, [inbox], app.context));
    await block('ann', 'bob');
    const rooms = ['one', 'two', 'three', 'four', 'five'];
    for (const room of rooms) await app.makeRoom(room, 'bob');
    const add = async (room: string, index: number) => {
      await delay(index * 100);
      return app.ask('bob', `POST /chats/${room}/members/`, { user_id: 'ann' });
    };
    await Promise.all([app.ask('ann', 'DELETE /blocks/bob/'), ...rooms.map(add)]);
    const joined = framesTo(inbox).filter(({ type }) => type === 'joined');
    expect(joined.map(({ room_id }) => room_id).toSorted()).toEqual(rooms.toSorted());
    for (const room of rooms) expect(await app.listed('ann', room)).toBeDefined();
  });

  test('as its end leaves the newer list in each row', async () => {
    const ann = await open('ann', 'r');
    const { db } = app.database;
    await Promise.all([
      blockUser('bob', 'ann', app.context),
      blockUser('cat', 'ann', app.context),
      unblockUser('bob', 'ann', app.context),
    ]);
    const list = await getBlockList(db, 'ann');
    const row = await getConnection(db, ann);
    expect(row?.blocked).toEqual(list);
    await putBlocked(db, ann, { users: ['old'], revision: 1 });
    expect((await getConnection(db, ann))?.blocked).toEqual(list);
  });
});

test('a room in which nobody has blocked anybody costs no more, and rows of earlier releases are read', async () => {
  const [ann, bob] = [await open('ann', 'r'), await open('bob', 'r')];
  const row = await getConnection(app.database.db, ann);
  expect(row && 'blocked' in row).toBe(false);
  const before = await countSend(bob);
  await block('ann', 'cat');
  expect(await countSend(bob)).toEqual(before);
});

async function countSend(session: Session) {
  app.database.restart();
  await say(session, 'hi');
  const { trips, readUnits, writeUnits } = app.database.counts();
  return { trips: trips.length, readUnits, writeUnits };
}

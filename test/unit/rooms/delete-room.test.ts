import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { react } from '../../../functions/commands/react.ts';
import { storeMessage } from '../../../functions/commands/send-message.ts';
import type { Poster } from '../../../functions/delivery/poster.ts';
import type { Connection } from '../../../functions/domain/connection.ts';
import { inboxOf } from '../../../functions/domain/room.ts';
import { purge } from '../../../functions/log/purge.ts';
import { deleteRoom } from '../../../functions/rooms/delete-room.ts';
import { listConnections, putConnection } from '../../../functions/store/connections.ts';
import { logKey, roomKey } from '../../../functions/store/keys.ts';
import { takeSeq } from '../../../functions/store/log.ts';
import { listPlacements } from '../../../functions/store/placements.ts';
import { raiseFloor } from '../../../functions/store/room-deletion.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { memoryFiles } from '../../support/memory-files.ts';
import { connectionOf } from '../../support/sample.ts';

const DAY = 86_400;

let app: EmbeddedApp;
let frames: (readonly [socket: string, type: string])[];
let closed: string[];

const poster: Poster = {
  async post(id, frame) {
    frames.push([id, JSON.parse(frame).type]);
    return 'delivered';
  },
  isOpen: async () => true,
  async close(id) {
    closed.push(id);
    return true;
  },
};

beforeEach(async () => {
  [frames, closed] = [[], []];
  const files = memoryFiles();
  app = await openEmbeddedApp({ poster, files: () => files });
  await app.makeRoom('lunch', 'ann', 'ben', 'cat');
  await app.fillLog('lunch', 'ann', ['one', 'two']);
});
afterEach(() => app.database.close());

async function open(id: string, user: string, options: Partial<Connection> = {}): Promise<void> {
  const times = { connectedAt: app.context.now() - 60_000, tokenExpiresAt: app.context.now() + 3_600_000 };
  const row = { id, room: 'lunch', ...times, changes: 'all', ...options } as const;
  await putConnection(
    app.database.db,
    connectionOf({ id: user, username: user, email: '', userType: '' }, row),
  );
}

const socketsIn = (room: string) =>
  listConnections(app.database.db, { id: room, shards: 1 }, app.context.now());
const entry = (room: string, seq: number) => app.database.db.chat.get(logKey(room, seq));
const secondsNow = () => Math.ceil(app.context.now() / 1000);

describe('deleting a group', () => {
  test('notifies its members, closes or releases their sockets, and ends all memberships', async () => {
    await open('in-room', 'ben');
    await open('inbox', 'cat', { via: 'inbox', home: { room: inboxOf('cat'), shard: 0 } });
    expect((await app.ask('ann', 'DELETE /chats/lunch/')).status).toBe(204);
    expect(frames).toContainEqual(['in-room', 'room_deleted']);
    expect(frames.filter(([id]) => id === 'inbox').map(([, type]) => type)).toEqual(['room_deleted', 'left']);
    expect(closed).toEqual(['in-room']);
    expect(await socketsIn('lunch')).toEqual([]);
    for (const user of ['ann', 'ben', 'cat']) expect(await app.listed(user, 'lunch')).toBeUndefined();
  });

  test('can be requested several times at once, and notifies each socket once', async () => {
    await open('in-room', 'ben');
    await open('inbox', 'cat', { via: 'inbox', home: { room: inboxOf('cat'), shard: 0 } });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => app.askAdmin('DELETE /rooms/lunch/')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const framesOf = (socket: string) => frames.filter(([id]) => id === socket).map(([, type]) => type);
    expect(framesOf('in-room')).toEqual(['room_deleted']);
    expect(framesOf('inbox')).toEqual(['room_deleted', 'left']);
  });

  test('succeeds for each of several simultaneous requests of an owner', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => app.ask('ann', 'DELETE /chats/lunch/')));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
  });

  test('removes the place of the room in the lists of its members', async () => {
    await app.ask('ben', 'PATCH /chats/lunch/preferences/', { pinned: true });
    await app.ask('ann', 'DELETE /chats/lunch/');
    expect((await listPlacements(app.database.db, 'ben')).size).toBe(0);
  });

  test('refuses everything in the room from then on', async () => {
    await app.ask('ann', 'DELETE /chats/lunch/');
    const answers = await Promise.all([
      app.ask('ben', 'GET /chats/lunch/'),
      app.ask('ben', 'GET /chats/lunch/messages/'),
      app.ask('ben', 'POST /chats/lunch/send_message/', { content: 'still there?' }),
      app.ask('ann', 'PATCH /chats/lunch/', { name: 'x' }),
    ]);
    expect(answers.map(({ body }) => body['error'])).toEqual(answers.map(() => 'NOT_A_MEMBER'));
    expect((await app.askAdmin('GET /rooms/lunch/')).status).toBe(404);
    const text = { text: 'x', bot: { id: 'b' } };
    expect((await app.askAdmin('POST /rooms/lunch/messages/', text)).status).toBe(404);
    await expect(takeSeq(app.database.db, 'lunch', 0)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });

  test('keeps the id: no second room gets it', async () => {
    expect((await app.askAdmin('DELETE /rooms/lunch/')).status).toBe(200);
    expect(
      await app.askAdmin('PUT /rooms/lunch/', { name: 'lunch', members: [{ user_id: 'ann' }] }),
    ).toMatchObject({
      status: 410,
      body: { error: 'ROOM_DELETED' },
    });
    expect(await app.listed('ann', 'lunch')).toBeUndefined();
    const { body } = await app.askAdmin('GET /rooms/');
    expect(body['rooms']).toEqual([]);
  });

  test('lets all entries expire after a day, and voids numbers of writes in flight', async () => {
    const { seq } = await takeSeq(app.database.db, 'lunch', app.context.now());
    await app.ask('ann', 'DELETE /chats/lunch/');
    for (const number of [1, 2]) {
      const { expiresAt } = (await entry('lunch', number)) ?? {};
      expect(Math.abs(expiresAt - secondsNow() - DAY)).toBeLessThanOrEqual(1);
    }
    expect(await entry('lunch', seq)).toMatchObject({ kind: 'void' });
    const room = await app.database.db.chat.get(roomKey('lunch'));
    expect(room).toMatchObject({ name: '', deletedBy: 'ann', purgeFrom: 3, purgeTo: 3 });
    expect(room).not.toHaveProperty('expiresAt');
  });

  test('lets every entry of a page expire that has numbers of writes in flight', async () => {
    for (let open = 0; open < 5; open++) await takeSeq(app.database.db, 'lunch', app.context.now());
    await app.fillLog('lunch', 'ann', new Array<string>(400).fill('text'));
    const { seq } = (await app.database.db.chat.get(roomKey('lunch'))) ?? {};
    await app.ask('ann', 'DELETE /chats/lunch/');
    const entries = await Promise.all(Array.from({ length: seq }, (_, index) => entry('lunch', index + 1)));
    const missed = entries.filter((each) => each?.['expiresAt'] === undefined);
    expect(missed.map((each) => each?.['seq'])).toEqual([]);
  });

  test('is for owners', async () => {
    await app.ask('ann', 'PATCH /chats/lunch/members/cat/', { role: 'moderator' });
    for (const [user, error] of [
      ['ben', 'NOT_AN_OWNER'],
      ['cat', 'NOT_AN_OWNER'],
      ['dan', 'NOT_A_MEMBER'],
    ] as const) {
      expect(await app.ask(user, 'DELETE /chats/lunch/')).toMatchObject({ status: 403, body: { error } });
    }
    expect(await app.listed('ben', 'lunch')).toBeDefined();
  });

  test('is refused under a legal hold', async () => {
    await app.askAdmin('PUT /rooms/lunch/hold/');
    expect((await app.ask('ann', 'DELETE /chats/lunch/')).body['error']).toBe('ROOM_HELD');
    expect(await app.askAdmin('DELETE /rooms/lunch/')).toMatchObject({
      status: 409,
      body: { error: 'ROOM_HELD' },
    });
    await app.askAdmin('DELETE /rooms/lunch/hold/');
    expect((await app.askAdmin('DELETE /rooms/lunch/')).status).toBe(200);
  });

  test('that stops at any call is completed by a repeat of the owner', async () => {
    const { chat } = app.database.db;
    for (let stop = 1; ; stop++) {
      const id = `room-${stop}`;
      await app.makeRoom(id, 'ann', 'ben');
      await app.fillLog(id, 'ann', ['one']);
      await open('in-room', 'ben', { room: id });
      let calls = 0;
      const failing = new Proxy(chat, {
        get(target, name: keyof typeof chat) {
          const method = target[name];
          if (typeof method !== 'function') return method;
          return (...given: never[]) => {
            if (++calls === stop) throw new Error('stopped');
            return (method as (...each: never[]) => unknown).apply(target, given);
          };
        },
      });
      const context = { ...app.context, db: { ...app.database.db, chat: failing } };
      const ann = { id: 'ann', username: 'ann', email: '', userType: '' };
      const done = await deleteRoom(id, ann, context).catch(() => undefined);
      if (done !== undefined) {
        expect(stop).toBeGreaterThan(8);
        break;
      }
      expect((await app.ask('ann', `DELETE /chats/${id}/`)).status).toBe(204);
      expect(await app.listed('ben', id)).toBeUndefined();
      expect(await socketsIn(id)).toEqual([]);
      expect(await entry(id, 1)).toHaveProperty('expiresAt');
    }
  });

  test('during sends leaves no entry without an expiry', async () => {
    const send = (index: number) =>
      app.ask('ben', 'POST /chats/lunch/send_message/', { content: `${index}` });
    const [deleted] = await Promise.all([
      app.ask('ann', 'DELETE /chats/lunch/'),
      ...Array.from({ length: 20 }, (_, index) => send(index)),
    ]);
    expect(deleted.status).toBe(204);
    const { seq } = (await app.database.db.chat.get(roomKey('lunch'))) ?? {};
    for (let number = 1; number <= seq; number++) {
      const item = await entry('lunch', number);
      expect(item?.['kind'] === 'void' || item?.['expiresAt'] !== undefined).toBe(true);
    }
  });
});

/** Sends a message of ann with a file. Returns the id of the file. */
async function sendFile(room: string): Promise<string> {
  const ann = connectionOf({ id: 'ann', username: 'ann', email: '', userType: '' }, { room });
  const file = { kind: 'inline', name: 'a.gif', data: 'R0lGODlhAQABAAAAACw=' } as const;
  const { message } = await storeMessage(
    { kind: 'SendMessage', text: '', type: 'image', file },
    ann,
    app.context,
  );
  return message.file?.id ?? '';
}

test('a file of a deleted group is refused at once, even to backends', async () => {
  const file = await sendFile('lunch');
  const read = () => app.askAdmin(`GET /rooms/lunch/files/${file}/`);
  expect((await read()).status).toBe(200);
  await app.askAdmin('DELETE /rooms/lunch/');
  expect(await read()).toMatchObject({ status: 404, body: { error: 'FILE_NOT_FOUND' } });
});

describe('deleting a direct room', () => {
  const id = 'direct:ann:ben';
  beforeEach(async () => {
    await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['ben'] });
    await app.fillLog(id, 'ann', ['one', 'two']);
  });

  test('empties it, and both users keep it and can write', async () => {
    await open('in-room', 'ben', { room: id });
    expect((await app.askAdmin(`DELETE /rooms/${id}/`)).status).toBe(200);
    expect(closed).toEqual(['in-room']);
    expect(await app.listed('ben', id)).toMatchObject({ last_message: null, unread: 0 });
    expect((await app.ask('ben', `GET /chats/${id}/messages/`)).body).toMatchObject({ messages: [] });
    expect(await entry(id, 1)).toHaveProperty('expiresAt');
    expect((await app.ask('ben', `POST /chats/${id}/send_message/`, { content: 'again' })).status).toBe(201);
    expect(await app.listed('ann', id)).toMatchObject({ last_message: { content: 'again' }, unread: 1 });
    // A second request empties the room again.
    expect((await app.askAdmin(`DELETE /rooms/${id}/`)).status).toBe(200);
    expect(await app.listed('ann', id)).toMatchObject({ last_message: null });
  });

  test('refuses the files of its messages at once, and accepts later files', async () => {
    const file = await sendFile(id);
    app.wait(61_000);
    const path = `files/${file}/`;
    expect((await app.ask('ben', `GET /chats/${id}/${path}`)).status).toBe(302);
    await app.askAdmin(`DELETE /rooms/${id}/`);
    expect((await app.ask('ben', `GET /chats/${id}/${path}`)).status).toBe(404);
    expect((await app.askAdmin(`GET /rooms/${id}/${path}`)).status).toBe(404);
    await app.askAdmin(`PUT /rooms/${id}/hold/`);
    expect((await app.askAdmin(`GET /rooms/${id}/${path}`)).status).toBe(404);
    expect((await app.ask('ben', `GET /chats/${id}/files/${await sendFile(id)}/`)).status).toBe(302);
  });

  test('returns none of its messages to repeats of earlier requests', async () => {
    const send = { content: 'three', client_id: 'key-3' };
    expect((await app.ask('ann', `POST /chats/${id}/send_message/`, send)).status).toBe(201);
    const ann = connectionOf({ id: 'ann', username: 'ann', email: '', userType: '' }, { room: id });
    const edit = { kind: 'EditMessage', message: 1, text: 'edited', clientId: 'key-4' } as const;
    await editMessage(edit, ann, app.context);
    await app.askAdmin(`DELETE /rooms/${id}/`);
    expect(await app.ask('ann', `POST /chats/${id}/send_message/`, send)).toMatchObject({
      status: 404,
      body: { error: 'MESSAGE_NOT_FOUND' },
    });
    const missing = { code: 'MESSAGE_NOT_FOUND' };
    await expect(editMessage(edit, ann, app.context)).rejects.toMatchObject(missing);
    // This would change nothing, so it takes no number.
    const unchanged = { kind: 'EditMessage', message: 1, text: 'edited' } as const;
    await expect(editMessage(unchanged, ann, app.context)).rejects.toMatchObject(missing);
    const reaction = { kind: 'React', message: 1, emoji: '👍', remove: true } as const;
    await expect(react(reaction, ann, app.context)).rejects.toMatchObject(missing);
  });

  test('refuses changes of its messages from then on', async () => {
    await app.askAdmin(`DELETE /rooms/${id}/`);
    const ann = connectionOf({ id: 'ann', username: 'ann', email: '', userType: '' }, { room: id });
    const missing = { code: 'MESSAGE_NOT_FOUND' };
    const edit = { kind: 'EditMessage', message: 1, text: 'again' } as const;
    await expect(editMessage(edit, ann, app.context)).rejects.toMatchObject(missing);
    const reaction = { kind: 'React', message: 1, emoji: '👍', remove: false } as const;
    await expect(react(reaction, ann, app.context)).rejects.toMatchObject(missing);
    expect(await entry(id, 1)).toMatchObject({ text: 'one' });
    expect(frames).toEqual([]);
  });

  test('lets its messages expire whatever its retention is later, but not during a legal hold', async () => {
    await app.askAdmin(`DELETE /rooms/${id}/`);
    const emptied = (await entry(id, 1))?.['expiresAt'];
    expect((await app.askAdmin(`PUT /rooms/${id}/retention/`, { retention_days: 0 })).status).toBe(200);
    expect(await entry(id, 1)).toMatchObject({ expiresAt: emptied });
    await app.askAdmin(`PUT /rooms/${id}/hold/`);
    expect(await entry(id, 1)).not.toHaveProperty('expiresAt');
    expect(await purge(id, app.context)).toBe(true);
    expect(await entry(id, 1)).not.toHaveProperty('expiresAt');
    await app.askAdmin(`DELETE /rooms/${id}/hold/`);
    expect(await entry(id, 1)).toMatchObject({
      expiresAt: Math.ceil(app.context.now() / 1000) + 24 * 60 * 60,
    });
  });

  test('stops while a legal hold begins', async () => {
    await raiseFloor(app.database.db, id, 2, app.context.now());
    await app.askAdmin(`PUT /rooms/${id}/hold/`);
    expect(await purge(id, app.context)).toBe(true);
    expect(await entry(id, 1)).not.toHaveProperty('expiresAt');
  });

  test('is for backends only, as it has no owner', async () => {
    expect((await app.ask('ann', `DELETE /chats/${id}/`)).body['error']).toBe('NOT_AN_OWNER');
  });
});

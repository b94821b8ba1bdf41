import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deleteMessage } from '../../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../../functions/commands/edit-message.ts';
import { markSeen } from '../../../../functions/commands/mark-seen.ts';
import { react } from '../../../../functions/commands/react.ts';
import { sendMessage } from '../../../../functions/commands/send-message.ts';
import { eventSeq } from '../../../../functions/domain/event.ts';
import { applyRetention } from '../../../../functions/log/apply-retention.ts';
import { catchUp } from '../../../../functions/log/catch-up.ts';
import { expireFiles } from '../../../../functions/log/expire-files.ts';
import type { FileStore } from '../../../../functions/store/files.ts';
import { fileKey, logKey, messagePartKey, roomKey } from '../../../../functions/store/keys.ts';
import { putMessage, takeSeq } from '../../../../functions/store/log.ts';
import { partAttribute } from '../../../../functions/store/reaction-items.ts';
import { setRetention } from '../../../../functions/store/retention-walk.ts';
import { getRoom } from '../../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';
import { connectionOf, messageOf } from '../../../support/sample.ts';

const DAY = 24 * 60 * 60 * 1000;
const stored = new Set<string>();
const bucket = {
  put: async (key) => void stored.add(key),
  remove: async (key) => void stored.delete(key),
  head: async (key) => (stored.has(key) ? { size: 14, contentType: 'image/gif' } : undefined),
  keep: async () => {},
  presignGet: async (key) => `https://s3.example.com/${key}`,
} as Omit<FileStore, 'presignPut'> as FileStore;

let app: EmbeddedApp;
let room = '';
let rooms = 0;

beforeAll(async () => {
  app = await openEmbeddedApp({ files: () => bucket });
});
afterAll(() => app.database.close());

beforeEach(async () => {
  Object.assign(app.context, { retentionDays: undefined });
  room = `room-${rooms++}`;
  stored.clear();
  await app.makeRoom(room, 'ann', 'bo');
});

const item = (key: Readonly<Record<string, string>>) => app.database.db.chat.get(key);
const seconds = (ms: number) => Math.ceil(ms / 1000);
const entry = (seq: number) => item(logKey(room, seq));
const picture = { kind: 'inline', name: 'a.gif', data: 'R0lGODlhAQABAAAAACw=' } as const;

const as = (id: string) => connectionOf({ id, username: id, email: '', userType: '' }, { room });
const send = (text: string, file?: typeof picture) =>
  sendMessage(
    { kind: 'SendMessage', text, type: file ? 'image' : 'text', ...(file && { file }) },
    as('ann'),
    app.context,
  );

const setDays = (days: number | null) =>
  app.askAdmin(`PUT /rooms/${room}/retention/`, { retention_days: days });
const hold = () => app.askAdmin(`PUT /rooms/${room}/hold/`);
const endHold = () => app.askAdmin(`DELETE /rooms/${room}/hold/`);

const texts = async () => {
  const { body } = await app.ask('bo', `GET /chats/${room}/messages/`);
  return (body['messages'] as { content: string }[]).map(({ content }) => content);
};
const textsForAdmin = async () => {
  const { body } = await app.askAdmin(`GET /rooms/${room}/messages/`);
  return (body['messages'] as { text: string }[]).map(({ text }) => text);
};

describe('the retention of a room', () => {
  test('applies to existing messages, their files and further items, and to later ones', async () => {
    const start = app.context.now();
    await send('old', picture);
    await app.database.db.chat.put({ ...messagePartKey(room, 1, 7), version: 1 });
    await app.database.db.chat.update(logKey(room, 1), {
      update: 'SET #part = :part',
      names: { '#part': partAttribute(7) },
      values: { ':part': { version: 1, counts: {} } },
    });
    app.wait(2 * DAY);
    expect(await setDays(10)).toMatchObject({
      status: 200,
      body: { retention_days: 10, held: false, done: true },
    });
    await send('new');
    const expiresAt = seconds(start + 10 * DAY);
    expect(await entry(1)).toMatchObject({ expiresAt });
    expect(await item(messagePartKey(room, 1, 7))).toMatchObject({ expiresAt });
    expect(await item(fileKey(room, (await entry(1))?.['file'].id))).toMatchObject({ expiresAt });
    expect(await entry(2)).toMatchObject({ expiresAt: seconds(start + 12 * DAY) });
    app.wait(9 * DAY);
    expect(await texts()).toEqual(['new']);
    await expireFiles(app.context);
    expect(stored.size).toBe(0);
  });

  test('that is shorter hides messages at once, and deletes them after a day', async () => {
    await send('old', picture);
    app.wait(5 * DAY);
    await setDays(3);
    expect(await texts()).toEqual([]);
    expect(await entry(1)).toMatchObject({ expiresAt: seconds(app.context.now() + DAY) });
    // A mistake can be corrected, so the file stays as long as its message.
    await expireFiles(app.context);
    expect(stored.size).toBe(1);
    await setDays(30);
    expect(await texts()).toEqual(['old']);
    await setDays(3);
    app.wait(DAY + 1_000);
    await expireFiles(app.context);
    expect(stored.size).toBe(0);
  });

  describe('that is shorter than the age of a message', () => {
    /** Stores a message that the retention hides, and below a message that stays an edit and a reaction of it. */
    const hideEdited = async () => {
      await send('secret');
      app.wait(3 * DAY);
      await editMessage({ kind: 'EditMessage', message: 1, text: 'secret edited' }, as('ann'), app.context);
      await react({ kind: 'React', message: 1, emoji: '👍', remove: false }, as('bo'), app.context);
      await send('stays');
      await editMessage({ kind: 'EditMessage', message: 4, text: 'stays edited' }, as('ann'), app.context);
      await setDays(1);
    };
    const logged = async () => {
      const { body } = await app.askAdmin(`GET /rooms/${room}/export/`);
      return (body['lines'] as Record<string, unknown>[])
        .filter(({ line }) => line === 'log')
        .map(({ kind, seq }) => [kind, seq]);
    };

    test('hides its later changes from sync, which still has those of other messages', async () => {
      await hideEdited();
      const found = await getRoom(app.database.db, room);
      if (!found) throw new Error('The room is missing');
      const { complete, changes } = await catchUp(found, 1, { id: 'bo' }, app.context);
      expect(complete).toBe(true);
      expect(JSON.stringify(changes)).not.toContain('secret');
      expect(changes.map(eventSeq)).toEqual([4, 5]);
    });

    test('keeps its later changes out of an export, unless the room has a legal hold', async () => {
      await hideEdited();
      expect(await logged()).toEqual([
        ['message', 4],
        ['edit', 5],
      ]);
      await hold();
      expect((await logged()).map(([, seq]) => seq)).toEqual([1, 2, 3, 4, 5]);
    });

    test('refuses replies, edits, deletes, reactions and read marks of it', async () => {
      await hideEdited();
      const { context } = app;
      const changes = [
        editMessage({ kind: 'EditMessage', message: 1, text: 'late' }, as('ann'), context),
        deleteMessage({ kind: 'DeleteMessage', message: 1 }, as('ann'), context),
        react({ kind: 'React', message: 1, emoji: '🎉', remove: false }, as('bo'), context),
        markSeen({ kind: 'MarkSeen', message: 1 }, as('bo'), context),
      ];
      for (const each of await Promise.allSettled(changes)) {
        expect(each).toMatchObject({ status: 'rejected', reason: { code: 'MESSAGE_NOT_FOUND' } });
      }
      const reply = sendMessage(
        { kind: 'SendMessage', text: 'late', type: 'text', replyTo: 1 },
        as('bo'),
        context,
      );
      await expect(reply).rejects.toMatchObject({ code: 'REPLY_NOT_FOUND' });
      expect((await getRoom(app.database.db, room))?.seq).toBe(5);
    });

    test('hides it from backends too, unless the room has a legal hold', async () => {
      await hideEdited();
      const path = `/rooms/${room}/messages/1/`;
      const refused = { status: 404, body: { error: 'MESSAGE_NOT_FOUND' } };
      expect(await app.askAdmin(`GET ${path}`)).toMatchObject(refused);
      expect(await app.askAdmin(`PATCH ${path}`, { text: 'late' })).toMatchObject(refused);
      expect(await app.askAdmin(`DELETE ${path}`)).toMatchObject(refused);
      const reply = { text: 'late', system: true, reply_to: 1 };
      expect(await app.askAdmin(`POST /rooms/${room}/messages/`, reply)).toMatchObject({
        body: { error: 'REPLY_NOT_FOUND' },
      });
      await hold();
      expect(await app.askAdmin(`GET ${path}`)).toMatchObject({ body: { text: 'secret edited' } });
      expect(await app.askAdmin(`PATCH ${path}`, { text: 'third' })).toMatchObject({ status: 200 });
    });

    test('erases it with its author, because a longer retention would show it again', async () => {
      await hideEdited();
      expect((await app.askAdmin('POST /users/ann/erase/')).body).toMatchObject({ done: true });
      await setDays(30);
      expect(await texts()).toEqual([]);
    });
  });

  test('that is longer, or for ever, keeps messages that would expire', async () => {
    await setDays(3);
    await send('one');
    app.wait(2 * DAY);
    await setDays(30);
    app.wait(4 * DAY);
    expect(await texts()).toEqual(['one']);
    await setDays(0);
    expect(await entry(1)).not.toHaveProperty('expiresAt');
    expect((await setDays(null)).body).toMatchObject({ retention_days: null, done: true });
  });

  test('is that of the chat if it is null, even after the setting of the chat has changed', async () => {
    const start = app.context.now();
    await send('hi');
    for (const retentionDays of [30, 60]) {
      Object.assign(app.context, { retentionDays });
      expect(await setDays(null)).toMatchObject({ status: 200, body: { retention_days: null } });
      expect(await entry(1)).toMatchObject({ expiresAt: seconds(start + retentionDays * DAY) });
    }
  });

  test('is refused outside its range, and for a room that does not exist', async () => {
    expect(await setDays(-1)).toMatchObject({ status: 400 });
    expect(await setDays(1.5)).toMatchObject({ status: 400 });
    expect(await app.askAdmin('PUT /rooms/none/retention/', { retention_days: 1 })).toMatchObject({
      status: 404,
      body: { error: 'ROOM_NOT_FOUND' },
    });
  });
});

describe('a file', () => {
  const fileOf = async (seq: number): Promise<string> => (await entry(seq))?.['file'].id;
  const statuses = async (file: string) => {
    const [member, backend] = await Promise.all([
      app.ask('bo', `GET /chats/${room}/files/${file}/`),
      app.askAdmin(`GET /rooms/${room}/files/${file}/`),
    ]);
    return [member.status, backend.status];
  };
  const exportedFiles = async () => {
    const { body } = await app.askAdmin(`GET /rooms/${room}/export/`);
    return (body['lines'] as Record<string, unknown>[])
      .filter(({ line }) => line === 'file')
      .map(({ id }) => id);
  };

  test('is refused and left out of exports as soon as a shorter retention hides its message', async () => {
    await send('old', picture);
    app.wait(5 * DAY);
    await send('new', picture);
    const [old, recent] = [await fileOf(1), await fileOf(2)];
    expect(await statuses(old)).toEqual([302, 200]);
    await setDays(3);
    expect(await statuses(old)).toEqual([404, 404]);
    expect(await statuses(recent)).toEqual([302, 200]);
    expect(await exportedFiles()).toEqual([recent]);
    await setDays(30);
    expect(await statuses(old)).toEqual([302, 200]);
  });

  test('is refused as soon as the setting of the chat hides its message', async () => {
    await send('old', picture);
    app.wait(5 * DAY);
    Object.assign(app.context, { retentionDays: 3 });
    expect(await statuses(await fileOf(1))).toEqual([404, 404]);
  });

  test('stays readable while one of its messages is shown', async () => {
    await send('old', picture);
    const file = await fileOf(1);
    app.wait(5 * DAY);
    const again = { kind: 'uploaded', id: file } as const;
    await sendMessage({ kind: 'SendMessage', text: '', type: 'image', file: again }, as('ann'), app.context);
    await setDays(3);
    expect(await statuses(file)).toEqual([302, 200]);
    app.wait(4 * DAY);
    expect(await statuses(file)).toEqual([404, 404]);
  });

  test('does not expire before a message that shows it was sent while a new setting was applied', async () => {
    await send('old', picture);
    const file = await fileOf(1);
    app.wait(5 * DAY);
    await setRetention(app.database.db, room, { retentionDays: 10 }, 0);
    const again = { kind: 'uploaded', id: file } as const;
    await sendMessage({ kind: 'SendMessage', text: '', type: 'image', file: again }, as('ann'), app.context);
    await applyRetention(room, app.context);
    expect(await entry(1)).toMatchObject({ expiresAt: seconds(app.context.now() + 5 * DAY) });
    expect(await item(fileKey(room, file))).toMatchObject({
      expiresAt: seconds(app.context.now() + 10 * DAY),
    });
  });

  test('that an edit added is refused with its message, not later', async () => {
    await send('old');
    app.wait(5 * DAY);
    const edit = { kind: 'EditMessage', message: 1, text: 'old', file: picture } as const;
    await editMessage(edit, as('ann'), app.context);
    const file = await fileOf(1);
    expect(await statuses(file)).toEqual([302, 200]);
    await setDays(3);
    expect(await statuses(file)).toEqual([404, 404]);
  });

  test('stays readable if an edit adds it to an older message too', async () => {
    await send('old');
    app.wait(5 * DAY);
    await send('new', picture);
    const again = { kind: 'uploaded', id: await fileOf(2) } as const;
    const edit = { kind: 'EditMessage', message: 1, text: 'old', file: again } as const;
    await editMessage(edit, as('ann'), app.context);
    await setDays(3);
    expect(await statuses(again.id)).toEqual([302, 200]);
  });

  test('of an earlier release is refused once the retention has been applied to its message', async () => {
    await send('old', picture);
    const file = await fileOf(1);
    await app.database.db.chat.update(fileKey(room, file), { update: 'REMOVE sentAt' });
    app.wait(5 * DAY);
    await setDays(3);
    expect(await statuses(file)).toEqual([404, 404]);
  });

  test('of a room with a legal hold is hidden from members, and shown to backends and exports', async () => {
    await setDays(10);
    await send('old', picture);
    const file = await fileOf(1);
    await hold();
    app.wait(11 * DAY);
    expect(await statuses(file)).toEqual([404, 200]);
    expect(await exportedFiles()).toEqual([file]);
    await endHold();
    expect(await statuses(file)).toEqual([404, 404]);
    expect(await exportedFiles()).toEqual([]);
  });
});

describe('a legal hold', () => {
  test('takes the expiry off every message and file, and gives it back when it ends', async () => {
    await setDays(10);
    const start = app.context.now();
    await send('one', picture);
    const file = (await entry(1))?.['file'].id;
    expect((await hold()).body).toMatchObject({ held: true, done: true });
    await send('two', picture);
    const heldUntil = seconds(start + 10 * DAY);
    for (const key of [logKey(room, 1), fileKey(room, file), logKey(room, 2)]) {
      expect(await item(key)).toMatchObject({ heldUntil });
      expect(await item(key)).not.toHaveProperty('expiresAt');
    }
    app.wait(11 * DAY);
    await expireFiles(app.context);
    expect(stored.size).toBe(2);
    expect((await endHold()).body).toMatchObject({ held: false, done: true });
    expect(await entry(1)).toMatchObject({ expiresAt: seconds(app.context.now() + DAY) });
    expect(await entry(1)).not.toHaveProperty('heldUntil');
    await expireFiles(app.context);
    expect(stored.size).toBe(2);
    app.wait(DAY + 1_000);
    await expireFiles(app.context);
    expect(stored.size).toBe(0);
  });

  test('hides from members what has expired, and shows it to backends', async () => {
    await setDays(10);
    await send('one');
    await hold();
    app.wait(11 * DAY);
    await send('two');
    expect(await texts()).toEqual(['two']);
    expect(await textsForAdmin()).toEqual(['two', 'one']);
  });

  test('is confirmed only after the writes that were in flight', async () => {
    await setDays(10);
    await send('one');
    // A function has taken number 2 before the hold, and stores its message meanwhile, or after it.
    const { seq } = await takeSeq(app.database.db, room, app.context.now());
    expect((await hold()).body).toMatchObject({ done: true });
    const late = messageOf({ room, id: seq, revision: seq });
    const earlier = await putMessage(app.database.db, late, { expiresAt: 1_000 });
    expect(earlier).toMatchObject({ kind: 'void' });
  });

  test('reaches every entry of a page that has numbers of writes in flight', async () => {
    await setDays(10);
    const fill = (count: number) => app.fillLog(room, 'ann', new Array<string>(count).fill('text'));
    await fill(10);
    for (let open = 0; open < 5; open++) await takeSeq(app.database.db, room, app.context.now());
    await fill(400);
    expect((await hold()).body).toMatchObject({ done: true });
    const entries = await Promise.all(Array.from({ length: 415 }, (_, index) => entry(index + 1)));
    const missed = entries.filter((each) => each?.['heldUntil'] === undefined);
    expect(missed.map((each) => each?.['seq'])).toEqual([]);
  });

  test('is a job that other requests continue', async () => {
    await setDays(10);
    await app.fillLog(
      room,
      'ann',
      Array.from({ length: 450 }, (_, index) => `text ${index}`),
    );
    const { now } = app.context;
    // Each read of the clock moves it by six seconds.
    let time = now();
    const slow = await openEmbeddedApp({ db: app.database.db, now: () => (time += 6_000) });
    const path = `PUT /rooms/${room}/hold/`;
    expect(await slow.askAdmin(path)).toMatchObject({ status: 202, body: { held: true, done: false } });
    expect((await slow.askAdmin(`GET /rooms/${room}/retention/`)).body).toMatchObject({ done: false });
    let calls = 1;
    while (!(await slow.askAdmin(path)).body['done']) calls++;
    expect(calls).toBeGreaterThan(1);
    expect(await entry(450)).toHaveProperty('heldUntil');
    await slow.database.close();
  });

  test('waits for a request that is still applying other settings', async () => {
    await send('one');
    await app.database.db.chat.update(roomKey(room), {
      update: 'SET walkLease = :until',
      values: { ':until': app.context.now() + 30_000 },
    });
    expect(await setDays(5)).toMatchObject({ status: 202, body: { done: false } });
    app.wait(31_000);
    expect(await hold()).toMatchObject({ status: 200, body: { done: true } });
    expect(await entry(1)).toHaveProperty('heldUntil');
  });
});

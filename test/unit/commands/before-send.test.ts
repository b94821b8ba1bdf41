import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CountedRoom, type Counts, OWN_MESSAGE, openCountedRoom } from '../../../bench/counted-room.ts';
import { storeMessage } from '../../../functions/commands/send-message.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import type { BeforeSend } from '../../../functions/domain/draft.ts';
import { queryAll } from '../../../functions/store/database.ts';
import type { FileStore } from '../../../functions/store/files.ts';
import { roomKey } from '../../../functions/store/keys.ts';
import { getEntry } from '../../../functions/store/log.ts';
import { getMember, setMute } from '../../../functions/store/members.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { putUpload } from '../../../functions/store/uploads.ts';

let room: CountedRoom;
beforeAll(async () => {
  room = await openCountedRoom(2);
});
afterAll(() => room.close());

const ask = vi.fn<BeforeSend>();
/** The context of a chat with the hook. */
let context: CountedRoom['context'];
beforeEach(() => {
  ask.mockReset().mockResolvedValue({ allow: true });
  context = { ...room.context, rates: { group: null, direct: null }, beforeSend: ask };
});

let count = 0;
const clientId = () => `c-${++count}`;

const send = (fields: object = {}) => ({ action: 'send', message: 'hi', ...fields });
const edit = (fields: object = {}) => ({ action: 'edit', message_id: OWN_MESSAGE, text: 'new', ...fields });

const accepted = (frame: object, given: CountedRoom['context'] = context) =>
  room.count(() => room.send(frame, { context: given }));
const refused = (frame: object, given: CountedRoom['context'] = context) =>
  room.countRefused(() => room.send(frame, { context: given }));

/** Returns the last sequence number of the room. */
const lastSeq = async (): Promise<number> => (await getRoom(room.context.db, room.session.room))?.seq ?? 0;

/** Returns the last entry of the room's log. */
const lastEntry = async () => getEntry(room.context.db, room.session.room, await lastSeq());

const rows = async () =>
  (
    await queryAll(room.context.db.chat, {
      where: '#room = :room',
      values: { ':room': roomKey(room.session.room).room },
    })
  ).items.length;

const costs = ({ trips, writeUnits, readUnits, posts }: Counts) => ({ trips, writeUnits, readUnits, posts });

test.each([
  ['a send', send],
  ['an edit', edit],
])(
  '%s makes the same calls with the hook as without it, and one more read of the room',
  async (_what, frame) => {
    const { beforeSend: _, ...without } = context;
    const plain = costs(await accepted(frame({ text: 'plain' }), without));
    const { trips, readUnits, ...rest } = costs(await accepted(frame({ text: 'checked' })));
    const before = trips.findIndex((trip) => String(trip) === 'GetItem');
    expect({ ...rest, trips: trips.toSpliced(before, 1), readUnits: readUnits - 1 }).toEqual(plain);
    expect(ask).toHaveBeenCalledTimes(1);
  },
);

/** Changes a setting of the room while a function runs. */
async function withSetting(name: string, value: unknown, run: () => Promise<void>): Promise<void> {
  const { chat } = room.context.db;
  const key = roomKey(room.session.room);
  await chat.update(key, { update: `SET ${name} = :value`, values: { ':value': value } });
  try {
    await run();
  } finally {
    await chat.update(key, { update: `REMOVE ${name}` });
  }
}

describe('a room', () => {
  test.each([
    ['is archived', 'ROOM_ARCHIVED', 'archived', true, send()],
    ['is archived', 'ROOM_ARCHIVED', 'archived', true, edit({ text: 'archived' })],
    ['takes messages of moderators only', 'POSTING_RESTRICTED', 'posting', 'moderators', send()],
  ])('that %s is answered with %s, and the function is not asked', async (_how, code, name, value, frame) => {
    await withSetting(name, value, async () => {
      expect(await refused(frame)).toMatchObject({ code, writeUnits: 0 });
      expect(ask).not.toHaveBeenCalled();
    });
  });

  test('in slow mode counts only the messages that the function allows', async () => {
    await withSetting('slowMode', 600, async () => {
      ask.mockResolvedValueOnce({ allow: false });
      expect(await refused(send())).toMatchObject({ code: 'MESSAGE_REFUSED' });
      await accepted(send());
      expect(await refused(send())).toMatchObject({ code: 'SLOW_MODE' });
    });
  });
});

describe('a send', () => {
  test('asks about the message before it takes a number', async () => {
    const before = await lastSeq();
    ask.mockImplementation(async () => {
      expect(await lastSeq()).toBe(before);
      return { allow: true };
    });
    const client_id = clientId();
    await accepted(send({ client_id, reply_to: OWN_MESSAGE, data: { order: 7 } }));
    expect(ask.mock.calls).toMatchObject([
      [
        {
          room: room.session.room,
          by: room.session.user,
          text: 'hi',
          type: 'text',
          replyTo: OWN_MESSAGE,
          clientId: client_id,
          data: { order: 7 },
        },
      ],
    ]);
    expect(await lastEntry()).toMatchObject({
      message: { text: 'hi', clientId: client_id, data: { order: 7 } },
    });
  });

  test('stores the text of the answer', async () => {
    ask.mockResolvedValue({ allow: true, text: 'h*' });
    await accepted(send());
    expect(await lastEntry()).toMatchObject({ kind: 'message', message: { text: 'h*' } });
  });

  test.each([
    ['replaces', { flag: true }, { flag: true }],
    ['removes', null, undefined],
  ])('%s the data with that of the answer', async (_what, data, stored) => {
    ask.mockResolvedValue({ allow: true, data });
    await accepted(send({ data: { order: 7 } }));
    const entry = await lastEntry();
    expect(entry).toMatchObject({ kind: 'message', message: { text: 'hi' } });
    expect(entry?.kind === 'message' && entry.message.data).toEqual(stored);
  });

  test('has the time at which it is stored, not at which the function was asked', async () => {
    let now = Date.now();
    ask.mockImplementation(async () => {
      now += 1_500;
      return { allow: true };
    });
    await accepted(send(), { ...context, now: () => now });
    expect(await lastEntry()).toMatchObject({ message: { createdAt: new Date(now).toISOString() } });
  });

  test.each([
    ['MESSAGE_REFUSED', { allow: false, reason: 'No links.' }],
    ['CHECK_FAILED', null],
  ] as const)(
    'that ends with %s leaves nothing behind, and costs less than an accepted one',
    async (code, answer) => {
      const paid = costs(await accepted(send({ client_id: clientId() })));
      const before = [await lastSeq(), await rows()];
      ask.mockResolvedValue(answer);
      const counts = await refused(send({ client_id: clientId() }));
      expect(counts.code).toBe(code);
      expect([await lastSeq(), await rows()]).toEqual(before);
      expect(counts.writeUnits).toBe(0);
      expect(counts.trips.length).toBeLessThan(paid.trips.length);
      expect(counts.posts).toBe(1);
    },
  );

  test('that repeats the client id of a stored message does not ask again', async () => {
    const client_id = clientId();
    await accepted(send({ client_id }));
    ask.mockResolvedValue({ allow: false });
    await accepted(send({ client_id }));
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('that repeats the client id of a refused message asks again', async () => {
    const client_id = clientId();
    ask.mockResolvedValueOnce({ allow: false });
    await refused(send({ client_id }));
    await accepted(send({ client_id }));
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test.each<[string, string, object, () => Promise<unknown>]>([
    [
      'a muted member',
      'MUTED',
      {},
      () => setMute(room.context.db, room.session.room, room.session.user.id, Date.now() + 60_000),
    ],
    ['a blank text', 'EMPTY_TEXT', { message: ' ' }, async () => undefined],
    ['a reply to no message', 'REPLY_NOT_FOUND', { reply_to: 9_999 }, async () => undefined],
    ['a room of others', 'NOT_A_MEMBER', { room_id: 'nowhere' }, async () => undefined],
  ])('of %s does not ask', async (_what, code, fields, prepare) => {
    await prepare();
    try {
      expect(await refused(send(fields))).toMatchObject({ code });
      expect(ask).not.toHaveBeenCalled();
    } finally {
      await setMute(room.context.db, room.session.room, room.session.user.id, 0);
    }
  });

  test('beyond the rate limit does not ask', async () => {
    const limited = {
      ...context,
      budgets: new Budgets(false),
      rates: { group: { messages: 1, windowMs: 600_000 }, direct: null },
    };
    const frame = send();
    await room.send(frame, { context: limited });
    ask.mockClear();
    expect(await refused(frame, limited)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(ask).not.toHaveBeenCalled();
  });

  test('counts towards the rate limit also if it is refused', async () => {
    expect(await getMember(room.context.db, room.session.room, room.session.user.id)).toBeDefined();
    const limited = { ...context, rates: { group: { messages: 2, windowMs: 600_000 }, direct: null } };
    const user = { ...room.session.user, id: 'user-1' };
    const sender = { session: { ...room.session, id: 'other=', user }, context: limited };
    ask.mockResolvedValue({ allow: false });
    const codes: string[] = [];
    for (let sent = 0; sent < 3; sent++)
      codes.push((await room.countRefused(() => room.send(send(), sender))).code);
    expect(codes).toEqual(['MESSAGE_REFUSED', 'MESSAGE_REFUSED', 'RATE_LIMITED']);
  });
});

describe('the file of a message', () => {
  const ID = '3f1c2b9e-0d4a-4c5b-8e6f-7a8b9c0d1e2f';
  const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
  const files = (): FileStore => ({
    put: vi.fn(async () => undefined),
    head: vi.fn(async () => ({ size: 6, contentType: 'text/plain' })),
    remove: vi.fn(),
    keep: vi.fn(async () => undefined),
    presignPut: vi.fn(),
    presignGet: vi.fn(),
  });
  const withFiles = () => {
    const store = files();
    return { store, context: { ...context, files: () => store } };
  };
  const fields = { name: 'a.txt', contentType: 'text/plain', size: 6 };
  const upload = () =>
    putUpload(
      room.context.db,
      { room: room.session.room, file: { id: ID, ...fields }, owner: room.session.user.id, state: 'pending' },
      Date.now() + 60_000,
    );

  test.each([
    [
      'in the frame',
      send({ message: '', type: 'file', file: png, file_name: 'a.png' }),
      { name: 'a.png', contentType: 'image/png', size: 9 },
    ],
    ['that was uploaded', send({ message: '', type: 'file', file: ID }), fields],
  ])(
    '%s is described to the function, and stays as it was if the message is refused',
    async (_where, frame, file) => {
      await upload();
      const { store, context: given } = withFiles();
      ask.mockResolvedValue({ allow: false });
      const before = await rows();
      expect(await refused(frame, given)).toMatchObject({ code: 'MESSAGE_REFUSED', writeUnits: 0 });
      expect(ask).toHaveBeenCalledWith(expect.objectContaining({ file: expect.objectContaining(file) }));
      for (const change of [store.put, store.remove, store.keep]) expect(change).not.toHaveBeenCalled();
      expect(await rows()).toBe(before);
      ask.mockResolvedValue({ allow: true });
      await accepted(frame, given);
      expect(await lastEntry()).toMatchObject({ message: { file } });
    },
  );

  test('of an unknown id is refused without asking', async () => {
    const { context: given } = withFiles();
    const frame = send({ message: '', type: 'file', file: ID.replace('3f', '4f') });
    expect(await refused(frame, given)).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(ask).not.toHaveBeenCalled();
  });
});

describe('an edit', () => {
  test('asks about the new text, and stores that of the answer', async () => {
    ask.mockResolvedValue({ allow: true, text: 'n*w' });
    const client_id = clientId();
    await accepted(edit({ text: 'asked', client_id }));
    expect(ask.mock.calls).toMatchObject([
      [{ edited: OWN_MESSAGE, text: 'asked', type: 'text', by: room.session.user, clientId: client_id }],
    ]);
    expect(await lastEntry()).toMatchObject({ kind: 'edit', message: OWN_MESSAGE, text: 'n*w' });
    expect(await getEntry(room.context.db, room.session.room, OWN_MESSAGE)).toMatchObject({
      message: { text: 'n*w' },
    });
  });

  test('asks about the data that the message will have, and stores that of the answer', async () => {
    const data = async () => {
      const entry = await getEntry(room.context.db, room.session.room, OWN_MESSAGE);
      return entry?.kind === 'message' && entry.message.data;
    };
    await accepted(edit({ text: 'with data', data: { order: 7 } }));
    await accepted(edit({ text: 'same data' }));
    await accepted(edit({ text: 'no data', data: null }));
    expect(ask.mock.calls.map(([draft]) => draft.data)).toEqual([{ order: 7 }, { order: 7 }, null]);
    expect(await data()).toBeUndefined();
    ask.mockResolvedValue({ allow: true, data: { flag: true } });
    await accepted(edit({ text: 'flagged' }));
    expect(await data()).toEqual({ flag: true });
    ask.mockResolvedValue({ allow: true, data: null });
    await accepted(edit({ text: 'not flagged', data: { order: 8 } }));
    expect(await data()).toBeUndefined();
  });

  test('that repeats the client id of a stored message does not ask again', async () => {
    const frame = edit({ text: 'repeated', client_id: clientId() });
    await accepted(frame);
    ask.mockResolvedValue({ allow: false });
    await accepted(frame);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('that changes nothing does not ask', async () => {
    await accepted(edit({ text: 'same' }));
    ask.mockClear();
    await accepted(edit({ text: 'same' }));
    expect(ask).not.toHaveBeenCalled();
  });

  test.each([
    ['the message of another user', 'NOT_THE_AUTHOR', { message_id: OWN_MESSAGE - 1 }],
    ['no message', 'MESSAGE_NOT_FOUND', { message_id: 9_999 }],
  ])('of %s does not ask', async (_what, code, fields) => {
    expect(await refused(edit(fields))).toMatchObject({ code });
    expect(ask).not.toHaveBeenCalled();
  });

  test.each([
    ['MESSAGE_REFUSED', { allow: false }],
    ['CHECK_FAILED', null],
  ] as const)('that ends with %s leaves nothing behind', async (code, answer) => {
    const before = [await lastSeq(), await rows()];
    ask.mockResolvedValue(answer);
    expect(await refused(edit({ text: code, client_id: clientId() }))).toMatchObject({ code, writeUnits: 0 });
    expect([await lastSeq(), await rows()]).toEqual(before);
  });
});

test.each([
  ['delete', { action: 'delete', message_id: OWN_MESSAGE - 2 }],
  ['react', { action: 'react', message_id: OWN_MESSAGE, emoji: '👍' }],
])('does not ask about a %s', async (_what, frame) => {
  await accepted(frame);
  expect(ask).not.toHaveBeenCalled();
});

test('a message by REST is checked too', async () => {
  ask.mockResolvedValue({ allow: false, reason: 'No links.' });
  const command = { kind: 'SendMessage', text: 'hi', type: 'text' } as const;
  const stored = storeMessage(
    command,
    { user: room.session.user, room: room.session.room },
    context as Context,
  );
  await expect(stored).rejects.toMatchObject({ code: 'MESSAGE_REFUSED', message: 'No links.' });
});

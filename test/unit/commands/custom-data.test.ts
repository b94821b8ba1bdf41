import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CountedRoom, openCountedRoom } from '../../../bench/counted-room.ts';
import { MAX_DATA_BYTES } from '../../../functions/domain/custom-data.ts';
import { getEntry } from '../../../functions/store/log.ts';

interface Posted {
  readonly message?: { readonly data?: unknown };
  readonly messages?: readonly { readonly data?: unknown }[];
  readonly events?: readonly { readonly message?: { readonly data?: unknown } }[];
}

let room: CountedRoom;
beforeEach(async () => {
  room = await openCountedRoom(2);
});
afterEach(() => room.close());

/** Sends a frame and returns the frames that the server posts to both connections. */
async function posted(frame: object): Promise<Posted[]> {
  const frames: Posted[] = [];
  const post = async (_id: string, text: string) => {
    frames.push(JSON.parse(text));
    return 'delivered' as const;
  };
  const { context } = room;
  await room.send(frame, { context: { ...context, poster: { ...context.poster, post } } });
  return frames;
}

const first = async (frame: object) => (await posted(frame))[0];

const data = JSON.parse('{"order":7,"of":{"constructor":"Ferrari","__proto__":{"admin":true}},"big":1e300}');
const SENT = 61;
const EDITED = 62;

describe('the data of a message', () => {
  beforeEach(() => posted({ action: 'send', message: 'Shipped', data }));

  test('is posted, stored unchanged, and in the history and the sync', async () => {
    const [echo, other] = await posted({ action: 'send', message: 'Again', data });
    expect(JSON.stringify(echo?.message?.data)).toBe(JSON.stringify(data));
    expect(other?.message?.data).toEqual(data);
    const history = await first({ action: 'history', limit: 1 });
    expect(JSON.stringify(history?.messages?.[0]?.data)).toBe(JSON.stringify(data));
    const sync = await first({ action: 'sync', since: SENT - 1 });
    expect(sync?.events?.[0]?.message?.data).toEqual(data);
  });

  test('stays in an edit without data, and is replaced or removed by one with data', async () => {
    const edit = (fields: object) =>
      first({ action: 'edit', message_id: SENT, text: 'Shipped today', ...fields });
    expect(await edit({})).toMatchObject({ type: 'message_edited', data });
    expect(await edit({ data: { order: 8 } })).toMatchObject({ data: { order: 8 } });
    expect(await edit({ data: null })).not.toHaveProperty('data');
    const history = await first({ action: 'history', limit: 1 });
    expect(history?.messages?.[0]).toMatchObject({ text: 'Shipped today', edited: true });
    expect(history?.messages?.[0]).not.toHaveProperty('data');
  });

  test('counts as a change of the message', async () => {
    const same = { action: 'edit', message_id: SENT, text: 'Shipped', data };
    expect(await first(same)).toMatchObject({ type: 'message_edited', seq: 0 });
    expect(await first({ ...same, data: { order: 8 } })).toMatchObject({ seq: EDITED });
  });

  test('is removed from all entries of the log with the message', async () => {
    await posted({ action: 'edit', message_id: SENT, text: 'Shipped', data: { order: 8 } });
    await posted({ action: 'delete', message_id: SENT });
    for (const seq of [SENT, EDITED]) {
      expect(JSON.stringify(await getEntry(room.context.db, room.session.room, seq))).not.toContain('order');
    }
    expect(await first({ action: 'sync', since: SENT - 1 })).toMatchObject({
      events: [{ message: { deleted: true, text: '' } }, {}, {}],
    });
  });

  test('is refused if it is no JSON object of at most 2 KB', async () => {
    const tooLarge = { a: 'x'.repeat(MAX_DATA_BYTES) };
    for (const wrong of ['text', [1], 7, tooLarge, { a: 'a\0' }]) {
      const refused = { type: 'error', code: 'BAD_FRAME', message: expect.stringContaining('"data"') };
      expect(await first({ action: 'send', message: 'hi', data: wrong })).toMatchObject(refused);
    }
    expect(await first({ action: 'send', message: 'hi', data: null })).toMatchObject({ code: 'BAD_FRAME' });
  });
});

test('data adds no call, round trip, write or post to a send', async () => {
  const without = await room.count(() => room.send({ action: 'send', message: 'hi' }));
  const small = { order: 7 };
  const withData = await room.count(() => room.send({ action: 'send', message: 'hi', data: small }));
  const { bytes: _, ...counts } = withData;
  expect(counts).toEqual({ ...counts, ...without, bytes: undefined });
  expect(withData.bytes).toBeGreaterThan(without.bytes);
});

test('a type that only the admin API sends is refused', async () => {
  expect(await first({ action: 'send', message: 'hi', type: 'system' })).toMatchObject({ code: 'BAD_FRAME' });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import type { SendMessage } from '../../../functions/domain/command.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { newestMessages } from '../../../functions/log/history.ts';
import { listLog, putMessage, putVoid } from '../../../functions/store/log.ts';
import { addMember, setMute } from '../../../functions/store/members.ts';
import { getRoom, putRoom } from '../../../functions/store/rooms.ts';
import { noFiles } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, messageOf } from '../../support/sample.ts';

let counting: CountingDatabase;

beforeAll(async () => {
  counting = await CountingDatabase.open();
});

afterAll(() => counting.close());

const now = Date.now();

const context = (): Context => ({
  db: counting.db,
  poster: { post: async () => 'delivered', isOpen: async () => true, close: async () => true },
  fanOut: async () => undefined,
  files: noFiles,
  rates: { group: { messages: 1, windowMs: 10_000 }, direct: null },
  budgets: new Budgets(false),
  now: () => now,
});

const send: SendMessage = { kind: 'SendMessage', text: 'hi', type: 'text', clientId: 'c-2' };

/** Creates a room in which alice has sent one message, as many as she may in ten seconds. Bob has sent none. */
async function roomOf(id: string, access: 'members' | 'open' = 'members'): Promise<Session> {
  await putRoom(counting.db, { id, name: 'r', kind: 'group', access });
  for (const { id: user } of [alice, bob]) await addMember(counting.db, { id, seq: 0 }, user, 'member');
  const session = connectionOf(alice, { room: id, connectedAt: now, tokenExpiresAt: now + 3_600_000 });
  await sendMessage({ ...send, clientId: 'c-1' }, session, context());
  return session;
}

const guestOf = (session: Session): Session => ({
  ...session,
  id: 'guest=',
  user: { id: 'g', username: 'g', email: '', userType: '', guest: true },
});

describe('a refused send takes no number, leaves no row and makes at most 5 calls', () => {
  const refusals: Readonly<Record<string, (session: Session) => Promise<[Session, SendMessage]>>> = {
    RATE_LIMITED: async (session) => [session, send],
    MUTED: async (session) => {
      await setMute(counting.db, session.room, alice.id, now + 60_000);
      return [session, send];
    },
    NOT_A_MEMBER: async (session) => [{ ...session, user: { ...alice, id: '99' } }, send],
    REPLY_NOT_FOUND: async (session) => [
      { ...session, user: bob },
      { ...send, replyTo: 77 },
    ],
    RECEIVER_NOT_A_MEMBER: async (session) => [
      { ...session, user: bob },
      { ...send, receiver: '99' },
    ],
    FILE_NOT_FOUND: async (session) => [
      { ...session, user: bob },
      { ...send, file: { kind: 'uploaded', id: '0' } },
    ],
  };

  test.each(Object.entries(refusals))('%s', async (code, refused) => {
    const room = `refused-${code}`;
    const [session, command] = await refused(await roomOf(room));
    counting.restart();
    await expect(sendMessage(command, session, context())).rejects.toMatchObject({ code });
    const { trips, writeUnits } = counting.counts();
    expect(trips.flat().filter((name) => name === 'PutItem')).toEqual([]);
    expect(trips.flat().length).toBeLessThanOrEqual(5);
    expect(writeUnits).toBeLessThanOrEqual(1);
    expect(await getRoom(counting.db, room)).toMatchObject({ seq: 1 });
    expect((await listLog(counting.db, room, { limit: 10 })).entries).toHaveLength(1);
    const { items } = await counting.db.chat.query({
      where: '#room = :room AND begins_with(#item, :sent)',
      values: { ':room': room, ':sent': 'sent#' },
    });
    expect(items).toHaveLength(1);
  });

  test('RATE_LIMITED, to a guest', async () => {
    const room = 'refused-guest';
    const guest = guestOf(await roomOf(room, 'open'));
    await sendMessage({ ...send, clientId: 'g-1' }, guest, context());
    counting.restart();
    await expect(sendMessage(send, guest, context())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(counting.counts().trips.flat()).toHaveLength(4);
    expect(await getRoom(counting.db, room)).toMatchObject({ seq: 2 });
  });
});

test('a repeat takes no number and writes nothing but the count of the rate limit', async () => {
  const session = await roomOf('repeat');
  const later = { ...context(), now: () => now + 20_000 };
  counting.restart();
  const [answer] = await sendMessage({ ...send, clientId: 'c-1' }, session, later);
  expect(answer).toMatchObject({ kind: 'MessageSent', seq: 1 });
  expect(counting.counts()).toMatchObject({
    trips: [
      ['UpdateItem', 'GetItem'],
      ['GetItem', 'GetItem'],
    ],
    writeUnits: 1,
  });
  expect(await getRoom(counting.db, 'repeat')).toMatchObject({ seq: 1 });
});

test('a long run of void entries is read through once, and then skipped', async () => {
  const id = 'voids';
  await roomOf(id);
  const voids = Array.from({ length: 600 }, (_, index) => index + 2);
  for (const seq of voids) await putVoid(counting.db, id, seq);
  const history = async () => {
    counting.restart();
    const { messages } = await newestMessages(counting.db, id, { limit: 50 });
    return { ids: messages.map((message) => message.id), calls: counting.counts().trips.flat().length };
  };
  expect((await history()).ids).toEqual([1]);
  expect(await history()).toEqual({ ids: [1], calls: 2 });
  await putMessage(counting.db, messageOf({ id: 602, room: id }));
  expect(await history()).toEqual({ ids: [602, 1], calls: 2 });
});

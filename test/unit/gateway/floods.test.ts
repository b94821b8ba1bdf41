import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { handlers } from '../../../functions/commands/handlers.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import type { User } from '../../../functions/domain/member.ts';
import { serveFrames } from '../../../functions/gateway/frames.ts';
import { sessionContext } from '../../../functions/gateway/session.ts';
import { putConnection } from '../../../functions/store/connections.ts';
import { roomKey } from '../../../functions/store/keys.ts';
import { putMessage, takeSeq } from '../../../functions/store/log.ts';
import { addMember, setMute } from '../../../functions/store/members.ts';
import { putRoom } from '../../../functions/store/rooms.ts';
import { noFiles } from '../../support/mock-database.ts';
import { alice, connectionOf, messageOf } from '../../support/sample.ts';

let counting: CountingDatabase;

beforeEach(async () => {
  counting = await CountingDatabase.open();
});

afterEach(() => counting.close());

const START = Date.now();

const userOf = (index: number): User => ({ ...alice, id: String(index), username: `u${index}` });

const guest = {
  id: 'guest=',
  user: { id: 'g', username: '', email: '', userType: '', guest: true },
} as const;

/** A room of ten members, each with one connection. The first one sends frames. */
async function roomOfTen(limited = true) {
  await putRoom(counting.db, { id: '1', name: 'r', kind: 'group', access: 'members' });
  const sessions = Array.from(
    { length: 10 },
    (_, index): Session =>
      connectionOf(userOf(index + 1), {
        id: `s${index + 1}=`,
        reads: 'manual',
        connectedAt: START,
        tokenExpiresAt: START + 3_600_000,
      }),
  );
  for (const session of sessions) {
    await addMember(counting.db, { id: '1', seq: 0 }, session.user.id, 'member');
    await putConnection(counting.db, session);
  }
  const { seq } = await takeSeq(counting.db, '1', START);
  await putMessage(counting.db, messageOf({ id: seq, author: userOf(2) }));
  let now = START;
  const posts: [to: string, frame: Record<string, unknown>][] = [];
  const closed: string[] = [];
  const context = {
    db: counting.db,
    poster: {
      post: async (to: string, frame: string) => {
        posts.push([to, JSON.parse(frame)]);
        return 'delivered' as const;
      },
      isOpen: async () => true,
      close: async (id: string) => closed.push(id) > 0,
    },
    fanOut: async () => undefined,
    files: noFiles,
    rates: { group: { messages: 20, windowMs: 10_000 }, direct: null },
    budgets: new Budgets(limited),
    now: () => now,
    verify: async () => ({ user: alice, expiresAt: START }),
  };
  const serve = serveFrames(handlers, () => context);
  const [sender] = sessions as [Session];
  const send = async (frame: object, { id, user }: Pick<Session, 'id' | 'user'> = sender) => {
    const session = { ...sender, id, user };
    const authorizer = { ...sessionContext(session), principalId: user.id };
    const requestContext = { connectionId: id, connectedAt: START, authorizer, routeKey: '$default' };
    await serve({
      requestContext,
      body: JSON.stringify(frame),
    } as unknown as APIGatewayProxyWebsocketEventV2);
  };
  return {
    send,
    closed,
    wait: (ms: number) => {
      now += ms;
    },
    /**
     * Returns the frames posted to the sender since the last call, and the number of frames posted to other members.
     */
    taken: () => {
      const all = posts.splice(0);
      const own = all.filter(([to]) => to === sender.id || to === guest.id).map(([, frame]) => frame);
      return { own, toOthers: all.length - own.length };
    },
  };
}

const typing = (on: boolean) => ({ action: 'typing', typing: on });

describe('typing', () => {
  test('is posted again after a message, which ends it for the other members', async () => {
    const { send, taken } = await roomOfTen();
    await send(typing(true));
    await send({ action: 'send', message: 'hi' });
    taken();
    await send(typing(true));
    expect(taken()).toMatchObject({ toOthers: 9 });
  });

  test('of a muted member is refused and not posted', async () => {
    const { send, taken } = await roomOfTen();
    await setMute(counting.db, '1', '1', START + 60_000);
    await send(typing(true));
    expect(taken()).toEqual({ own: [expect.objectContaining({ code: 'MUTED' })], toOthers: 0 });
  });

  test('that repeats the last state is answered to its sender alone, and posted again after two seconds', async () => {
    const { send, taken, wait } = await roomOfTen(false);
    await send(typing(true));
    expect(taken()).toMatchObject({ own: [{ type: 'typing' }], toOthers: 9 });
    await send(typing(true));
    expect(taken()).toMatchObject({ own: [{ type: 'typing', typing: true }], toOthers: 0 });
    await send(typing(false));
    expect(taken()).toMatchObject({ toOthers: 9 });
    wait(2_000);
    await send(typing(false));
    expect(taken()).toMatchObject({ own: [{ type: 'typing' }], toOthers: 9 });
  });

  test('that changes all the time is posted to the others 40 times in ten seconds', async () => {
    const { send, taken } = await roomOfTen();
    for (let index = 0; index < 90; index++) await send(typing(index % 2 === 0));
    const { own, toOthers } = taken();
    expect(own).toHaveLength(90);
    expect(toOthers).toBe(40 * 9);
  });
});

test('typing of a user who connects again has no new limit for posts', async () => {
  const { send, taken } = await roomOfTen();
  for (let index = 0; index < 40; index++) await send(typing(index % 2 === 0));
  taken();
  await send(typing(true), { id: 'again=', user: userOf(1) });
  expect(taken().toOthers).toBe(1);
});

test('a seen that moves nothing is answered to its sender alone', async () => {
  const { send, taken } = await roomOfTen();
  const seen = { action: 'seen', message_id: 1 };
  await send(seen);
  expect(taken().toOthers).toBeGreaterThanOrEqual(9);
  await send(seen);
  expect(taken()).toMatchObject({ own: [{ type: 'message_seen', message_id: 1 }], toOthers: 0 });
});

test('a repeated seen of a guest in an open room is answered to its sender alone', async () => {
  const { send, taken } = await roomOfTen();
  await counting.db.chat.update(roomKey('1'), { update: 'SET access = :open', values: { ':open': 'open' } });
  const seen = { action: 'seen', message_id: 1 };
  await send(seen, guest);
  expect(taken().toOthers).toBeGreaterThanOrEqual(10);
  counting.restart();
  await send(seen, guest);
  expect(taken().own).toMatchObject([{ type: 'message_seen', message_id: 1 }]);
  expect(counting.counts().writeUnits).toBe(0);
});

describe('joins and leaves', () => {
  test('of the same room are limited, because each may announce presence', async () => {
    const { send, taken } = await roomOfTen();
    await putRoom(counting.db, { id: '2', name: 'r', kind: 'group', access: 'members' });
    await addMember(counting.db, { id: '2', seq: 0 }, '1', 'member');
    for (let index = 0; index < 20; index++) {
      await send({ action: 'join', room_id: '2' });
      await send({ action: 'leave', room_id: '2' });
    }
    expect(taken().own.filter(({ type }) => type === 'error')).toEqual([]);
    counting.restart();
    await send({ action: 'join', room_id: '2' });
    await send({ action: 'leave', room_id: '2' });
    expect(taken().own).toMatchObject([{ code: 'RATE_LIMITED' }, { code: 'RATE_LIMITED' }]);
    expect(counting.counts().trips).toEqual([]);
  });
});

describe('a connection that keeps sending', () => {
  test('has a budget for each kind of frame, and a refusal costs no call', async () => {
    const { send, taken, wait } = await roomOfTen();
    for (let index = 0; index < 150; index++) await send({ action: 'ping' });
    expect(taken().own.filter(({ type }) => type === 'pong')).toHaveLength(150);
    counting.restart();
    await send({ action: 'ping' });
    expect(taken().own).toEqual([
      expect.objectContaining({ code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) }),
    ]);
    expect(counting.counts().trips).toEqual([]);
    await send(typing(true));
    expect(taken().own).toMatchObject([{ type: 'typing' }]);
    wait(10_000);
    await send({ action: 'ping' });
    expect(taken().own).toMatchObject([{ type: 'pong' }]);
  });

  test('spends its pings sooner if they name many rooms', async () => {
    const { send, taken } = await roomOfTen();
    const ping = { action: 'ping', rooms: Array.from({ length: 50 }, () => '1') };
    for (let index = 0; index < 26; index++) await send(ping);
    const answers = taken().own.map(({ type }) => type);
    expect(answers).toEqual([...Array(25).fill('pong'), 'error']);
  });

  test('is closed when it is refused 100 times in ten seconds, and its other frames run no command', async () => {
    const { send, taken, closed } = await roomOfTen();
    await setMute(counting.db, '1', '1', START + 60_000);
    for (let index = 0; index < 99; index++) await send({ action: 'send', message: 'hi' });
    expect(closed).toEqual([]);
    await send({ action: 'send', message: 'hi' });
    expect(closed).toEqual(['s1=']);
    expect(taken().own).toHaveLength(100);
    counting.restart();
    await send({ action: 'send', message: 'hi' });
    expect(taken()).toEqual({ own: [], toOthers: 0 });
    expect(counting.counts().trips).toEqual([]);
  });

  test('stays open when its refusals are spread over more time', async () => {
    const { send, closed, wait } = await roomOfTen();
    for (let index = 0; index < 150; index++) {
      await send({ action: 'fly' });
      wait(200);
    }
    expect(closed).toEqual([]);
  });

  test('is not limited where the rate limit is off', async () => {
    const { send, taken, closed } = await roomOfTen(false);
    for (let index = 0; index < 160; index++) await send({ action: 'ping' });
    for (let index = 0; index < 110; index++) await send({ action: 'fly' });
    expect(taken().own.filter(({ type }) => type === 'pong')).toHaveLength(160);
    expect(closed).toEqual([]);
  });
});

import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { connect } from '../../../functions/connections/lifecycle.ts';
import { RoomCache } from '../../../functions/connections/room-cache.ts';
import { welcome } from '../../../functions/connections/welcome.ts';
import { authorizeSession } from '../../../functions/gateway/authorize-session.ts';
import type { Database } from '../../../functions/store/database.ts';
import { logKey, memberKey, roomKey } from '../../../functions/store/keys.ts';
import { putMessage, takeSeq } from '../../../functions/store/log.ts';
import { usualOrLong } from '../../support/long.ts';
import { noFiles } from '../../support/mock-database.ts';
import { messageOf } from '../../support/sample.ts';

/** `npm test` has a tenth of the connections, of a partition's limit, and of the execution environments. */
const PART = usualOrLong(10, 1);

/** API Gateway's quota of new connections (AWS: quotas for WebSocket APIs). */
const CONNECTS_PER_SECOND = 500 / PART;

/** A partition's limit (AWS: Best practices for designing and using partition keys effectively). */
const PARTITION_UNITS_PER_SECOND = 3_000 / PART;

/** The execution environments of `welcome`, if each welcome takes 300 ms. */
const ENVIRONMENTS = 150 / PART;

/** The test's own clock, because a busy machine needs longer than two seconds. */
const START = Date.now();

/** Messages that members send during the storm. */
const MESSAGES_PER_SECOND = 2;

const context = vi.hoisted(() => ({ db: undefined as unknown }));
vi.mock('../../../functions/gateway/context.ts', () => ({
  database: () => context.db as Database,
  sessionCookie: () => undefined,
  edgeKey: () => undefined,
  verifier: () => async (user: string) => ({
    user: { id: user, username: user, email: `${user}@example.com`, userType: 'student' },
    expiresAt: Date.now() + 3_600_000,
  }),
}));

let counting: CountingDatabase;

beforeAll(async () => {
  vi.stubEnv('ALLOWED_ORIGINS', 'https://chat.example.com');
  counting = await CountingDatabase.open();
  context.db = counting.db;
});

afterAll(() => counting.close());

const userOf = (index: number) => `user-${index}`;

/** Creates a room with 60 read messages of a length, and a member for each connection. */
async function fillRoom(room: string, textLength: number): Promise<void> {
  const seqs = Array.from({ length: 60 }, (_, index) => index + 1);
  const users = Array.from({ length: CONNECTS_PER_SECOND }, (_, index) => userOf(index));
  const messages = seqs.map((seq) => {
    const { id: _, room: __, ...message } = messageOf({ revision: seq });
    return {
      ...message,
      ...logKey(room, seq),
      seq,
      kind: 'message',
      status: 'read',
      text: 'x'.repeat(textLength),
    };
  });
  const members = users.map((user) => ({ ...memberKey(room, user), user, role: 'member', readTo: 0 }));
  const item = { ...roomKey(room), name: 'r', kind: 'group', access: 'members', shards: 1, seq: seqs.length };
  await counting.fill(
    'chat',
    [item, ...messages, ...members].map((each) => marshall(each)),
  );
}

async function say(room: string, textLength: number): Promise<void> {
  const { seq } = await takeSeq(counting.db, room, Date.now());
  const message = {
    ...messageOf({ status: 'read', text: 'x'.repeat(textLength) }),
    room,
    id: seq,
    revision: seq,
  };
  await putMessage(counting.db, message);
}

interface Storm {
  readonly room: string;
  readonly textLength: number;
  readonly second: number;
  readonly environments: readonly RoomCache[];
}

/** Connects each member once. Returns the frames, and the read units of the partition that was read most. */
async function connectAll({ room, textLength, second, environments }: Storm) {
  const frames: string[] = [];
  const poster = {
    post: async (_: string, frame: string) => {
      frames.push(frame);
      return 'delivered' as const;
    },
    isOpen: async () => true,
    close: async () => true,
  };
  const at = START + second * 1000;
  const posting = { db: counting.db, now: () => at, poster };
  counting.restart();
  for (let index = 0; index < CONNECTS_PER_SECOND; index++) {
    const headers = { Authorization: `Bearer ${userOf(index)}` };
    const session = await authorizeSession({
      methodArn: '',
      headers,
      queryStringParameters: { room },
      requestContext: { connectionId: `${second}-${index}=`, connectedAt: at, requestId: 'r' },
    });
    await connect(session, posting, async () => undefined);
    const rooms = environments[index % environments.length] ?? new RoomCache();
    await welcome(session, { ...posting, files: noFiles, rooms }, (error) => {
      throw error;
    });
    if (index % (CONNECTS_PER_SECOND / MESSAGES_PER_SECOND) === 0) await say(room, textLength);
  }
  const units = Math.max(...counting.counts().partitions.values());
  const histories = frames.map((frame) => JSON.parse(frame) as unknown).filter(Array.isArray);
  return { units, histories };
}

/** Connects each member in the first and in the second second of a storm, with new execution environments. */
async function storm(room: string, textLength: number) {
  await fillRoom(room, textLength);
  const environments = Array.from({ length: ENVIRONMENTS }, () => new RoomCache());
  const first = await connectAll({ room, textLength, environments, second: 1 });
  return { first, next: await connectAll({ room, textLength, environments, second: 2 }) };
}

/** The most messages of a length that fit into a frame. */
const fitting = (textLength: number) => Math.min(50, Math.floor(128_000 / (textLength + 500)));

describe('when 500 clients a second connect again to one room, no partition exceeds its read units', () => {
  test('with a history of usual size', async () => {
    const { first, next } = await storm('usual', 100);
    for (const { units, histories } of [first, next]) {
      expect(units).toBeLessThan(PARTITION_UNITS_PER_SECOND);
      expect(histories.map(({ length }) => length)).toEqual(Array(CONNECTS_PER_SECOND).fill(50));
    }
  }, 120_000);

  test('with a history of maximum size, once each execution environment has read it', async () => {
    const { next } = await storm('large', 8_000);
    expect(next.units).toBeLessThan(PARTITION_UNITS_PER_SECOND);
    for (const { length } of next.histories) expect(length).toBeGreaterThanOrEqual(fitting(8_000));
  }, 120_000);
});

import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, TokenContext } from '../functions/delivery/context.ts';
import { fanOut } from '../functions/delivery/fan-out.ts';
import type { Connection, Session } from '../functions/domain/connection.ts';
import type { User } from '../functions/domain/member.ts';
import { toItem } from '../functions/store/connections.ts';
import { logKey, memberKey, roomKey } from '../functions/store/keys.ts';
import { type CountingDatabase, type DatabaseCounts, openCountingDatabase } from './counting-database.ts';

/** All that is billed of what a frame causes. */
export interface Counts extends DatabaseCounts {
  /** Round trips to DynamoDB before the first post; undefined where nothing was posted. */
  readonly tripsBeforePost: number | undefined;
  readonly posts: number;
  /** How many posts were under way at the same time, each time that there were any. */
  readonly postWaves: readonly number[];
  /** Of the frames that were posted. */
  readonly bytes: number;
  /** Invocations, that of the function which serves the frame included. */
  readonly invocations: number;
}

/** A room that so many people have open, whose costs can be counted. */
export interface CountedRoom {
  readonly session: Session;
  readonly parts: Context & TokenContext;
  readonly database: CountingDatabase;
  /** Counts what `run` causes. */
  count(run: () => Promise<unknown>): Promise<Counts>;
  /** Counts what a frame causes that is refused. */
  countRefused(run: () => Promise<unknown>): Promise<Counts & { readonly code: string }>;
  close(): Promise<void>;
}

const ROOM = 'a-room';
/** How many messages are in the room before anything is counted. */
export const SAID = 60;

const userOf = (index: number): User => ({
  id: `user-${index}`,
  username: `user-${index}`,
  email: `user-${index}@example.com`,
  userType: 'student',
});

const connectionOf = (index: number, room: string): Connection => ({
  id: `${String(index).padStart(15, 'L')}=`,
  room,
  shard: 0,
  user: userOf(index),
  dialect: 'action',
  reads: 'auto',
  connectedAt: Date.now() - 60_000,
  tokenExpiresAt: Date.now() + 3_600_000,
});

/** A text as long as one usually is, in characters. */
export const TEXT = 'Hello, how are you? '.repeat(5);

/** A room's log, as `putMessage` writes it, so far back that all of it was read. */
function* log(said: number): Iterable<object> {
  const at = new Date().toISOString();
  for (let seq = 1; seq <= said; seq++) {
    yield marshall({
      ...logKey(ROOM, seq),
      ...{ kind: 'message', seq, revision: seq, author: userOf(seq % 2), text: TEXT, type: 'text' },
      ...{ status: 'read', createdAt: at, updatedAt: at, put: randomUUID() },
    });
  }
}

async function furnish({ fill }: CountingDatabase, people: number, said: number): Promise<void> {
  const room = { name: 'A room', kind: 'group', access: 'members', shards: 1, lastAt: Date.now() } as const;
  const connections = Array.from({ length: people }, (_, index) => connectionOf(index, ROOM));
  const member = (id: string, { user }: Connection) =>
    marshall({ ...memberKey(id, user.id), user: user.id, role: 'member', readTo: 0 });
  await fill('chat', [
    marshall({ ...roomKey(ROOM), ...room, seq: said }),
    marshall({ ...roomKey('another'), ...room, seq: 0 }),
    ...connections.slice(0, 1).map((connection) => member('another', connection)),
    ...connections.map((connection) => member(ROOM, connection)),
  ]);
  await fill(
    'connections',
    connections.map((connection) => marshall(toItem(connection))),
  );
  await fill('chat', log(said));
}

/** The last message of the one who is counted. */
export const OWN_MESSAGE = SAID;

const freshTally = () => ({
  posts: 0,
  postWaves: [] as number[],
  bytes: 0,
  invocations: 1,
  tripsBeforePost: undefined as number | undefined,
  /** The first frame that refuses a command. */
  refused: undefined as string | undefined,
});

/** A room of so many connections, each of another member. The first of them is the one who sends. */
export async function openCountedRoom(people: number, said = SAID): Promise<CountedRoom> {
  const database = await openCountingDatabase();
  await furnish(database, people, said);
  let tally = freshTally();
  let underWay = 0;
  const posting = {
    db: database.db,
    now: Date.now,
    poster: {
      async post(_connection: string, frame: string) {
        if (frame.startsWith('{"type":"error"')) tally.refused ??= frame;
        tally.tripsBeforePost ??= database.trips();
        tally.posts++;
        tally.bytes += Buffer.byteLength(frame);
        if (underWay++ === 0) tally.postWaves.push(0);
        const wave = tally.postWaves.length - 1;
        tally.postWaves[wave] = (tally.postWaves[wave] ?? 0) + 1;
        await new Promise((resume) => setImmediate(resume));
        underWay--;
        return 'delivered' as const;
      },
      isOpen: async () => true,
      close: async () => undefined,
    },
  };
  const session = { ...connectionOf(0, ROOM), guest: false };
  const parts: CountedRoom['parts'] = {
    ...posting,
    rates: { group: { messages: 20, windowMs: 10_000 }, direct: null },
    files: () => {
      throw new Error('A file was not expected: none came with the frame');
    },
    async fanOut(share) {
      tally.invocations++;
      await fanOut(share, posting, (error) => {
        throw error;
      });
    },
    verify: async () => ({ user: session.user, expiresAt: Date.now() + 3_600_000 }),
  };
  const countAll = async (run: () => Promise<unknown>) => {
    database.restart();
    tally = freshTally();
    await run();
    return { ...database.counts(), ...tally };
  };
  return {
    session,
    parts,
    database,
    async count(run) {
      const { refused, ...counts } = await countAll(run);
      if (refused === undefined) return counts;
      throw new Error(`Not counted: a frame was refused with ${refused}; look at what is sent`);
    },
    async countRefused(run) {
      const { refused, ...counts } = await countAll(run);
      if (refused !== undefined) return { ...counts, code: String(JSON.parse(refused).code) };
      throw new Error('Not counted: the frame was accepted. Check what is sent.');
    },
    close: () => database.close(),
  };
}

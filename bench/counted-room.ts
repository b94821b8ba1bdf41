import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { handlers } from '../functions/commands/handlers.ts';
import { Budgets } from '../functions/delivery/budgets.ts';
import type { Context, TokenContext } from '../functions/delivery/context.ts';
import { fanOut } from '../functions/delivery/fan-out.ts';
import type { Connection, Session } from '../functions/domain/connection.ts';
import type { User } from '../functions/domain/member.ts';
import { serveFrames } from '../functions/gateway/frames.ts';
import { sessionContext } from '../functions/gateway/session.ts';
import { toItem } from '../functions/store/connections.ts';
import { logKey, memberKey, roomKey } from '../functions/store/keys.ts';
import { CountingDatabase, type DatabaseCounts } from './counting-database.ts';

/** Everything that AWS bills for one frame. */
export interface Counts extends DatabaseCounts {
  /** Round trips to DynamoDB before the first post. Undefined if there was no post. */
  readonly tripsBeforePost: number | undefined;
  readonly posts: number;
  /** The number of posts in each wave. Posts that overlap belong to the same wave. */
  readonly postWaves: readonly number[];
  /** Total size of the posted frames. */
  readonly bytes: number;
  /** Lambda invocations, including the one that receives the frame. */
  readonly invocations: number;
}

/** A room in which the costs of commands are counted. */
export interface CountedRoom {
  readonly session: Session;
  readonly context: Context & TokenContext;
  /** Runs a frame through the handlers that run in Lambda. `sender` may replace the room's session and context. */
  send(frame: object, sender?: Partial<Pick<CountedRoom, 'session' | 'context'>>): Promise<unknown>;
  /** Runs a function and returns what it used. @throws Error if a frame was refused */
  count(run: () => Promise<unknown>): Promise<Counts>;
  /** Runs a function that sends a frame which the server refuses, and returns what it used. */
  countRefused(run: () => Promise<unknown>): Promise<Counts & { readonly code: string }>;
  close(): Promise<void>;
}

const ROOM = 'a-room';

/** The number of messages in the room at the start. */
export const MESSAGES = 60;

/** The last message. Its author is the user of the room's session. */
export const OWN_MESSAGE = MESSAGES;

/** A text of typical length. */
export const TEXT = 'Hello, how are you? '.repeat(5);

const userOf = (index: number): User => ({
  id: `user-${index}`,
  username: `user-${index}`,
  email: `user-${index}@example.com`,
  userType: 'student',
});

const connectionOf = (index: number, receipts?: Connection['receipts']): Connection => ({
  id: `${String(index).padStart(15, 'L')}=`,
  room: ROOM,
  shard: 0,
  user: userOf(index),
  dialect: 'action',
  reads: 'auto',
  connectedAt: Date.now() - 60_000,
  tokenExpiresAt: Date.now() + 3_600_000,
  ...(receipts && { receipts }),
});

/** Returns the items that `putMessage` stores for messages, all with the status "read". */
function logItems(messages: number): readonly object[] {
  const at = new Date().toISOString();
  return Array.from({ length: messages }, (_, index) => {
    const seq = index + 1;
    return marshall({
      ...logKey(ROOM, seq),
      ...{ kind: 'message', seq, revision: seq, author: userOf(seq % 2), text: TEXT, type: 'text' },
      ...{ status: 'read', createdAt: at, updatedAt: at, put: randomUUID() },
    });
  });
}

/** How a counted room is filled. */
export interface RoomOptions {
  /** The number of messages in the room. */
  readonly messages?: number;
  /** Which receipts the connections get. */
  readonly receipts?: Connection['receipts'];
}

async function fillTables(
  database: CountingDatabase,
  people: number,
  { messages = MESSAGES, receipts }: RoomOptions,
): Promise<void> {
  const room = { name: 'A room', kind: 'group', access: 'members', shards: 1, lastAt: Date.now() } as const;
  const connections = Array.from({ length: people }, (_, index) => connectionOf(index, receipts));
  const member = (id: string, { user }: Connection) =>
    marshall({ ...memberKey(id, user.id), user: user.id, role: 'member', readTo: 0 });
  await database.fill('chat', [
    marshall({ ...roomKey(ROOM), ...room, seq: messages }),
    marshall({ ...roomKey('another'), ...room, seq: 0 }),
    ...connections.slice(0, 1).map((connection) => member('another', connection)),
    ...connections.map((connection) => member(ROOM, connection)),
  ]);
  await database.fill(
    'connections',
    connections.map((connection) => marshall(toItem(connection))),
  );
  await database.fill('chat', logItems(messages));
}

const emptyStats = () => ({
  posts: 0,
  postWaves: [] as number[],
  bytes: 0,
  invocations: 1,
  tripsBeforePost: undefined as number | undefined,
  /** The first error frame. */
  refusal: undefined as string | undefined,
});

/** Opens a room in which each of `people` members has one connection. Frames come from the first member. */
export async function openCountedRoom(people: number, options: RoomOptions = {}): Promise<CountedRoom> {
  const database = await CountingDatabase.open();
  await fillTables(database, people, options);
  let stats = emptyStats();
  let inFlight = 0;
  const posting = {
    db: database.db,
    now: Date.now,
    poster: {
      async post(_connection: string, frame: string) {
        if (frame.startsWith('{"type":"error"')) stats.refusal ??= frame;
        stats.tripsBeforePost ??= database.counts().trips.length;
        stats.posts++;
        stats.bytes += Buffer.byteLength(frame);
        if (inFlight++ === 0) stats.postWaves.push(0);
        const wave = stats.postWaves.length - 1;
        stats.postWaves[wave] = (stats.postWaves[wave] ?? 0) + 1;
        await new Promise((resume) => setImmediate(resume));
        inFlight--;
        return 'delivered' as const;
      },
      isOpen: async () => true,
      close: async () => true,
    },
  };
  const session = connectionOf(0, options.receipts);
  const context: CountedRoom['context'] = {
    ...posting,
    rates: { group: { messages: 20, windowMs: 10_000 }, direct: null },
    budgets: new Budgets(false),
    files: () => {
      throw new Error('Frame not counted: it has a file. Send frames without files.');
    },
    async fanOut(batch) {
      stats.invocations++;
      await fanOut(batch, posting, (error) => {
        throw error;
      });
    },
    verify: async () => ({ user: session.user, expiresAt: Date.now() + 3_600_000 }),
  };
  const countAll = async (run: () => Promise<unknown>) => {
    database.restart();
    stats = emptyStats();
    await run();
    return { ...database.counts(), ...stats };
  };
  return {
    session,
    context,
    send(frame, sender = {}) {
      const { id, connectedAt, user } = sender.session ?? session;
      const authorizer = { ...sessionContext(sender.session ?? session), principalId: user.id };
      const requestContext = {
        routeKey: '$default',
        requestId: 'r=',
        connectionId: id,
        connectedAt,
        authorizer,
      };
      const event = {
        requestContext,
        body: JSON.stringify(frame),
      } as unknown as APIGatewayProxyWebsocketEventV2;
      return serveFrames(handlers, () => sender.context ?? context)(event);
    },
    async count(run) {
      const { refusal, ...counts } = await countAll(run);
      if (refusal === undefined) return counts;
      throw new Error(`Frame not counted: the server refused it with ${refusal}. Correct the frame.`);
    },
    async countRefused(run) {
      const { refusal, ...counts } = await countAll(run);
      if (refusal !== undefined) return { ...counts, code: String(JSON.parse(refusal).code) };
      throw new Error('Frame not counted: the server accepted it. Send a frame that it refuses.');
    },
    close: () => database.close(),
  };
}

import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { tables } from '../../bench/counting-database.ts';
import { makeRoom } from '../../bin/demo.ts';
import type { DynamoDb, Operation } from '../../functions/aws/dynamodb.ts';
import { handlers } from '../../functions/commands/handlers.ts';
import { Budgets } from '../../functions/delivery/budgets.ts';
import type { DialectName, Session } from '../../functions/domain/connection.ts';
import { ChatError } from '../../functions/domain/errors.ts';
import type { User } from '../../functions/domain/member.ts';
import type { Rates } from '../../functions/domain/room.ts';
import { serveFrames } from '../../functions/gateway/frames.ts';
import { httpApp } from '../../functions/gateway/http/app.ts';
import type { HttpContext } from '../../functions/gateway/http/context.ts';
import { HttpError } from '../../functions/gateway/http/http-error.ts';
import { sessionContext } from '../../functions/gateway/session.ts';
import { putConnection } from '../../functions/store/connections.ts';
import { type Database, openDatabase } from '../../functions/store/database.ts';
import type { FileStore } from '../../functions/store/files.ts';
import { setMute } from '../../functions/store/members.ts';
import { addOpenConnection } from '../../functions/store/profiles.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { openTestDatabase } from '../support/test-database.ts';
import type { GeneratedRequest } from './requests.ts';

/** A write that changed a table. */
export interface Write {
  readonly table: string;
  readonly operation: Operation;
  /** The sort key: the kind of item, with its id. */
  readonly item: string;
  readonly room: string;
  /** The `kind` of a new item. */
  readonly kind: string | undefined;
}

/** All that one frame or request caused. */
export interface Effects {
  readonly writes: readonly Write[];
  /** The keys of new objects in the bucket. */
  readonly objects: readonly string[];
  readonly posts: readonly { readonly connection: string; readonly frame: string }[];
  readonly errors: readonly unknown[];
}

/** The chat without sockets: the handlers that Lambda runs, over a real database in memory. */
export interface Chat {
  readonly db: Database;
  readonly sessions: readonly Session[];
  /** Handles a frame of a connection, as the Lambda function does. */
  frame(session: Session, body: string): Promise<Effects>;
  request(request: GeneratedRequest): Promise<Effects & { readonly response: Response }>;
  /** Moves the clock. */
  pass(ms: number): void;
  /** Restores the rooms and members that requests have changed. */
  furnish(): Promise<void>;
  close(): Promise<void>;
}

const person = (id: string, username = id): User => ({ id, username, email: '', userType: 'student' });

const alice = person('1', 'alice');
const bob = person('2', 'bob');
const carol = person('3', 'carol');
const dave = person('4', 'dave');
const slashed = person('acme/eve', 'eve');
const foreign = person('日本', '日本');
/** Was removed from the room while connected. */
const stranger = person('9', 'mallory');
const guest = (id: string): User => ({ ...person(id, ''), guest: true });

/** The tokens of the HTTP API are the ids of these users, in base64url where a header cannot hold them. */
const tokenOf = (user: User): string => Buffer.from(user.id).toString('base64url');
const users = new Map(
  [alice, bob, carol, dave, slashed, foreign, stranger].map((user) => [tokenOf(user), user]),
);
export const tokens = [...[alice, alice, alice, bob].map(tokenOf), ...users.keys()];

const places: readonly (readonly [room: string, user: User, ...dialects: DialectName[]])[] = [
  ['1', alice, 'action', 'operation'],
  ['1', bob, 'content', 'action'],
  ['1', carol, 'type'],
  ['1', dave, 'action', 'type'],
  ['1', stranger, 'action', 'content'],
  ['direct:1:2', alice, 'action'],
  ['direct:1:2', bob, 'operation'],
  ['team/a', slashed, 'action', 'operation'],
  ['team/a', foreign, 'content', 'type'],
  ['open', alice, 'action'],
  ['open', guest('g-1'), 'operation', 'action'],
  ['#1', alice, 'action'],
];

const sessionsAt = (now: number): readonly Session[] =>
  places.flatMap(([room, user, ...dialects]) =>
    dialects.map((dialect) => ({
      id: `${room}-${user.id}-${dialect}=`,
      room,
      shard: 0,
      user,
      dialect,
      reads: 'auto',
      connectedAt: now - 60_000,
      tokenExpiresAt: now + 86_400_000,
    })),
  );

const rooms = [
  { id: '1', kind: 'group', access: 'members', members: [alice, bob, carol, dave] },
  { id: 'direct:1:2', kind: 'direct', access: 'members', members: [alice, bob] },
  { id: 'team/a', kind: 'group', access: 'members', members: [slashed, foreign, alice] },
  { id: 'a?b', kind: 'group', access: 'members', members: [alice] },
  { id: '日本', kind: 'group', access: 'members', members: [foreign, alice] },
  { id: 'open', kind: 'group', access: 'open', members: [alice] },
] as const;

async function furnish(db: Database, now: number): Promise<void> {
  for (const { members, ...room } of rooms) {
    const withRoles = members.map(({ id: user }, index) => ({
      user,
      role: index === 0 && room.kind === 'group' ? ('owner' as const) : ('member' as const),
    }));
    await makeRoom(db, { ...room, name: 'A room', members: withRoles });
  }
  await setMute(db, '1', dave.id, now + 86_400_000);
}

/** Throws for text with a lone surrogate: DynamoDB stores UTF-8, which cannot represent it. */
function refuseLoneSurrogates(_key: string, value: unknown): unknown {
  if (typeof value === 'string' && !value.isWellFormed())
    throw new Error('Write failed: the text has a lone surrogate. DynamoDB would store another character.');
  return value;
}

const writing = new Set<Operation>(['PutItem', 'UpdateItem', 'DeleteItem']);

type Keyed = Readonly<Record<string, { readonly S?: string } | undefined>>;

class Recorder {
  writes: Write[] = [];
  objects: string[] = [];
  posts: { connection: string; frame: string }[] = [];
  errors: unknown[] = [];

  /** Returns what was recorded since the last call. */
  take(): Effects {
    const { writes, objects, posts, errors } = this;
    this.writes = [];
    this.objects = [];
    this.posts = [];
    this.errors = [];
    return { writes, objects, posts, errors };
  }

  addWrite(operation: Operation, input: object): void {
    const { TableName, Key, Item } = input as { TableName: string; Key?: Keyed; Item?: Keyed };
    const key = Key ?? Item ?? {};
    const item = key['item']?.S ?? key['connection']?.S ?? '';
    this.writes.push({
      table: TableName,
      operation,
      item,
      room: key['room']?.S ?? '',
      kind: Item?.['kind']?.S,
    });
  }
}

async function recordedDatabase(recorder: Recorder) {
  const opened = await openTestDatabase();
  await createTables(opened, tables);
  const client: DynamoDb = async (operation, input) => {
    // As over the network, the database gets a copy.
    const sent = JSON.stringify(input, refuseLoneSurrogates);
    const request = { operation, input: JSON.parse(sent), body: Buffer.from(sent) };
    const { status, body } = await opened.send(request);
    const output = JSON.parse(String(body));
    if (status === 200) {
      if (writing.has(operation)) recorder.addWrite(operation, input);
      return output;
    }
    const name = String(output.__type).split('#').at(-1) ?? '';
    const error = Object.assign(new Error(String(output.message ?? output.Message)), { name });
    if (name !== 'ConditionalCheckFailedException') recorder.errors.push(`${operation}: ${error}`);
    throw error;
  };
  return {
    db: openDatabase(client, { chat: 'chat', connections: 'connections' }),
    close: () => opened.close(),
  };
}

function memoryFiles(recorder: Recorder): FileStore {
  const objects = new Map<string, { size: number; contentType: string }>();
  return {
    async put(key, bytes, contentType) {
      recorder.objects.push(key);
      objects.set(key, { size: bytes.byteLength, contentType });
    },
    head: async (key) => objects.get(key),
    async remove(key) {
      objects.delete(key);
    },
    keep: async () => {},
    presignPut: async (key) => ({ method: 'PUT', url: `https://s3.example.com/${key}`, headers: {} }),
    presignGet: async (key) => `https://s3.example.com/${key}`,
  };
}

/** Opens a chat with a few rooms, whose members are connected in all dialects. */
export async function openChat(rates: Rates): Promise<Chat> {
  const recorder = new Recorder();
  const { db, close } = await recordedDatabase(recorder);
  const files = memoryFiles(recorder);
  let now = Date.now();
  const limits = () => new Budgets(Object.values(rates).some((rate) => rate !== null));
  let budgets = limits();
  const context: HttpContext = {
    db,
    rates,
    // The frames have limits of their own, which a new connection resets.
    budgets: new Budgets(false),
    roomLimits: { create: rates.group, invite: rates.group },
    usersCreateRooms: true,
    maxFileBytes: 1_000_000,
    directory: 'everyone',
    now: () => now,
    files: () => files,
    poster: {
      async post(connection, frame) {
        recorder.posts.push({ connection, frame });
        return 'delivered';
      },
      isOpen: async () => true,
      // A closed connection connects again. It then starts with full limits.
      async close() {
        budgets = limits();
        return true;
      },
    },
    fanOut: async () => undefined,
    onFault: (error) => recorder.errors.push(error),
    async verify(token) {
      const user = users.get(token);
      if (!user) throw new ChatError('UNAUTHENTICATED');
      return { user, expiresAt: now + 86_400_000 };
    },
    origins: ['https://chat.example.com'],
    passwordLogin: {
      async signIn(username, password) {
        if (username !== 'alice') throw new HttpError('WRONG_PASSWORD');
        if (password === 'temporary') return { username, session: 'session', attributes: ['email'] };
        if (password !== 'alice') throw new HttpError('WRONG_PASSWORD');
        return { token: tokenOf(alice), refreshToken: 'refresh' };
      },
      async choosePassword(_username, { session }) {
        if (session !== 'session') throw new HttpError('SESSION_ENDED');
        return { token: tokenOf(alice) };
      },
      async refresh(token) {
        if (token !== 'refresh') throw new HttpError('SESSION_ENDED');
        return { token: tokenOf(alice) };
      },
      revoke: async () => {},
      sendCode: async () => {},
      async resetPassword(_username, code) {
        if (code !== '123456') throw new HttpError('WRONG_CODE');
      },
    },
    loginOptions: {
      password: { reset: true, policy: { min_length: 12, characters: ['lowercase', 'digit'] } },
      oidc: null,
    },
  };
  const sessions = sessionsAt(now);
  await furnish(db, now);
  for (const session of sessions) {
    await putConnection(db, session);
    await addOpenConnection(db, session, now);
  }
  recorder.take();
  const handler = serveFrames(handlers, () => ({ ...context, budgets }));
  const app = httpApp(context);
  return {
    db,
    sessions,
    async frame(session, body) {
      await handler(eventOf(session, body)).catch((error) => recorder.errors.push(error));
      return recorder.take();
    },
    async request({ method, path, headers, body }) {
      const init = { method, headers, ...(body !== undefined && { body }) };
      const response = await app.request(`https://api.example.com/api${path}`, init, {});
      return { response, ...recorder.take() };
    },
    pass(ms) {
      now += ms;
    },
    async furnish() {
      await furnish(db, now);
      recorder.take();
    },
    close,
  };
}

/** Returns the event of a frame. API Gateway makes strings of all values of the authorizer's context. */
function eventOf(session: Session, body: string): APIGatewayProxyWebsocketEventV2 {
  const { id: connectionId, connectedAt, user } = session;
  const context = Object.entries({ ...sessionContext(session), principalId: user.id });
  const authorizer = Object.fromEntries(context.map(([name, value]) => [name, String(value)]));
  const requestContext = { routeKey: '$default', requestId: 'r=', connectionId, connectedAt, authorizer };
  return { requestContext, body } as unknown as APIGatewayProxyWebsocketEventV2;
}

import { marshall } from '@aws-sdk/util-dynamodb';
import { CountingDatabase } from '../../bench/counting-database.ts';
import { makeRoom } from '../../bin/demo.ts';
import { Budgets } from '../../functions/delivery/budgets.ts';
import { adminApp } from '../../functions/gateway/admin/app.ts';
import { httpApp } from '../../functions/gateway/http/app.ts';
import type { HttpContext } from '../../functions/gateway/http/context.ts';
import { readLoginOptions } from '../../functions/gateway/http/login-options.ts';
import { logKey, roomKey } from '../../functions/store/keys.ts';
import { type Json, jsonOf } from './http.ts';
import { noFiles, noLimit } from './mock-database.ts';

/** The HTTP API over an embedded DynamoDB, called without a network. A user's token is the user's id. */
export interface EmbeddedApp {
  readonly database: CountingDatabase;
  readonly context: HttpContext;
  /** Moves the clock forward by a number of milliseconds. */
  wait(ms: number): void;
  /** Calls the API as a user. `line` is a method and a path, such as `GET /chats/1/`. */
  ask(user: string, line: string, body?: unknown): Promise<{ readonly status: number; readonly body: Json }>;
  /** Calls the admin API with the IAM role `orders`. `line` is a method and a path, such as `GET /rooms/1/`. */
  askAdmin(
    line: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: Json }>;
  /** Creates a room without any checks. The first user owns it. */
  makeRoom(id: string, ...users: readonly string[]): Promise<void>;
  /** Stores messages of a user with consecutive ids. */
  fillLog(room: string, author: string, texts: readonly string[]): Promise<void>;
  /** Returns a room from a user's list of rooms, or undefined if it is not there. */
  listed(user: string, room: string): Promise<Json | undefined>;
}

const userOf = (id: string) => ({ id, username: `name-${id}`, email: `${id}@example.com`, userType: '' });

/** The ids that the API sends: canonical integers are numbers. */
const sameId = (wire: unknown, id: string) => String(wire) === id;

export async function openEmbeddedApp(overrides: Partial<HttpContext> = {}): Promise<EmbeddedApp> {
  const database = await CountingDatabase.open();
  let now = Date.now();
  const context: HttpContext = {
    db: database.db,
    poster: { post: async () => 'delivered', close: async () => true, isOpen: async () => true },
    fanOut: async () => {},
    rates: noLimit,
    budgets: new Budgets(false),
    roomLimits: { create: null, invite: null },
    directory: 'sharedRooms',
    usersCreateRooms: true,
    maxFileBytes: 1_000_000,
    now: () => now,
    files: noFiles,
    verify: async (token) => ({ user: userOf(token), expiresAt: now + 3_600_000 }),
    origins: [],
    passwordLogin: null,
    loginOptions: readLoginOptions(undefined),
    ...overrides,
  };
  const app = httpApp(context);
  const ask: EmbeddedApp['ask'] = async (user, line, body) => {
    const [method = '', path = ''] = line.split(' ');
    const response = await app.request(
      `https://api.example.com/api${path}`,
      {
        method,
        headers: { Authorization: `Bearer ${user}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      {},
    );
    return { status: response.status, body: await jsonOf(response) };
  };
  const admin = adminApp(context);
  const iam = { userArn: 'arn:aws:sts::000000000000:assumed-role/orders/session' };
  const askAdmin: EmbeddedApp['askAdmin'] = async (line, body, headers = {}) => {
    const [method = '', path = ''] = line.split(' ');
    const response = await admin.request(
      `https://api.example.com/admin${path}`,
      {
        method,
        headers: { 'Content-Type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      { event: { requestContext: { authorizer: { iam } } } },
    );
    return { status: response.status, body: await jsonOf(response) };
  };
  return {
    database,
    context,
    askAdmin,
    wait(ms) {
      now += ms;
    },
    ask,
    async makeRoom(id, ...users) {
      const members = users.map((user, index) => ({ user, role: index === 0 ? 'owner' : 'member' }) as const);
      await makeRoom(database.db, { id, name: id, kind: 'group', access: 'members', members });
    },
    async fillLog(room, author, texts) {
      const at = new Date(context.now()).toISOString();
      const { seq: before = 0 } = (await database.db.chat.get(roomKey(room))) ?? {};
      const common = { kind: 'message', type: 'text', status: 'sent', createdAt: at, updatedAt: at };
      const items = texts.map((text, index) => {
        const seq = before + index + 1;
        return { ...common, ...logKey(room, seq), seq, revision: seq, author: userOf(author), text };
      });
      await database.fill(
        'chat',
        items.map((item) => marshall(item)),
      );
      await database.db.chat.update(roomKey(room), {
        update: 'SET seq = :seq, lastAt = :now',
        values: { ':seq': before + texts.length, ':now': context.now() },
      });
    },
    async listed(user, room) {
      const { body } = await ask(user, 'GET /chats/?limit=50');
      return (body['chats'] as Json[]).find(({ id }) => sameId(id, room));
    },
  };
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUsers, makeRoom } from '../../bin/demo.ts';
import type { Credentials } from '../../functions/aws/environment.ts';
import type { Role } from '../../functions/domain/member.ts';
import { adminApp } from '../../functions/gateway/admin/app.ts';
import { signedHeaders } from '../support/admin.ts';
import { mockHttpApp } from '../support/http-app.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/**
 * The callers, in the order of their requests: those that may do the least come first. `guest` has no credential,
 * `service` is an AWS principal without the grant of the admin API, and `admin` one that has it.
 */
const callers = ['guest', 'service', 'admin', 'stranger', 'member', 'moderator', 'owner'] as const;

type Caller = (typeof callers)[number];
type Statuses = Readonly<Record<Caller, number>>;

/** The statuses for callers without a token. */
const without = (status: number) => ({ guest: status, service: status, admin: status });

/** A REST route that needs a token: its statuses for a stranger, a member, a moderator and an owner of the room. */
const users = (stranger: number, member: number, moderator: number, owner: number): Statuses => ({
  ...without(401),
  ...{ stranger, member, moderator, owner },
});

const allUsers = (status: number): Statuses => users(status, status, status, status);

const everyone = (status: number): Statuses => ({ ...allUsers(status), ...without(status) });

/** A route of the admin API: nobody else may call it, whatever their role in the room. */
const admin = (status: number): Statuses => ({ ...everyone(403), admin: status });

interface Row {
  readonly statuses: Statuses;
  readonly body?: ((caller: Caller) => object) | undefined;
  /** Added to the path. */
  readonly query?: string;
}

const row = (statuses: Statuses, body?: object | ((caller: Caller) => object), query = ''): Row => ({
  statuses,
  query,
  body: typeof body === 'object' ? () => body : (body as Row['body']),
});

/** In a path, `:user` is the target of the caller, a plain member, and `:message` a message of that target. */
const targetOf = (caller: Caller) => `target-of-${caller}`;

const alice = { username: 'alice', password: 'alice' };

const restRows: Readonly<Record<string, Row>> = {
  'GET /api/openapi.json': row(everyone(200)),
  'GET /api/login/': row(everyone(200)),
  'POST /api/login/': row(everyone(200), alice),
  // Failed attempts count towards a limit, so these requests are malformed.
  'POST /api/login/password/': row(everyone(400), {}),
  'POST /api/login/refresh/': row(everyone(401), { refresh_token: 'unknown' }),
  // Other sites cannot sign users out: a request needs an allowed origin or a token.
  'POST /api/logout/': row({ ...allUsers(204), ...without(403) }, {}),
  'POST /api/password/code/': row(everyone(204), { username: 'alice' }),
  'POST /api/password/': row(everyone(400), {}),
  'GET /api/session/': row(allUsers(200)),
  'GET /api/users/': row(allUsers(200), undefined, '?query=alice'),
  'GET /api/chats/': row(allUsers(200)),
  'POST /api/chats/': row(allUsers(201), { name: 'new' }),
  'GET /api/chats/:id/': row(users(403, 200, 200, 200)),
  'DELETE /api/chats/:id/': row(users(403, 403, 403, 204)),
  'PATCH /api/chats/:id/': row(users(403, 403, 200, 200), { name: 'test' }),
  'GET /api/chats/:id/members/': row(users(403, 200, 200, 200)),
  'POST /api/chats/:id/members/': row(users(403, 403, 201, 201), (caller) => ({
    user_id: `new-of-${caller}`,
  })),
  'PATCH /api/chats/:id/members/:user/': row(users(403, 403, 200, 200), { muted_seconds: 60 }),
  'DELETE /api/chats/:id/members/:user/': row(users(403, 403, 204, 204)),
  'PATCH /api/chats/:id/preferences/': row(users(403, 200, 200, 200), { notify: 'mentions' }),
  'POST /api/chats/:id/accept/': row(users(403, 204, 204, 204)),
  // Nobody's room is a request here.
  'POST /api/chats/:id/decline/': row(users(403, 409, 409, 409)),
  'GET /api/blocks/': row(allUsers(200)),
  'PUT /api/blocks/:user/': row(allUsers(201)),
  'DELETE /api/blocks/:user/': row(allUsers(204)),
  'POST /api/chats/:id/reports/': row(users(403, 201, 201, 201), { message_id: 1, reason: 'spam' }),
  'GET /api/chats/:id/reports/': row(users(403, 403, 200, 200)),
  // Nobody has reported the message.
  'POST /api/chats/:id/reports/:message/resolve/': row(users(403, 403, 404, 404), {}),
  'GET /api/chats/:id/messages/': row(users(403, 200, 200, 200)),
  'GET /api/chats/:id/search/': row(users(403, 200, 200, 200), undefined, '?q=hello'),
  'POST /api/chats/:id/send_message/': row(users(403, 201, 201, 201), { content: 'Hello' }),
  'GET /api/chats/:id/pins/': row(users(403, 200, 200, 200)),
  'PUT /api/chats/:id/pins/:message/': row(users(403, 403, 204, 204)),
  'DELETE /api/chats/:id/pins/:message/': row(users(403, 403, 204, 204)),
  'POST /api/chats/:id/files/': row(users(403, 201, 201, 201), {
    name: 'a.txt',
    content_type: 'text/plain',
    size: 5,
  }),
  'GET /api/chats/:id/files/:file/': row(users(403, 404, 404, 404)),
};

const adminRows: Readonly<Record<string, Row>> = {
  'GET /admin/openapi.json': row(admin(200)),
  'GET /admin/users/': row(admin(200)),
  'PUT /admin/users/:user/': row(admin(200), { name: 'Target' }),
  'GET /admin/users/:user/': row(admin(200)),
  'GET /admin/users/:user/rooms/': row(admin(200)),
  'POST /admin/users/:user/ban/': row(admin(200)),
  'DELETE /admin/users/:user/ban/': row(admin(200)),
  'POST /admin/users/:user/sign_out/': row(admin(200)),
  'POST /admin/users/:user/erase/': row(admin(200)),
  'GET /admin/users/:user/erasure/': row(admin(200)),
  'GET /admin/rooms/': row(admin(200)),
  'PUT /admin/rooms/:id/': row(admin(200), { name: 'test' }),
  'GET /admin/rooms/:id/': row(admin(200)),
  'DELETE /admin/rooms/:id/': row(admin(200)),
  'PATCH /admin/rooms/:id/': row(admin(200), { name: 'test' }),
  'GET /admin/rooms/:id/members/': row(admin(200)),
  'POST /admin/rooms/:id/members/': row(admin(200), { members: [{ user_id: 'new-of-admin' }] }),
  'PATCH /admin/rooms/:id/members/:user/': row(admin(200), { role: 'moderator' }),
  'DELETE /admin/rooms/:id/members/:user/': row(admin(204)),
  'GET /admin/rooms/:id/messages/': row(admin(200)),
  'POST /admin/rooms/:id/messages/': row(admin(201), { text: 'Hello', bot: { id: 'orders' } }),
  'GET /admin/rooms/:id/messages/:message/': row(admin(200)),
  'PATCH /admin/rooms/:id/messages/:message/': row(admin(200), { text: 'Hello again' }),
  'DELETE /admin/rooms/:id/messages/:message/': row(admin(204)),
  'GET /admin/rooms/:id/retention/': row(admin(200)),
  'PUT /admin/rooms/:id/retention/': row(admin(200), { retention_days: 30 }),
  'PUT /admin/rooms/:id/hold/': row(admin(200)),
  'DELETE /admin/rooms/:id/hold/': row(admin(200)),
  'GET /admin/reports/': row(admin(200)),
  'POST /admin/rooms/:id/reports/:message/resolve/': row(admin(404), {}),
  'GET /admin/export/': row(admin(200)),
  'GET /admin/rooms/:id/export/': row(admin(200)),
  'GET /admin/rooms/:id/files/:file/': row(admin(404)),
  'POST /admin/import/users/': row(admin(200), { lines: [{ line: 'user', user_id: 'new-of-import' }] }),
  // The room exists.
  'POST /admin/rooms/:id/import/': row(admin(409), { source: 'backup', lines: [] }),
  'GET /admin/audit/': row(admin(200)),
};

const routesOf = ({ routes }: { readonly routes: readonly { method: string; path: string }[] }) =>
  [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].filter(
    (line) => !line.startsWith('ALL '),
  );

let chat: TestStack;
let headersOf: Readonly<Record<Caller, (line: string, url: URL, body: string) => Record<string, string>>>;

const roleOf: Partial<Record<Caller, Role>> = { member: 'member', moderator: 'moderator', owner: 'owner' };
const nameOf: Partial<Record<Caller, string>> = {
  stranger: 'dave',
  member: 'carol',
  moderator: 'bob',
  owner: 'alice',
};
const idOf = (caller: Caller) => demoUsers.find(({ username }) => username === nameOf[caller])?.id ?? caller;

beforeAll(async () => {
  chat = await startTestStack();
  const bearer = async (caller: Caller) => {
    const authorization = `Bearer ${await chat.token(nameOf[caller] ?? '')}`;
    return (_line: string, _url: URL, body: string) => ({
      authorization,
      ...(body !== '' && { 'content-type': 'application/json' }),
    });
  };
  const signed = (by?: Credentials) => (line: string, url: URL, body: string) =>
    signedHeaders(line, url, body, by);
  const send = chat.stack.functions.find((name) => name.includes('SendFunction')) ?? '';
  headersOf = {
    guest: (_line, _url, body) => (body === '' ? {} : { 'content-type': 'application/json' }),
    service: signed(chat.stack.credentialsOf(send)),
    admin: signed(),
    stranger: await bearer('stranger'),
    member: await bearer('member'),
    moderator: await bearer('moderator'),
    owner: await bearer('owner'),
  };
  await makeTestRoom('room');
});
// The stack reports that the principal without the grant was refused, so its `stop` would throw.
afterAll(() => chat.stack.stop());

/** Creates a room with a message, a member of each role, and for each caller a member whom that caller tries to change. */
async function makeTestRoom(id: string = randomUUID()): Promise<string> {
  const members = callers.flatMap((caller) => {
    const role = roleOf[caller];
    return [
      { user: targetOf(caller), role: 'member' as const },
      ...(role ? [{ user: idOf(caller), role }] : []),
    ];
  });
  await makeRoom(databaseOf(chat), { id, name: 'test', kind: 'group', access: 'members', members });
  await call('POST /api/chats/:id/send_message/', 'owner', id, row(allUsers(201), { content: 'Hello' }));
  return id;
}

async function call(line: string, caller: Caller, room: string, { body, query = '' }: Row): Promise<number> {
  const [method = '', template = ''] = line.split(' ');
  const parameters: Readonly<Record<string, string>> = {
    id: room,
    user: targetOf(caller),
    message: '1',
    file: '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1',
  };
  const path = template.replaceAll(/:(\w+)/g, (_all, name: string) =>
    encodeURIComponent(parameters[name] ?? ''),
  );
  const url = new URL(`${chat.stack.httpUrl}${path}${query}`);
  const content = body ? JSON.stringify(body(caller)) : '';
  const response = await fetch(url, {
    method,
    headers: headersOf[caller](line, url, content),
    ...(content !== '' && { body: content }),
  });
  await response.arrayBuffer();
  return response.status;
}

test('each route has a row in the tables', () => {
  const { app, context, dynamodb } = mockHttpApp();
  // The mock replaces all clients of DynamoDB, including those of the other tests.
  dynamodb.restore();
  const routes = [...routesOf(app), ...routesOf(adminApp(context))];
  expect(Object.keys({ ...restRows, ...adminRows }).toSorted()).toEqual(routes.toSorted());
});

describe.each([
  ['the REST API', restRows],
  ['the admin API', adminRows],
])('%s', (_name, rows) => {
  test.each(Object.entries(rows))('%s answers each caller with the expected status', async (line, each) => {
    // A change must not affect other rows.
    const room = line.startsWith('GET ') || !line.includes('/:id/') ? 'room' : await makeTestRoom();
    const statuses: [Caller, number][] = [];
    for (const caller of callers) statuses.push([caller, await call(line, caller, room, each)]);
    expect(Object.fromEntries(statuses)).toEqual(each.statuses);
  });
});

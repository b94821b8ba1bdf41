import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
  await app.askAdmin('PUT /rooms/r/', { members: [{ user_id: 'ann' }] });
});
afterEach(() => app.database.close());

const settings = 'archived, avatar_url, data, description, name, posting, slow_mode';

test.each<[line: string, body: object, field: string, known: string]>([
  ['PUT /users/zoe/', { display_name: 'Zoe' }, 'display_name', 'attributes, avatar_url, data, name'],
  ['PUT /rooms/new/', { nam: 'New' }, 'nam', 'access, data, members, name'],
  [
    'PUT /rooms/new/',
    { members: [{ user_id: 'ben', rol: 'owner' }] },
    'members.0.rol',
    'data, role, user_id',
  ],
  ['PATCH /rooms/r/', { slowmode: 5 }, 'slowmode', settings],
  ['PATCH /rooms/r/', { name: 'R', slowmode: 5 }, 'slowmode', settings],
  [
    'POST /rooms/r/members/',
    { members: [{ user_id: 'ben' }, { user_id: 'cat', mute: 1 }] },
    'members.1.mute',
    'data, role, user_id',
  ],
  ['PATCH /rooms/r/members/ann/', { role: 'owner', muted: true }, 'muted', 'data, role'],
  ['PUT /rooms/r/retention/', { days: 5 }, 'days', 'retention_days'],
  [
    'POST /rooms/r/messages/',
    { text: 'Hi', user_id: 'ann', replyTo: 1 },
    'replyTo',
    'bot, client_id, data, mentions, reply_to, system, text, user_id',
  ],
  [
    'POST /rooms/r/messages/',
    { text: 'Hi', bot: { id: 'b', avatar: 'https://example.com/b.png' } },
    'bot.avatar',
    'avatar_url, id, name',
  ],
  ['PATCH /rooms/r/messages/1/', { content: 'Hi' }, 'content', 'data, mentions, text'],
  ['POST /rooms/r/reports/1/resolve/', { notes: 'Done' }, 'notes', 'note'],
  ['POST /rooms/new/import/', { source: 's', line: [], lines: [] }, 'line', 'lines, source'],
  ['POST /import/users/', { source: 's', lines: [{ line: 'user', user_id: 'u' }] }, 'source', 'lines'],
])('%s refuses %j', async (line, body, field, known) => {
  expect(await app.askAdmin(line, body)).toEqual({
    status: 400,
    body: {
      error: 'BAD_REQUEST',
      message: `Request not read: the field "${field}" is unknown. Use one of: ${known}. See openapi.json of this API.`,
    },
  });
});

test('a refused request changes nothing', async () => {
  await app.askAdmin('PATCH /rooms/r/', { name: 'Renamed', slowmode: 5 });
  await app.askAdmin('PUT /rooms/new/', { title: 'New' });
  expect((await app.askAdmin('GET /rooms/r/')).body['name']).toBe('');
  expect((await app.askAdmin('GET /rooms/new/')).status).toBe(404);
});

test('a long name is cut in the message', async () => {
  const { body } = await app.askAdmin('PUT /users/zoe/', { ['n'.repeat(100_000)]: 1 });
  expect(body['message']).toContain(`the field "${'n'.repeat(64)}…" is unknown`);
});

test('data, attributes and lines of an import may have any fields', async () => {
  const free = { any: { name: 1 } };
  expect(await app.askAdmin('PUT /users/zoe/', { data: free, attributes: free })).toMatchObject({
    status: 200,
    body: { data: free, attributes: free },
  });
  const lines = [{ line: 'user', user_id: 'dan', later: 1 }];
  expect(await app.askAdmin('POST /import/users/', { lines })).toMatchObject({ status: 200 });
});

describe('an unknown query parameter', () => {
  test.each([
    ['/users/', 'cursor, limit'],
    ['/users/ann/rooms/', 'cursor, limit'],
    ['/users/ann/erasure/', 'cursor, limit'],
    ['/rooms/', 'cursor, limit'],
    ['/rooms/r/members/', 'cursor, limit'],
    ['/rooms/r/messages/', 'before, limit'],
    ['/reports/', 'cursor, limit, status'],
    ['/audit/', 'cursor, limit'],
    ['/export/', 'cursor'],
    ['/rooms/r/export/', 'cursor'],
  ])('of %s is refused', async (path, known) => {
    expect(await app.askAdmin(`GET ${path}?after=5`)).toEqual({
      status: 400,
      body: {
        error: 'BAD_REQUEST',
        message: `Request not read: the query parameter "after" is unknown. Use one of: ${known}. See openapi.json of this API.`,
      },
    });
  });

  test('is accepted if it belongs to the signature', async () => {
    const signature = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0';
    expect((await app.askAdmin(`GET /rooms/?limit=10&${signature}`)).status).toBe(200);
    expect((await app.askAdmin(`GET /rooms/r/?${signature}`)).status).toBe(200);
    expect((await app.askAdmin(`POST /users/ann/ban/?${signature}`)).status).toBe(200);
  });

  test('is refused by every route, whether or not the route has parameters', async () => {
    const lines = (await operations()).map(({ line }) => line);
    expect(lines.length).toBeGreaterThan(30);
    for (const line of [...lines, 'GET /openapi.json']) {
      expect({ line, ...(await app.askAdmin(`${line}?until=5`)) }).toMatchObject({
        line,
        status: 400,
        body: {
          error: 'BAD_REQUEST',
          message: expect.stringMatching(
            /^Request not read: the query parameter "until" is unknown(\. Use one of: \w|, because this request has none\. See )/,
          ),
        },
      });
    }
    expect((await app.askAdmin('GET /users/ann/')).status).toBe(404);
  });

  test('does not hide that a path or a method is wrong', async () => {
    expect((await app.askAdmin('GET /nowhere/?until=5')).status).toBe(404);
    expect((await app.askAdmin('PUT /users/?until=5')).status).toBe(405);
  });
});

/** Returns the paths of the objects in a JSON Schema that allow further fields. */
function openObjects(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const isOpen = 'properties' in schema && Reflect.get(schema, 'additionalProperties') !== false;
  const inner = Object.entries(schema).flatMap(([key, each]) => openObjects(each, `${path}.${key}`));
  return [...(isOpen ? [path] : []), ...inner];
}

interface Operation {
  readonly requestBody?: object;
}

/** Returns the operations of the OpenAPI document. The line of each names the room r, the user ann and the message 1. */
async function operations() {
  const { body } = await app.askAdmin('GET /openapi.json');
  const paths = body['paths'] as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method,
      line: `${method.toUpperCase()} ${path}`
        .replace('/admin', '')
        .replace('{id}', 'r')
        .replace('{user}', 'ann')
        .replace('{message}', '1'),
      requestBody,
    })),
  );
}

/** Returns the operations that change something. */
const changes = async () => (await operations()).filter(({ method }) => method !== 'get');

test('the OpenAPI document allows no further fields in any body', async () => {
  const bodies = (await changes()).flatMap(({ requestBody, ...each }) =>
    requestBody ? [{ ...each, requestBody }] : [],
  );
  expect(bodies.length).toBeGreaterThanOrEqual(11);
  expect(bodies.flatMap(({ line, requestBody }) => openObjects(requestBody, line))).toEqual([]);
});

test('a request without fields refuses a body that has some', async () => {
  const lines = (await changes()).filter(({ requestBody }) => !requestBody).map(({ line }) => line);
  expect(lines).toContain('POST /users/ann/ban/');
  for (const line of lines) {
    expect({ line, ...(await app.askAdmin(line, { until: '2030-01-31T12:00:00Z' })) }).toMatchObject({
      line,
      status: 400,
      body: {
        message: expect.stringContaining('the body must be empty, because this request has no fields'),
      },
    });
  }
  expect((await app.askAdmin('PUT /rooms/r/hold/', {})).status).toBe(200);
  expect((await app.askAdmin('GET /users/ann/')).status).toBe(404);
});

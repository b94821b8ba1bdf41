import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { action } from '../../../functions/dialects/action/decode.ts';
import * as actionFrames from '../../../functions/dialects/action/schema.ts';
import { importBody, importUsersBody } from '../../../functions/dialects/admin/export-format.ts';
import * as adminRequests from '../../../functions/dialects/admin/schema.ts';
import * as operationFrames from '../../../functions/dialects/operation/operation.ts';
import * as restRequests from '../../../functions/dialects/rest/requests.ts';
import { chatMessage } from '../../../functions/dialects/type/type.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { alice } from '../../support/sample.ts';

/** A part of a valibot schema, as far as this test reads it. */
interface Part {
  readonly kind: string;
  readonly type: string;
  readonly message?: unknown;
  readonly entries?: Readonly<Record<string, Part>>;
  readonly options?: readonly (Part | string)[];
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly key?: Part | string;
  readonly value?: Part;
  readonly pipe?: readonly Part[];
}

/** Parts whose form an error can say only if they have a message. */
const opaque = new Set(['check', 'regex', 'custom', 'union']);

/** Returns the paths of the parts whose errors could not say the right form. */
function silentIn(part: Part, path: string): string[] {
  const isSilent = opaque.has(part.type) && part.message === undefined;
  const [, ...checks] = part.pipe ?? [];
  const inner: [string, Part][] = [
    ...Object.entries(part.entries ?? {}),
    ...[...(part.options ?? []), part.wrapped, part.item, part.key, part.value, ...checks].flatMap(
      (each): [string, Part][] => (typeof each === 'object' ? [[part.type, each]] : []),
    ),
  ];
  return [
    ...(isSilent ? [`${path} (${part.type})`] : []),
    ...inner.flatMap(([name, each]) => silentIn(each, `${path}/${name}`)),
  ];
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema';

describe('every check of a request or a frame says the right form', () => {
  const parts = Object.entries({
    ...Object.fromEntries(Object.entries(restRequests).map(([name, each]) => [`rest ${name}`, each])),
    ...Object.fromEntries(
      Object.entries(adminRequests)
        .filter(([name]) => /Body$|Query$/.test(name))
        .map(([name, each]) => [`admin ${name}`, each]),
    ),
    ...{ importBody, importUsersBody, chatMessage },
    ...actionFrames,
    ...Object.fromEntries(Object.entries(operationFrames).map(([name, each]) => [`operation ${name}`, each])),
  }).flatMap(([name, part]) => (isPart(part) ? [{ name, part }] : []));

  test.each(parts)('in $name', ({ name, part }) => {
    expect(silentIn(part, name)).toEqual([]);
  });
});

const messageIdForm = 'must be the id of a message: a whole number from 1';
const userIdForm = 'must be the id of a user: 1 to 128 bytes, without control characters, not "." or ".."';
const preferencesForm = 'must have at least one of: hidden, notify, pinned';
const changeForm =
  'must have at least one of: archived, avatar_url, data, description, name, posting, slow_mode';
const dataForm =
  'must be a JSON object of at most 2,048 bytes, nested at most 16 levels deep, without NUL characters and lone surrogates';
const slowModeForm = 'must be a whole number from 0 to 86400';
const timeForm = 'must be a time in ISO 8601, UTC, such as 2030-01-31T12:00:00Z';

type Case = readonly [line: string, body: unknown, fault: string];

/** Puts what a title shows first. */
const titled = ([line, body, fault]: Case) => [line, fault, body] as const;

describe('the error of a request says the right form', () => {
  let app: EmbeddedApp;
  beforeAll(async () => {
    app = await openEmbeddedApp();
    await app.makeRoom('r', 'ann', 'ben');
  });
  afterAll(() => app.database.close());

  const imported = (fields: object) => ({
    source: 's',
    lines: [{ line: 'log', kind: 'message', seq: 1, author: { id: 'a' }, text: '', ...fields }],
  });
  const created_at = '2020-01-02T03:04:05Z';

  const admin: readonly Case[] = [
    ['PATCH /rooms/r/', {}, `the body ${changeForm}`],
    ['PATCH /rooms/r/', [], 'the body must be an object'],
    ['PATCH /rooms/r/', null, 'the body must be an object'],
    ['PATCH /rooms/r/', { slow_mode: '5' }, `the field "slow_mode" ${slowModeForm}`],
    ['PATCH /rooms/r/', { slow_mode: 1.5 }, `the field "slow_mode" ${slowModeForm}`],
    ['PATCH /rooms/r/', { slow_mode: -1 }, `the field "slow_mode" ${slowModeForm}`],
    ['PATCH /rooms/r/', { slow_mode: 90_000 }, `the field "slow_mode" ${slowModeForm}`],
    ['PATCH /rooms/r/', { archived: 'yes' }, 'the field "archived" must be true or false'],
    ['PATCH /rooms/r/', { posting: 'all' }, 'the field "posting" must be one of "everyone", "moderators"'],
    ['PATCH /rooms/r/', { name: 'x'.repeat(201) }, 'the field "name" must have at most 200 characters'],
    ['PATCH /rooms/r/', { name: 5 }, 'the field "name" must be a string'],
    [
      'PATCH /rooms/r/',
      { avatar_url: 'http://example.com/a.png' },
      'the field "avatar_url" must be an https address of printable ASCII characters, without a user name or password',
    ],
    ['PATCH /rooms/r/', { data: [] }, `the field "data" ${dataForm}`],
    ['PUT /rooms/n/', { members: {} }, 'the field "members" must be a list'],
    ['PUT /rooms/n/', { members: [{}] }, 'the field "members.0.user_id" is missing'],
    ['PUT /rooms/n/', { members: [{ user_id: 'a\n' }] }, `the field "members.0.user_id" ${userIdForm}`],
    ['PUT /rooms/n/', { members: [{ user_id: null }] }, `the field "members.0.user_id" ${userIdForm}`],
    ['PUT /rooms/n/', { members: [{ user_id: '' }] }, `the field "members.0.user_id" ${userIdForm}`],
    ['POST /rooms/r/members/', { members: [] }, 'the field "members" must have at least 1 entry'],
    [
      'POST /rooms/r/members/',
      { members: Array.from({ length: 101 }, () => ({ user_id: 'a' })) },
      'the field "members" must have at most 100 entries',
    ],
    ['PATCH /rooms/r/members/ann/', {}, 'the body must have "role" or "data"'],
    [
      'PUT /users/u/',
      { attributes: { a: 'x'.repeat(3_000) } },
      'the field "attributes" must be a JSON object of at most 2,048 bytes, nested at most 16 levels deep, without NUL characters and lone surrogates',
    ],
    [
      'PUT /users/u/',
      { name: ' ' },
      'the field "name" must have a character that readers can see, and none that they cannot see',
    ],
    [
      'POST /rooms/r/messages/',
      { text: 'Hi' },
      'the body must have exactly one of "user_id", "bot" and "system"',
    ],
    [
      'POST /rooms/r/messages/',
      { text: 'Hi', bot: { id: 'a b' } },
      'the field "bot.id" must have only letters, digits, "_", "-" and "."',
    ],
    ['POST /rooms/r/messages/', { text: 'Hi', system: false }, 'the field "system" must be true'],
    ['POST /rooms/r/messages/', { text: 'Hi', user_id: 'ann', reply_to: 0 }, `"reply_to" ${messageIdForm}`],
    ['POST /rooms/r/messages/', { text: 'Hi', user_id: 'ann', reply_to: 'x' }, `"reply_to" ${messageIdForm}`],
    ['PUT /rooms/r/retention/', {}, 'the field "retention_days" is missing'],
    ['GET /rooms/?limit=101', undefined, 'the query parameter "limit" must be a whole number from 1 to 100'],
    ['GET /rooms/?limit=x', undefined, 'the query parameter "limit" must be a whole number from 1 to 100'],
    ['GET /reports/?limit=26', undefined, 'the query parameter "limit" must be a whole number from 1 to 25'],
    ['GET /reports/?status=new', undefined, 'the query parameter "status" must be one of "open", "resolved"'],
    ['GET /rooms/?limit=1&limit=2', undefined, 'the query parameter "limit" must be given once'],
    [
      'GET /rooms/r/messages/?before=1&before=2',
      undefined,
      'the query parameter "before" must be given once',
    ],
    [
      'GET /rooms/?cursor=*',
      undefined,
      'the query parameter "cursor" must be the `next_cursor` of the page before',
    ],
    [
      'POST /rooms/n/import/',
      imported({ created_at: '1 May' }),
      `the field "lines.0.created_at" ${timeForm}`,
    ],
    [
      'POST /rooms/n/import/',
      imported({ created_at: '2999-01-02T03:04:05Z' }),
      'the field "lines.0.created_at" must not be in the future',
    ],
    [
      'POST /rooms/n/import/',
      imported({ created_at, reply_to: 2 }),
      'the field "lines.0" must reply to a message with a lower number',
    ],
    [
      'POST /rooms/n/import/',
      imported({ created_at, author: { id: 5 } }),
      'the field "lines.0.author.id" must be a string',
    ],
    [
      'POST /rooms/n/import/',
      imported({ kind: 'mesage' }),
      'the field "lines.0.kind" must be one of "message", "edit", "delete", "react", "room", "member", "pin"',
    ],
    [
      'POST /rooms/n/import/',
      { source: 's', lines: [{ line: 'chat' }] },
      'the field "lines.0.line" must be one of "room", "log", "file", "member", "mute", "room_end"',
    ],
    [
      'POST /rooms/n/import/',
      { source: 's', lines: [{ line: 'file', id: 'x', name: 'a', content_type: 'b', size: 1, owner: 'c' }] },
      'the field "lines.0.id" must be a UUID',
    ],
  ];

  test.each(admin.map(titled))('%s: %s', async (line, fault, body) => {
    const { status, body: answer } = await app.askAdmin(line, body);
    expect({ status, message: answer['message'] }).toEqual({
      status: 400,
      message: expect.stringContaining(`${fault}. See openapi.json of this API.`),
    });
  });

  const rest: readonly Case[] = [
    ['PATCH /chats/r/members/ben/', { muted_until: 'tomorrow' }, `the field "muted_until" ${timeForm}`],
    [
      'PATCH /chats/r/members/ben/',
      { muted_until: null, muted_seconds: 1 },
      'the body must have "role", "data", or one of "muted_until" and "muted_seconds"',
    ],
    ['POST /chats/', { kind: 'party' }, 'the field "kind" must be one of "direct", "group"'],
    ['POST /chats/', { kind: 'direct' }, 'the field "members" is missing'],
    ['POST /chats/', { members: [''] }, `the field "members.0" ${userIdForm}`],
    ['POST /chats/r/send_message/', { content: 'Hi', client_id: '' }, '"client_id" must not be empty'],
    ['POST /chats/r/send_message/', { content: 'Hi', client_id: '\ud800' }, 'must not have lone surrogates'],
    ['PATCH /chats/r/', { slowmode: 5 }, `the body ${changeForm}.`],
    ['PATCH /chats/r/preferences/', {}, `the body ${preferencesForm}.`],
    ['PATCH /chats/r/preferences/', { notif: 'all' }, `the body ${preferencesForm}.`],
    ['POST /chats/r/members/', { user_id: '' }, `the field "user_id" ${userIdForm}`],
    ['POST /chats/r/members/', { user_id: '..' }, `the field "user_id" ${userIdForm}`],
    ['GET /chats/?limit=1&limit=2', undefined, 'the query parameter "limit" must be given once'],
    ['GET /chats/?hidden=true&hidden=true', undefined, 'the query parameter "hidden" must be given once'],
    [
      'GET /chats/r/messages/?before=1&before=2',
      undefined,
      'the query parameter "before" must be given once',
    ],
    ['GET /chats/r/search/?q=a&q=b', undefined, 'the query parameter "q" must be given once'],
    ['POST /chats/', { name: ['a', 'b'] }, 'the field "name" must be a string'],
    ['GET /chats/?hidden=yes', undefined, 'the query parameter "hidden" must be one of "true", "false"'],
    [
      'GET /chats/r/search/?q=%20',
      undefined,
      'the query parameter "q" must have a character that readers can see',
    ],
    [
      'GET /users/?query=%20',
      undefined,
      'the query parameter "query" must have a character that readers can',
    ],
    ['GET /chats/r/messages/?before=0', undefined, `the query parameter "before" ${messageIdForm}`],
    ['POST /login/refresh/', { refresh_token: 'a b' }, 'the field "refresh_token" must be a refresh token'],
    [
      'POST /login/password/',
      { username: 'a', session: 'b', password: 'c', attributes: { 'a b': 'd' } },
      'the field "attributes.a b" must be a name of at most 32 letters, digits, "_" and ":"',
    ],
  ];

  test.each(rest.map(titled))('%s of a user: %s', async (line, fault, body) => {
    const { status, body: answer } = await app.ask('ann', line, body);
    expect({ status, message: answer['message'] }).toEqual({
      status: 400,
      message: expect.stringContaining(fault),
    });
  });

  test('a body that is not JSON is named', async () => {
    const request = { method: 'POST', body: '{', headers: { 'Content-Type': 'application/json' } };
    const { httpApp } = await import('../../../functions/gateway/http/app.ts');
    const answer = await httpApp(app.context).request('https://a.example/api/login/refresh/', request, {});
    expect(await answer.json()).toEqual({
      error: 'BAD_REQUEST',
      message: 'Request not read: the body is not JSON. See openapi.json of this API.',
    });
  });
});

describe('the error of a frame says the right form', () => {
  test.each<[frame: object, fault: string]>([
    [{ action: 'edit', text: 'Hi' }, 'the field "message_id" is missing'],
    [{ action: 'edit', message_id: 1.5, text: 'Hi' }, `the field "message_id" ${messageIdForm}`],
    [{ action: 'edit', message_id: 1, text: 5 }, 'the field "text" must be a string'],
    [{ action: 'send', message: 'Hi', mentions: ['ann', ''] }, `the field "mentions.1" ${userIdForm}`],
    [{ action: 'send', message: 'Hi', type: 'system' }, '"type" must be one of "text", "file", "image"'],
    [{ action: 'send', message: 'Hi', data: 5 }, `the field "data" ${dataForm}`],
    [{ action: 'react', message_id: 1, emoji: 'ok' }, 'the field "emoji" must be one emoji'],
    [{ action: 'typing', typing: 'yes' }, 'the field "typing" must be true or false'],
    [{ action: 'history', limit: 51 }, 'the field "limit" must be a whole number from 1 to 50'],
    [{ action: 'sync', since: -1 }, '"since" must be a sequence number: a whole number from 0'],
    [{ action: 'sync', since: 'x' }, '"since" must be a sequence number: a whole number from 0'],
    [{ action: 'join', room_id: '' }, '"room_id" must be the id of a room: 1 to 300 bytes'],
    [{ action: 'ping', rooms: [null] }, '"rooms.0" must be the id of a room: 1 to 300 bytes'],
  ])('%j', (frame, fault) => {
    expect(() => action.decode(JSON.stringify(frame), alice)).toThrow(
      `Frame not read: the field ${fault.replace(/^the field /, '')}`,
    );
  });
});

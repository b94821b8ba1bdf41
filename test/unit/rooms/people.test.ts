import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../../functions/connections/lifecycle.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Directory } from '../../../functions/domain/name.ts';
import { ban, unban } from '../../../functions/store/accounts.ts';
import { listName } from '../../../functions/store/directory.ts';
import { profileKey } from '../../../functions/store/keys.ts';
import { getMember } from '../../../functions/store/members.ts';
import { addOpenConnection } from '../../../functions/store/profiles.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

let app: EmbeddedApp;
afterEach(() => app.database.close());

const open = async (directory: Directory, budgets = new Budgets(false)) => {
  app = await openEmbeddedApp({ directory, budgets });
};

const userOf = (id: string, username: string) => ({ id, username, email: `${id}@example.com`, userType: '' });

const sessionOf = (id: string, username: string) =>
  connectionOf(userOf(id, username), { id: `c-${id}-${username}`, connectedAt: app.context.now() });

/** Connects a user, as the function `connect` does. */
const signIn = (id: string, username: string, overrides: Partial<Parameters<typeof connect>[1]> = {}) =>
  connect(
    sessionOf(id, username),
    { ...app.context, isListed: app.context.directory === 'everyone', ...overrides },
    async () => {},
  );

const search = (caller: string, query: string, rest = '') =>
  app.ask(caller, `GET /users/?query=${encodeURIComponent(query)}${rest}`);

const namesOf = (body: Json) => (body['users'] as Json[]).map(({ username }) => username);

const found = async (caller: string, query: string) => namesOf((await search(caller, query)).body);

/** Returns the keys of all entries for the names that a test uses. */
async function entriesIn(...buckets: readonly string[]) {
  const pages = buckets.map((bucket) =>
    app.database.db.chat.query({ where: '#room = :room', values: { ':room': `name#${bucket}` } }),
  );
  return (await Promise.all(pages)).flatMap(({ items }) => items.map(({ item }) => item));
}

test.each(['everyone', 'sharedRooms'] as const)(
  'does not find banned users until the ban ends, with directory: %s',
  async (directory) => {
    await open(directory);
    await signIn('1', 'Alice');
    await signIn('7', 'Ana María Cruz');
    await app.makeRoom('shared', '1', '7');
    await ban(app.database.db, '7', app.context.now());
    for (const query of ['ana', '7']) expect(await found('1', query)).toEqual([]);
    await unban(app.database.db, '7');
    for (const query of ['ana', '7']) expect(await found('1', query)).toEqual(['Ana María Cruz']);
  },
);

describe('with directory: everyone', () => {
  test('finds any user by the beginning of each word, in any case and without accents', async () => {
    await open('everyone');
    await signIn('7', 'Ana María Cruz');
    await signIn('u#8', 'anabel@example.com');
    for (const query of ['ana', 'ANÁ', 'maria', 'cruz', 'Maria C']) {
      expect(await found('1', query)).toContain('Ana María Cruz');
    }
    expect(await found('1', 'ria')).toEqual([]);
    const { body } = await search('1', 'ana');
    // Neither presence nor an e-mail address.
    expect(body).toEqual({
      users: [
        { user_id: 7, username: 'Ana María Cruz', avatar_url: null, profile_data: null },
        { user_id: 'u#8', username: 'anabel', avatar_url: null, profile_data: null },
      ],
      next_cursor: null,
    });
  });

  test('finds a user by the whole id once, and neither the caller nor a guest', async () => {
    await open('everyone');
    await signIn('bob', 'bob');
    await signIn('9', 'Nina');
    const guest = { ...userOf('guest:c9', 'Bobby'), guest: true } as const;
    await connect(
      { ...connectionOf(guest), connectedAt: app.context.now() },
      { ...app.context, isListed: true },
      async () => {},
    );
    expect(await found('1', 'bob')).toEqual(['bob']);
    expect(await found('bob', 'bob')).toEqual([]);
    expect(await found('1', '9')).toEqual(['Nina']);
    expect(await found('1', 'guest:c9')).toEqual([]);
  });

  test('shows the name of a stranger who has not accepted a room, but not their presence', async () => {
    await open('everyone');
    await signIn('9', 'nina@example.com');
    const { body } = await app.ask('1', 'POST /chats/', { kind: 'direct', members: ['9'] });
    const members = (await app.ask('1', 'GET /chats/direct:1:9/members/')).body['members'];
    for (const [, stranger] of [body['members'], members] as Json[][]) {
      expect(stranger).toMatchObject({ username: 'nina', pending: true, online: false, last_seen: null });
    }
  });

  test('a name that changes replaces the entries of the old one', async () => {
    await open('everyone');
    await signIn('7', 'Ana Cruz');
    await signIn('7', 'Ana Maria');
    expect(await found('1', 'cruz')).toEqual([]);
    expect(await found('1', 'maria')).toEqual(['Ana Maria']);
    expect(await found('1', 'ana')).toEqual(['Ana Maria']);
    expect((await entriesIn('an', 'ma', 'cr')).sort()).toEqual(['ana maria#7', 'maria#7']);
  });

  test('connecting again under the same name costs what it costs without a directory', async () => {
    await open('sharedRooms');
    const { database } = app;
    await signIn('7', 'Ana Cruz');
    database.restart();
    await signIn('7', 'Ana Cruz');
    const unlisted = structuredClone(database.counts());
    expect(unlisted.trips).toEqual([['PutItem', 'UpdateItem']]);
    database.restart();
    await signIn('7', 'Ana Cruz', { isListed: true });
    expect(database.counts().trips).toEqual([...unlisted.trips, ['PutItem', 'PutItem'], ['UpdateItem']]);
    database.restart();
    await signIn('7', 'Ana Cruz', { isListed: true });
    expect(database.counts()).toEqual(unlisted);
  });

  test('a user of an earlier release is found after the next sign-in', async () => {
    await open('everyone');
    const { db } = app.database;
    await addOpenConnection(db, sessionOf('7', 'Ana Cruz'), app.context.now());
    expect(await found('1', 'ana')).toEqual([]);
    await signIn('7', 'Ana Cruz');
    expect(await found('1', 'ana')).toEqual(['Ana Cruz']);
  });

  test('a connection opens if the directory cannot be written, and the next one lists the name', async () => {
    await open('everyone');
    const { db } = app.database;
    const faults: unknown[] = [];
    const broken = { ...db.chat, update: db.chat.update.bind(db.chat), put: async () => fail() };
    const fail = () => Promise.reject(new Error('throttled'));
    await signIn('7', 'Ana', {
      db: { ...db, chat: broken as unknown as typeof db.chat },
      onFault: (error) => void faults.push(error),
    });
    expect(faults).toHaveLength(1);
    expect(await found('1', 'ana')).toEqual([]);
    await signIn('7', 'Ana');
    expect(await found('1', 'ana')).toEqual(['Ana']);
  });

  test('two names at the same time leave one of them after the next connection', async () => {
    await open('everyone');
    const { db } = app.database;
    const add = (name: string) => addOpenConnection(db, sessionOf('7', name), app.context.now(), true);
    await signIn('7', 'Ana');
    const [bea, cleo] = [await add('Bea'), await add('Cleo')];
    for (const { unlisted } of [cleo, bea]) if (unlisted) await listName(db, unlisted);
    await signIn('7', 'Cleo');
    expect(await entriesIn('an', 'be', 'cl')).toEqual(['cleo#7']);
    expect((await db.chat.get(profileKey('7')))?.['names']).toEqual(new Set(['Cleo']));
  });

  test('a search makes two round trips and reads at most 50 entries and their profiles, whatever the number of users', async () => {
    await open('everyone');
    const items = Array.from({ length: 2_000 }, (_, index) => {
      const name = `Anna ${'Long'.repeat(20)} ${String(index).padStart(4, '0')}`;
      return {
        room: 'name#an',
        item: `anna ${'long'.repeat(6)}l#${10_000 + index}`,
        id: `${10_000 + index}`,
        name,
      };
    });
    await app.database.fill(
      'chat',
      items.map((item) => marshall(item)),
    );
    const ids = new Set<unknown>();
    let cursor: unknown = '';
    for (let pages = 0; pages < 3; pages++) {
      app.database.restart();
      const { body } = await search('1', 'ann', `&limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const { trips, readUnits, writeUnits } = app.database.counts();
      expect(trips).toHaveLength(2);
      expect(trips[0]?.toSorted()).toEqual(pages === 0 ? ['GetItem', 'Query'] : ['Query']);
      expect(trips[1]).toEqual(['BatchGetItem']);
      expect(readUnits).toBeLessThanOrEqual(3 + 50 / 2);
      expect(writeUnits).toBe(0);
      for (const { user_id } of body['users'] as Json[]) ids.add(user_id);
      cursor = body['next_cursor'];
    }
    expect(ids.size).toBe(150);
    expect(cursor).toEqual(expect.any(String));
  });
});

describe('with directory: sharedRooms', () => {
  test('finds people who share an accepted room with the caller, and nobody else', async () => {
    await open('sharedRooms');
    for (const [id, name] of [
      ['1', 'Alice'],
      ['2', 'Bob Brown'],
      ['3', 'Bella'],
      ['4', 'Boris'],
    ] as const)
      await signIn(id, name);
    await app.makeRoom('garden', '1', '2');
    await app.makeRoom('cellar', '2', '3');
    await app.ask('1', 'POST /chats/', { kind: 'direct', members: ['4'] });
    expect(await found('1', 'bo')).toEqual(['Bob Brown']);
    expect(await found('1', 'BROWN')).toEqual(['Bob Brown']);
    expect(await found('1', '2')).toEqual(['Bob Brown']);
    expect(await found('1', '3')).toEqual([]);
    expect(await found('4', 'al')).toEqual([]);
    expect(await found('2', 'al')).toEqual(['Alice']);
    expect(await found('1', 'al')).toEqual([]);
    // Boris accepts.
    await app.ask('4', 'POST /chats/direct:1:4/accept/');
    expect(await found('1', 'bo')).toEqual(['Bob Brown', 'Boris']);
    expect(await found('4', 'al')).toEqual(['Alice']);
    await app.ask('2', 'DELETE /chats/garden/members/2/');
    expect(await getMember(app.database.db, 'garden', '2')).toBeUndefined();
    expect(await found('1', 'bo')).toEqual(['Boris']);
    // Nothing was written for the directory.
    expect(await entriesIn('al', 'bo', 'br', 'be')).toEqual([]);
  });

  test('pages through the people in the order of their names', async () => {
    await open('sharedRooms');
    const ids = Array.from({ length: 7 }, (_, index) => `m${index}`);
    for (const id of ids) await signIn(id, `Max ${id}`);
    await app.makeRoom('garden', '1', ...ids);
    const first = (await search('1', 'max', '&limit=4')).body;
    const second = (await search('1', 'max', `&limit=4&cursor=${first['next_cursor']}`)).body;
    expect([...namesOf(first), ...namesOf(second)]).toEqual(ids.map((id) => `Max ${id}`));
    expect(second['next_cursor']).toBeNull();
  });

  test('reads at most 250 units in four round trips, whatever the number of rooms and members', async () => {
    await open('sharedRooms');
    const { database } = app;
    const stored = { kind: 'group', access: 'members', seq: 0, shards: 1 };
    const member = { role: 'member', readTo: 0, addedAt: 0, mutedUntil: 0 };
    const profile = { item: 'profile', username: 'Max', lastSeen: '2026-01-01T00:00:00Z' };
    const items: object[] = [];
    for (let room = 100; room < 400; room++) {
      items.push({ ...stored, room: `r${room}`, item: 'room', name: '', lastAt: room });
      items.push({ ...member, room: `r${room}`, item: 'member#1', user: '1' });
      // The search looks at the first 200 rooms, and then at the members of the 20 that changed last.
      for (let other = 100; room >= 280 && room < 300 && other < 205; other++) {
        const user = `m${room}-${other}`;
        items.push({ ...member, room: `r${room}`, item: `member#${user}`, user });
        if (room >= 297) items.push({ ...profile, room: `user#${user}` });
      }
    }
    await database.fill(
      'chat',
      items.map((item) => marshall(item)),
    );
    database.restart();
    const { status, body } = await search('1', 'max', '&limit=50');
    expect(status).toBe(200);
    expect(namesOf(body)).toHaveLength(50);
    const { trips, readUnits, writeUnits } = database.counts();
    expect(trips).toHaveLength(4);
    expect(trips.flat()).toHaveLength(1 + 2 + 1 + 20 + 2);
    expect(readUnits).toBeLessThanOrEqual(250);
    expect(writeUnits).toBe(0);
  });
});

test('with directory: off, refuses a search with DIRECTORY_OFF and without a read', async () => {
  await open('off');
  app.database.restart();
  expect(await search('1', 'bob')).toMatchObject({ status: 403, body: { error: 'DIRECTORY_OFF' } });
  expect(app.database.counts().trips).toEqual([]);
});

test.each([
  ['no query', ''],
  ['an empty query', '?query='],
  ['a query of blanks', '?query=%20%20'],
  ['an invisible query', '?query=%E2%80%8B'],
  ['a long query', `?query=${'a'.repeat(129)}`],
  ['a control character', '?query=bob%00'],
  ['a line break', '?query=bob%0Asmith'],
  ['a page that is too large', '?query=bob&limit=51'],
  ['a cursor of another search', `?query=bob&cursor=${Buffer.from('["alice#1"]').toString('base64url')}`],
  [
    'a cursor that is longer than any entry',
    `?query=bob&cursor=${Buffer.from(`["bob#${'2'.repeat(1_100)}"]`).toString('base64url')}`,
  ],
  ['a cursor without a name', `?query=b&cursor=${Buffer.from('["b"]').toString('base64url')}`],
])('refuses %s before it reads anything', async (_what, query) => {
  await open('everyone');
  app.database.restart();
  expect(await app.ask('1', `GET /users/${query}`)).toMatchObject({
    status: 400,
    body: { error: 'BAD_REQUEST' },
  });
  expect(app.database.counts().trips).toEqual([]);
});

test('refuses more than 40 searches in ten seconds without a read', async () => {
  await open('everyone', new Budgets(true));
  for (let count = 0; count < 40; count++) expect((await search('1', 'bob')).status).toBe(200);
  app.database.restart();
  expect(await search('1', 'bob')).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
  expect(app.database.counts().trips).toEqual([]);
  expect((await search('2', 'bob')).status).toBe(200);
  expect((await app.ask('1', 'GET /chats/')).status).toBe(200);
});

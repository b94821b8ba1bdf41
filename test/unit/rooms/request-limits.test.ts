import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import { signedFiles } from '../../../functions/store/files.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';

const rates = { group: { messages: 3, windowMs: 10_000 }, direct: null };

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp({ rates, budgets: new Budgets(true), files: () => signedFiles('files') });
  await app.makeRoom('lunch', 'ann', 'ben', 'cat');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await app.database.close();
});

/** Returns the calls and writes of DynamoDB that a request makes, and its status. */
async function costOf(user: string, line: string, body?: unknown) {
  const before = await app.database.countItems();
  app.database.restart();
  const answer = await app.ask(user, line, body);
  const { trips, writeUnits } = app.database.counts();
  const newItems = (await app.database.countItems()) - before;
  return { ...answer, calls: trips.flat().length, writeUnits, newItems };
}

const membershipChanges = [
  ['adding', 'POST /chats/lunch/members/', { user_id: 'dan' }],
  ['muting', 'PATCH /chats/lunch/members/ben/', { muted_seconds: 60 }],
  ['changing the role of', 'PATCH /chats/lunch/members/ben/', { role: 'moderator' }],
  ['removing', 'DELETE /chats/lunch/members/ben/', undefined],
] as const;

describe.each(membershipChanges)('%s a member', (_name, line, body) => {
  const spendLimit = async (user: string) => {
    for (let index = 0; index < 3; index++) await app.ask(user, 'DELETE /chats/lunch/members/nobody/');
  };

  test('counts towards the rate limit of the room', async () => {
    await spendLimit('ann');
    const { status, body: answer } = await app.ask('ann', line, body);
    expect(status).toBe(429);
    expect(answer).toMatchObject({ error: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
    app.wait(10_000);
    expect((await app.ask('ann', line, body)).status).toBeLessThan(300);
  });

  test('is refused without a call where this function has just refused the same user', async () => {
    await spendLimit('ann');
    const first = await costOf('ann', line, body);
    expect(first).toMatchObject({ status: 429, calls: 3, writeUnits: 1, newItems: 0 });
    const second = await costOf('ann', line, body);
    expect(second).toMatchObject({ status: 429, calls: 0, writeUnits: 0, newItems: 0 });
  });

  test('is limited for a member who may not change members', async () => {
    await spendLimit('cat');
    expect(await costOf('cat', line, body)).toMatchObject({ status: 429, writeUnits: 1, newItems: 0 });
  });
});

test.each([
  ['an upload', 'POST /chats/lunch/files/', { name: 'a.txt', content_type: 'text/plain', size: 5 }],
  ['a message', 'POST /chats/lunch/send_message/', { content: 'hi' }],
])('%s beyond the rate limit costs two calls, and then none', async (_name, line, body) => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION']) vi.stubEnv(name, 'x');
  for (let index = 0; index < 3; index++) expect((await app.ask('ben', line, body)).status).toBe(201);
  expect(await costOf('ben', line, body)).toMatchObject({
    status: 429,
    calls: 2,
    writeUnits: 1,
    newItems: 0,
  });
  expect(await costOf('ben', line, body)).toMatchObject({
    status: 429,
    calls: 0,
    writeUnits: 0,
    newItems: 0,
  });
});

test('a member at the rate limit can leave the room', async () => {
  for (let index = 0; index < 4; index++) await app.ask('ben', 'DELETE /chats/lunch/members/cat/');
  expect((await app.ask('ben', 'DELETE /chats/lunch/members/ben/')).status).toBe(204);
});

test('a muted moderator can change members', async () => {
  await app.ask('ann', 'PATCH /chats/lunch/members/ben/', { role: 'moderator', muted_seconds: 60 });
  expect((await app.ask('ben', 'DELETE /chats/lunch/members/cat/')).status).toBe(204);
});

describe('the requests of a user', () => {
  test.each([
    [600, 'reads', 'GET /chats/'],
    [150, 'writes', 'POST /chats/'],
  ] as const)('are limited to %i %s in ten seconds, and more cost no call', async (limit, _name, line) => {
    const body = line.startsWith('POST') ? { kind: 'direct', members: ['ben'] } : undefined;
    for (let index = 0; index < limit; index++) {
      expect((await app.ask('dan', line, body)).status).toBeLessThan(300);
    }
    expect(await costOf('dan', line, body)).toMatchObject({ status: 429, calls: 0, newItems: 0 });
    expect((await app.ask('ann', 'GET /chats/lunch/')).status).toBe(200);
    app.wait(10_000);
    expect((await app.ask('dan', line, body)).status).toBeLessThan(300);
  });

  test('are refused without a call after 100 refusals in ten seconds', async () => {
    for (let index = 0; index < 100; index++) {
      expect((await app.ask('dan', 'GET /chats/lunch/messages/')).status).toBe(403);
    }
    expect(await costOf('dan', 'GET /chats/')).toMatchObject({ status: 429, calls: 0 });
    app.wait(10_000);
    expect((await app.ask('dan', 'GET /chats/')).status).toBe(200);
  });
});

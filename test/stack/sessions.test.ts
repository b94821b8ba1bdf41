import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { welcomeText } from '../../bin/local.ts';
import { ChatClient } from '../../client/index.ts';
import { CLOCK_TOLERANCE_MS } from '../../functions/domain/connection.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { typed } from '../support/chat.ts';
import { ask } from '../support/http.ts';
import { sessionApp } from '../support/session-app.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';
import { withoutGrant } from '../support/without-grant.ts';
import { connect } from '../support/ws-client.ts';

const awsClient = process.env['PARLEY_AWS_CLIENT'] ?? 'signed';
const synthesizer = testSynthesizer({ awsClient }, sessionApp);
/** Set to synthesize a template without the chat's permission to invoke the team's function. */
let withoutGrants = false;

let backend: TestStack;
let database: DynamoDBClient;

async function synthesize(context: Record<string, unknown>): Promise<string> {
  const assembly = await synthesizer.synthesize(context);
  if (withoutGrants) withoutGrant(assembly, 'Backend', 'ReadSession');
  return assembly;
}

beforeAll(async () => {
  backend = await startTestStack({ synthesize });
  database = new DynamoDBClient({
    endpoint: backend.dynamodbUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
});

afterAll(async () => {
  await closePages();
  database.destroy();
  // The last test causes denied calls, which `backend.stop` would report.
  await backend.stack.stop();
  synthesizer.dispose();
});

let count = 0;

/** Stores a session in the table of the existing backend. Resolves to its id. */
async function signIn(userId: string, fields: Record<string, unknown> = {}): Promise<string> {
  count += 1;
  const id = `session-${count}`;
  const names: Record<string, string> = { 1: 'alice', 2: 'bob', 4: 'dave' };
  const session = { userId, username: names[userId], expiresAt: Date.now() + 600_000, ...fields };
  const options = { removeUndefinedValues: true };
  const TableName = backend.stack.tables.find((name) => name.startsWith('Sessions'));
  await database.send(new PutItemCommand({ TableName, Item: marshall({ id, ...session }, options) }));
  return id;
}

const socketUrl = (room: string) => `${backend.stack.edgeUrl.replace('http', 'ws')}/ws/chat/${room}/`;
const cookieOf = (session: string) => ({
  Cookie: `theme=dark; sessionid=${session}`,
  Origin: backend.stack.edgeUrl,
});

describe('contract S2 with the sessions of an existing backend', () => {
  const enter = async (userId: string) =>
    connect(socketUrl('1'), { headers: cookieOf(await signIn(userId, { email: `${userId}@example.com` })) });

  test('opens a socket with the session cookie, and exchanges the frames of the contract', async () => {
    const [alice, bob] = await Promise.all([enter('1'), enter('2')]);
    alice.send({ content: 'Hello everyone!' });
    for (const client of [alice, bob]) {
      expect(await client.next(typed('message'))).toMatchObject({
        type: 'message',
        message: {
          id: expect.any(Number),
          chat: 1,
          sender: { id: 1, username: 'alice', email: '1@example.com', user_type: '' },
          content: 'Hello everyone!',
          timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      });
    }
    alice.send({ content: '' });
    expect(await alice.next(typed('error'))).toMatchObject({ message: 'Content cannot be empty' });
    alice.send('{"content"');
    expect(await alice.next(typed('error'))).toMatchObject({ message: 'Invalid JSON' });
    await Promise.all([alice.close(), bob.close()]);
  });

  test('reads the history and sends by REST with the cookie', async () => {
    const headers = cookieOf(await signIn('1'));
    const sent = await ask(backend, 'POST /chats/1/send_message/', { headers, body: { content: 'By REST' } });
    expect(sent).toMatchObject({ status: 201, body: { content: 'By REST', sender: { username: 'alice' } } });
    const { body } = await ask(backend, 'GET /chats/1/messages/', { headers });
    expect(body['messages']).toContainEqual(expect.objectContaining({ content: 'By REST' }));
  });

  test.each([
    ['an unknown session', async () => cookieOf('unknown'), 401],
    ['no cookie', async () => ({ Origin: backend.stack.edgeUrl }), 401],
    ['a user who is not a participant', async () => cookieOf(await signIn('4')), 403],
    [
      'a page of another site',
      async () => ({ ...cookieOf(await signIn('1')), Origin: 'https://evil.example' }),
      403,
    ],
  ])('refuses %s', async (_who, headers, status) => {
    await expect(connect(socketUrl('1'), { headers: await headers() })).rejects.toMatchObject({ status });
  });

  test('refuses a change by REST from a page of another site', async () => {
    const headers = { ...cookieOf(await signIn('1')), Origin: 'https://evil.example' };
    const answer = await ask(backend, 'POST /chats/1/send_message/', {
      headers,
      body: { content: 'forged' },
    });
    expect(answer).toMatchObject({ status: 403, body: { error: 'FORBIDDEN_ORIGIN' } });
  });

  test('leaves sign-in and sign-out to the backend', async () => {
    const headers = cookieOf(await signIn('1'));
    const body = { username: 'alice', password: 'alice' };
    expect(await ask(backend, 'POST /login/', { body })).toMatchObject({
      status: 501,
      body: { error: 'NO_PASSWORD_LOGIN' },
    });
    const { status, headers: answered } = await ask(backend, 'POST /logout/', { headers });
    expect([status, answered.getSetCookie()]).toEqual([204, []]);
  });
});

describe('contract S3 with the opaque tokens of an existing backend', () => {
  const enter = async (token: string) => connect(`${socketUrl('1')}?token=${token}`);

  test('opens a socket with the token, and exchanges the frames of the contract', async () => {
    const [alice, bob] = await Promise.all([enter(await signIn('1')), enter(await signIn('2'))]);
    expect(await bob.next()).toEqual({
      type: 'connection_established',
      message: 'Connected to chat room 1',
      user_id: '2',
      username: 'bob',
    });
    await alice.next(typed('connection_established'));
    alice.send({ type: 'chat_message', message: 'Hello, world!', receiver_id: '2' });
    for (const client of [alice, bob]) {
      expect(await client.next(typed('chat_message'))).toEqual({
        type: 'chat_message',
        message: 'Hello, world!',
        sender_id: '1',
        sender_username: 'alice',
        sender_name: 'alice',
        message_id: expect.stringMatching(/^[\da-f-]{36}$/),
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        receiver_id: '2',
      });
    }
    await Promise.all([alice.close(), bob.close()]);
  });

  test.each([
    ['an unknown token', async () => 'unknown', 4001, 'Unauthorized'],
    ['a user who is not a member', () => signIn('4'), 4003, 'Not a member of the chat room'],
  ])('sends the error to %s, and closes the socket', async (_who, token, code, message) => {
    const client = await enter(await token());
    expect(await client.next()).toEqual({ type: 'error', code, message });
    expect(await client.closed).toMatchObject({ code: 1000 });
  });
});

describe('a session', () => {
  const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

  test('has a user and an expiry, which GET /session/ returns', async () => {
    const expiresAt = Date.now() + 300_000;
    const answer = await ask(backend, 'GET /session/', bearer(await signIn('1', { expiresAt })));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        user: { id: 1, username: 'alice', email: '', user_type: '' },
        expires_at: new Date(expiresAt).toISOString(),
      },
    });
    expect((await ask(backend, 'GET /session/')).status).toBe(401);
    expect((await ask(backend, 'GET /login/')).body).toEqual({ password: null, oidc: null, session: true });
  });

  test('closes its sockets when it expires, unless an authenticate frame has renewed them', async () => {
    const expiresAt = Date.now() - CLOCK_TOLERANCE_MS + 3_000;
    const open = async () => connect(`${socketUrl('1')}`, bearer(await signIn('1', { expiresAt })));
    const [ended, renewed] = await Promise.all([open(), open()]);
    renewed.send({ action: 'authenticate', token: await signIn('2') });
    expect(await renewed.next(typed('error'))).toMatchObject({ code: 'WRONG_USER' });
    renewed.send({ action: 'authenticate', token: 'unknown' });
    expect(await renewed.next(typed('error'))).toMatchObject({ code: 'UNAUTHENTICATED' });
    const later = Date.now() + 300_000;
    renewed.send({ action: 'authenticate', token: await signIn('1', { expiresAt: later }) });
    expect(await renewed.next(typed('authenticated'))).toMatchObject({
      expires_at: new Date(later).toISOString(),
    });
    await new Promise((resume) => setTimeout(resume, expiresAt + CLOCK_TOLERANCE_MS - Date.now() + 100));
    renewed.send({ action: 'send', message: 'still here' });
    await renewed.next(typed('chat_message', ({ message }) => message?.['text'] === 'still here'));
    expect(await ended.next(typed('error'))).toMatchObject({ code: 'TOKEN_EXPIRED' });
    await ended.closed;
    await renewed.close();
  });

  test.each([
    [
      'answers with a malformed expiry',
      { expiresAt: Math.floor(Date.now() / 1000) },
      'malformed in expiresAt',
    ],
    ['fails', { username: undefined }, 'failed with TypeError'],
  ])('is refused everywhere if the function %s', async (_what, fields, reason) => {
    const token = await signIn('1', fields);
    const answer = await ask(backend, 'GET /chats/', bearer(token));
    expect(answer).toMatchObject({ status: 503, body: { error: 'AUTH_UNAVAILABLE' } });
    await expect(connect(socketUrl('1'), bearer(token))).rejects.toMatchObject({ status: 500 });
    await expect(connect(`${socketUrl('1')}?token=${token}`)).rejects.toMatchObject({ status: 500 });
    const client = await connect(socketUrl('1'), bearer(await signIn('1')));
    client.send({ action: 'authenticate', token });
    expect(await client.next(typed('error'))).toMatchObject({ code: 'INTERNAL' });
    await client.close();
    const faults = backend.lines.filter((line) => line.includes(reason));
    expect(faults.length).toBeGreaterThanOrEqual(4);
    expect(backend.lines.filter((line) => line.includes(token))).toEqual([]);
  });
});

test('the client can use an opaque token if the app passes the user', async () => {
  const client = new ChatClient({
    url: backend.stack.edgeUrl,
    token: () => signIn('1'),
    user: 1,
  });
  const room = client.room(1);
  const { sender_id } = await room.send('From the client');
  expect([sender_id, client.user]).toEqual([1, '1']);
  client.close();
});

test('the local stack prints which function of the team verifies credentials', () => {
  const flags = { memory: true, data: '', ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 } };
  const text = welcomeText(backend.stack, { ...flags, dynamodbEndpoint: undefined });
  expect(text).toContain('Your function ReadSession verifies both.');
  expect(text).not.toContain('alice');
});

describe('the page', () => {
  const addCookie = (context: BrowserContext, value: string) =>
    context.addCookies([
      { url: backend.stack.edgeUrl, name: 'sessionid', value, httpOnly: true, sameSite: 'Lax' },
    ]);

  test('is signed in by the cookie of the backend, and has no button to sign out', async () => {
    const context = await (await openBrowser()).newContext();
    await addCookie(context, await signIn('1'));
    const page = await context.newPage();
    await page.goto(`${backend.stack.edgeUrl}/#/1`);
    await page.getByText('Signed in as alice').waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('From the page');
    await page.keyboard.press('Enter');
    const bob = await connect(socketUrl('1'), { headers: { Authorization: `Bearer ${await signIn('2')}` } });
    const isSent = (frame: unknown) => JSON.stringify(frame).includes('From the page');
    expect(await bob.next(isSent)).toBeDefined();
    await bob.close();
    // Another user signs in on the site.
    await addCookie(context, await signIn('2'));
    await page.reload();
    await page.getByText('Signed in as bob').waitFor();
  });

  test('asks for a token if there is no cookie, and accepts an opaque token', async () => {
    const context = await (await openBrowser()).newContext();
    const page = await context.newPage();
    await page.goto(backend.stack.edgeUrl);
    await page.getByRole('button', { name: "I'm signed in there" }).click();
    await page.getByText("You're not signed in.").waitFor();
    await page.getByLabel('Token').fill(await signIn('2'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in as bob').waitFor();
    await page.getByRole('link').filter({ hasText: 'Everybody' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await addCookie(context, await signIn('1'));
    await page.getByRole('button', { name: "I'm signed in there" }).click();
    await page.getByText('Signed in as alice').waitFor();
  });
});

test('the chat accepts no credential without the permission to invoke the function', async () => {
  withoutGrants = true;
  await backend.stack.reload();
  const headers = { Authorization: `Bearer ${await signIn('1')}` };
  expect(await ask(backend, 'GET /chats/', { headers })).toMatchObject({
    status: 503,
    body: { error: 'AUTH_UNAVAILABLE' },
  });
  await expect(connect(socketUrl('1'), { headers })).rejects.toMatchObject({ status: 500 });
  await vi.waitFor(() => {
    const denied = backend.lines.filter((line) => line.startsWith('AccessDenied'));
    expect(denied.sort()).toEqual([
      expect.stringMatching(/function ChatAuthorize\w+ may not call lambda:InvokeFunction on/),
      expect.stringMatching(
        /function ChatHttp\w+ may not call lambda:InvokeFunction on function ReadSession/,
      ),
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runApp } from '../../bin/run-app.ts';
import { openSynthesizer } from '../../bin/synthesize.ts';
import { AdminClient } from '../../server/index.ts';
import { signedHeaders } from '../support/admin.ts';
import { enter, said } from '../support/chat.ts';
import { exampleFolder } from '../support/examples.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const examples = exampleFolder();
const app = join(examples.copy('embed'), 'app.ts');
const synthesizer = openSynthesizer({}, runApp(`${JSON.stringify(process.execPath)} ${JSON.stringify(app)}`));

let shop: TestStack;
let lambda: LambdaClient;

beforeAll(async () => {
  shop = await startTestStack({ synthesize: synthesizer.synthesize });
  lambda = new LambdaClient({
    endpoint: shop.stack.servicesUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
});

afterAll(async () => {
  lambda.destroy();
  // The last test causes a denied call, which `shop.stop` would report.
  await shop.stack.stop();
  synthesizer.dispose();
  examples.remove();
});

async function invoke(name: string, event: object): Promise<Record<string, unknown>> {
  const FunctionName = shop.stack.functions.find((each) => each.startsWith(name));
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  return JSON.parse(String(Payload && Buffer.from(Payload)));
}

test('lets customers of the team’s user pool chat in a stack of the team', async () => {
  const [alice, bob] = await Promise.all([enter(shop, 'alice'), enter(shop, 'bob')]);
  await alice.say('Where is my order?');
  expect(await bob.next(said('Where is my order?'))).toBeDefined();
  await Promise.all([alice.close(), bob.close()]);
});

test('simulates the whole template of the example', () => {
  expect(shop.stack.unsupported).toEqual([]);
  expect(shop.stack.outputs).toEqual({ ChatUrl: shop.stack.edgeUrl });
});

test('runs the team’s own function with the AWS SDK, its variables and its grants', async () => {
  expect(await invoke('OrderStatus', { id: '1' })).toEqual({ status: 'unknown', chat: shop.stack.edgeUrl });
});

test('a function with the grant creates a room and posts there, and a repeat changes nothing', async () => {
  const update = { id: '7', customer: '1', status: 'shipped' };
  const answer = { room: 'order-7', message: 1 };
  expect(await invoke('OrderUpdate', update)).toEqual(answer);
  expect(await invoke('OrderUpdate', update)).toEqual(answer);
  const alice = await enter(shop, 'alice', 'room=order-7');
  expect(alice.history).toMatchObject([{ text: 'Your order is shipped.', sender_id: 'bot:orders' }]);
  await alice.close();
});

test.each([
  ['OrderStatus', 'FORBIDDEN'],
  // Without the grant, the chat's own functions are refused too.
  ['ChatSendFunction', 'FORBIDDEN'],
  ['OrderUpdate', 'ROOM_NOT_FOUND'],
])('answers calls of %s to the admin API with %s', async (name, code) => {
  const found = shop.stack.functions.find((each) => each.startsWith(name)) ?? '';
  const client = new AdminClient({
    url: `${shop.stack.httpUrl}/admin`,
    region: 'us-east-1',
    credentials: shop.stack.credentialsOf(found),
  });
  await expect(client.getRoom('nowhere')).rejects.toMatchObject({ code });
});

/** Every route of the admin API, with ids that do not exist. */
const adminRoutes = Object.entries(
  JSON.parse(readFileSync(new URL('../../docs/admin-openapi.json', import.meta.url), 'utf8')).paths as object,
).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '99')}`),
);

test('every route of the admin API refuses callers without the grant', async () => {
  expect(adminRoutes.length).toBeGreaterThan(20);
  const roleOf = (name: string) =>
    shop.stack.credentialsOf(shop.stack.functions.find((each) => each.startsWith(name)) ?? '');
  const granted = roleOf('OrderUpdate');
  const token = await shop.token('alice');
  const send = async (line: string, sign: (url: URL) => Record<string, string>) => {
    const [method = '', path = ''] = line.split(' ');
    const url = new URL(`${shop.stack.httpUrl}${path}`);
    const response = await fetch(url, { method, headers: sign(url) });
    return `${response.status} ${response.status === 403 ? await response.text() : ''}`.trim();
  };
  const callers: Record<string, (line: string) => (url: URL) => Record<string, string>> = {
    nobody: () => () => ({}),
    human: () => () => ({ authorization: `Bearer ${token}` }),
    'a wrong signature': (line) => (url) =>
      signedHeaders(line, url, '', { ...granted, secretAccessKey: 'wrong' }),
    'a stale signature': (line) => (url) => signedHeaders(line, url, '', granted, Date.now() - 360_000),
    'a role without the grant': (line) => (url) => signedHeaders(line, url, '', roleOf('OrderStatus')),
  };
  const forbidden = '403 {"message":"Forbidden"}';
  for (const line of adminRoutes) {
    const answers = await Promise.all(Object.values(callers).map((caller) => send(line, caller(line))));
    expect([line, ...answers]).toEqual([line, ...answers.map(() => forbidden)]);
    expect([line, await send(line, (url) => signedHeaders(line, url, '', granted))]).toEqual([
      line,
      expect.stringMatching(/^(200|201|204|400|404)$/),
    ]);
  }
});

test('denies the team’s own function access to the chat’s table', async () => {
  const answer = await invoke('OrderStatus', { id: '1', table: shop.chatTable });
  expect(answer).toMatchObject({ errorType: 'AccessDeniedException' });
});

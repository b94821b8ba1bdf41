import { expect, test } from 'vitest';
import { api, gate, startGateway } from './test-gateway.ts';

/** API Gateway's error frame for a connection. */
function errorFrame(message: string, connectionId: string) {
  return { message, connectionId, requestId: expect.stringMatching(/^[\w-]{15}=$/) };
}

test('the body picks the route, and what has none goes to $default', async () => {
  const { open, calls } = await startGateway();
  const { client } = await open();
  client.send({ action: 'send' });
  expect((await calls.next('send')).event.requestContext.routeKey).toBe('send');
  for (const text of [
    'no JSON',
    '[]',
    'null',
    '7',
    '{"action":"other"}',
    '{"__proto__":{"action":"send"}}',
    '',
  ]) {
    client.send(text);
    const { event } = await calls.next('fallback');
    expect(event.requestContext.routeKey).toBe('$default');
    expect(event.body).toBe(text);
  }
});

test.each(['$connect', '$disconnect', '$default'])(
  'a client cannot reach the route %s by name',
  async (action) => {
    const { open, calls } = await startGateway();
    const { client } = await open();
    client.send({ action });
    await calls.next('fallback');
    expect(calls.all.map(({ functionName }) => functionName)).toEqual(['connect', 'fallback']);
  },
);

test('without $default an unmatched frame is answered with Forbidden, and the socket stays open', async () => {
  const routes = new Map([
    ['$connect', 'connect'],
    ['send', 'send'],
  ]);
  const { open, calls } = await startGateway({ api: { ...api, routes } });
  const { client, id } = await open();
  client.send('hello');
  expect(await client.next()).toEqual(errorFrame('Forbidden', id));
  client.send({ action: 'send' });
  await calls.next('send');
});

test('the error frame is byte for byte as AWS spells it', async () => {
  const { open } = await startGateway({ api: { ...api, routes: new Map([['$connect', 'connect']]) } });
  const { client, id } = await open();
  const raw = new Promise<string>((resolve) =>
    client.socket.once('message', (data) => resolve(String(data))),
  );
  client.send('hello');
  expect(await raw).toMatch(
    new RegExp(`^\\{"message": "Forbidden", "connectionId":"${id}", "requestId":"[\\w-]{15}="\\}$`),
  );
});

test('a function that throws is answered with Internal server error, and the socket stays open', async () => {
  const { open, calls, lines } = await startGateway({
    functions: {
      send() {
        throw new Error('secret');
      },
    },
  });
  const { client, id } = await open();
  client.send({ action: 'send', message: 'my text' });
  expect(await client.next()).toEqual(errorFrame('Internal server error', id));
  client.send('more');
  await calls.next('fallback');
  expect(lines).toEqual(['Route send failed: send threw; see its log']);
});

test('a function that takes longer than 29 s is answered with Internal server error', async () => {
  const { open, calls, clock } = await startGateway({ functions: { send: () => new Promise(() => {}) } });
  const { client, id } = await open();
  client.send({ action: 'send' });
  await calls.next('send');
  clock.advance(28_999);
  client.send('still open');
  await calls.next('fallback');
  expect(client.frames()).toEqual([]);
  clock.advance(1);
  expect(await client.next()).toEqual(errorFrame('Internal server error', id));
});

test.each([undefined, 'text', { Data: 'hi', statusCode: 200 }])(
  'a function that returns %j is answered with Internal server error',
  async (result) => {
    const { open } = await startGateway({ functions: { send: () => result } });
    const { client, id } = await open();
    client.send({ action: 'send' });
    expect(await client.next()).toEqual(errorFrame('Internal server error', id));
  },
);

test('what a function returns is not sent, whatever its status', async () => {
  const { open, post, calls } = await startGateway({
    functions: { send: () => ({ statusCode: 500, body: 'never' }) },
  });
  const { client, id } = await open();
  client.send({ action: 'send' });
  await calls.next('send');
  await post(id, 'marker');
  expect(await client.next()).toBe('marker');
  expect(client.frames()).toEqual(['marker']);
});

test('messages of one connection are handled at the same time', async () => {
  const first = gate();
  let count = 0;
  const { open, calls } = await startGateway({
    functions: {
      send() {
        count += 1;
        return count === 1 ? first.passed.then(() => ({ statusCode: 200 })) : { statusCode: 200 };
      },
    },
  });
  const { client } = await open();
  client.send({ action: 'send', n: 1 });
  await calls.next('send');
  client.send({ action: 'send', n: 2 });
  expect((await calls.next('send')).event.body).toBe('{"action":"send","n":2}');
  first.open();
});

test('a reloaded template routes the next message of an open socket', async () => {
  const { open, calls, reload } = await startGateway({ functions: { edit: () => ({ statusCode: 200 }) } });
  const { client } = await open();
  reload({ ...api, routes: new Map([...api.routes, ['edit', 'edit']]) });
  client.send({ action: 'edit' });
  expect((await calls.next('edit')).event.requestContext.routeKey).toBe('edit');
});

test('the text arrives as it was sent', async () => {
  const { open, calls } = await startGateway();
  const { client } = await open();
  const text = 'ünïcödé 👍 \u0000 "quotes"\n';
  client.send(text);
  expect((await calls.next('fallback')).event.body).toBe(text);
});

import { expect, test } from 'vitest';
import { api, blockedFunction, startConnected } from './test-gateway.ts';

function errorFrame(message: string, connectionId: string) {
  return { message, connectionId, requestId: expect.stringMatching(/^[\w-]{15}=$/) };
}

test('routes a message by its body, and a message without a route to $default', async () => {
  const { client, calls } = await startConnected();
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
  'does not let a client select the route %s',
  async (action) => {
    const { client, calls } = await startConnected();
    client.send({ action });
    await calls.next('fallback');
    expect(calls.all.map(({ functionName }) => functionName)).toEqual(['connect', 'fallback']);
  },
);

test('answers an unmatched frame with Forbidden if the API has no $default, and keeps the socket open', async () => {
  const routes = new Map([
    ['$connect', 'connect'],
    ['send', 'send'],
  ]);
  const { client, id, calls } = await startConnected({ api: { ...api, routes } });
  client.send('hello');
  expect(await client.next()).toEqual(errorFrame('Forbidden', id));
  client.send({ action: 'send' });
  await calls.next('send');
});

test('sends the error frame byte for byte as AWS does', async () => {
  const { client, id } = await startConnected({
    api: { ...api, routes: new Map([['$connect', 'connect']]) },
  });
  const raw = new Promise<string>((resolve) =>
    client.socket.once('message', (data) => resolve(String(data))),
  );
  client.send('hello');
  expect(await raw).toMatch(
    new RegExp(`^\\{"message": "Forbidden", "connectionId":"${id}", "requestId":"[\\w-]{15}="\\}$`),
  );
});

test('answers with Internal server error when a function throws, and keeps the socket open', async () => {
  const { client, id, calls, lines } = await startConnected({
    functions: {
      send() {
        throw new Error('secret');
      },
    },
  });
  client.send({ action: 'send', message: 'my text' });
  expect(await client.next()).toEqual(errorFrame('Internal server error', id));
  client.send('more');
  await calls.next('fallback');
  expect(lines).toEqual(["Route send failed: send threw. See the function's log."]);
});

test('answers with Internal server error when a function takes longer than 29 s', async () => {
  const { client, id, calls, clock } = await startConnected({
    functions: { send: () => new Promise(() => {}) },
  });
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
  'answers with Internal server error when a function returns %j',
  async (result) => {
    const { client, id } = await startConnected({ functions: { send: () => result } });
    client.send({ action: 'send' });
    expect(await client.next()).toEqual(errorFrame('Internal server error', id));
  },
);

test('does not send the result of a function to the client, whatever its status', async () => {
  const { client, id, post, calls } = await startConnected({
    functions: { send: () => ({ statusCode: 500, body: 'never' }) },
  });
  client.send({ action: 'send' });
  await calls.next('send');
  await post(id, 'marker');
  expect(await client.next()).toBe('marker');
  expect(client.frames()).toEqual(['marker']);
});

test('handles messages of one connection concurrently', async () => {
  const first = blockedFunction();
  let count = 0;
  const { client, calls } = await startConnected({
    functions: {
      send(event) {
        count += 1;
        return count === 1 ? first.handler(event) : { statusCode: 200 };
      },
    },
  });
  client.send({ action: 'send', n: 1 });
  await calls.next('send');
  client.send({ action: 'send', n: 2 });
  expect((await calls.next('send')).event.body).toBe('{"action":"send","n":2}');
  first.release();
});

test('routes the next message of an open socket by the reloaded template', async () => {
  const { client, calls, reload } = await startConnected({
    functions: { edit: () => ({ statusCode: 200 }) },
  });
  reload({ ...api, routes: new Map([...api.routes, ['edit', 'edit']]) });
  client.send({ action: 'edit' });
  expect((await calls.next('edit')).event.requestContext.routeKey).toBe('edit');
});

test('passes the text on unchanged', async () => {
  const { client, calls } = await startConnected();
  const text = 'ünïcödé 👍 \u0000 "quotes"\n';
  client.send(text);
  expect((await calls.next('fallback')).event.body).toBe(text);
});

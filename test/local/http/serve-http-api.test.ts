import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { TokenBucket } from '../../../local/gateway/limits.ts';
import { serveHttpApi } from '../../../local/http/serve-http-api.ts';
import { listen } from '../../../local/http-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

type Event = Record<string, unknown> & { readonly headers: Record<string, string> };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const route = { key: 'ANY /api/{proxy+}', functionName: 'Http' };

/** Starts an HTTP API with one function, and records the function's events. */
async function open(run: (event: Event) => Promise<unknown>, burst = 100) {
  const clock = new ManualClock();
  const events: Event[] = [];
  const requests = new TokenBucket(clock, 1, burst);
  const server = await listen(
    0,
    { name: 'HTTP API', variable: 'PORT' },
    (incoming, response) =>
      serveHttpApi(incoming, response, {
        api: () => ({ apiId: 'httpapi', stage: '$default', routes: [route] }),
        invoke: async (_name, event) => {
          events.push(event as Event);
          return run(event as Event);
        },
        requests,
        clock,
        authorize: () => undefined,
      }),
    () => {},
  );
  closers.push(server.close);
  return { url: `http://127.0.0.1:${server.port}`, events, clock };
}

const ok = async () => ({ statusCode: 200, body: 'fine' });

/** Sends a request with its path unchanged, which `fetch` would normalize. */
function send(url: string, path: string, headers: Record<string, string | string[]>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}

test('sends the function an event of payload format 2.0', async () => {
  const { url, events, clock } = await open(ok);
  const headers = {
    'X-Many': ['a', 'b'],
    Cookie: 'sessionid=t; theme=dark',
    'User-Agent': 'curl',
    'X-Forwarded-For': '203.0.113.9',
    'X-Forwarded-Proto': 'https',
  };
  expect(await send(url, '/api/chats/a%20b/?limit=2&x=1&x=%26', headers)).toBe(200);
  const [event] = events;
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'ANY /api/{proxy+}',
    rawPath: '/api/chats/a b/',
    rawQueryString: 'limit=2&x=1&x=%26',
    cookies: ['sessionid=t', 'theme=dark'],
    headers: {
      host: new URL(url).host,
      'user-agent': 'curl',
      'x-many': 'a,b',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-port': new URL(url).port,
      'x-forwarded-proto': 'http',
    },
    queryStringParameters: { limit: '2', x: '1,&' },
    pathParameters: { proxy: 'chats/a b/' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'httpapi',
      domainName: '127.0.0.1',
      domainPrefix: '127',
      http: {
        method: 'GET',
        path: '/api/chats/a b/',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'curl',
      },
      requestId: expect.any(String),
      routeKey: 'ANY /api/{proxy+}',
      stage: '$default',
      time: '01/Jan/2030:00:00:00 +0000',
      timeEpoch: clock.now(),
    },
    isBase64Encoded: false,
  });
});

test('truncates the path at an escaped question mark, as AWS does', async () => {
  const { url, events } = await open(ok);
  await send(url, '/api/a%3Fb/c', {});
  expect(events[0]).toMatchObject({ rawPath: '/api/a', rawQueryString: '' });
});

test.each([
  ['application/json; charset=utf-8', '{"a":"ü"}', false],
  ['text/plain', 'ü', false],
  ['application/x-www-form-urlencoded', 'a=b', true],
  ['application/octet-stream', 'bytes', true],
])('sends a body of type %s as text or base64', async (type, body, isBase64Encoded) => {
  const { url, events } = await open(ok);
  await fetch(`${url}/api/x`, { method: 'POST', body, headers: { 'Content-Type': type } });
  const expected = isBase64Encoded ? Buffer.from(body).toString('base64') : body;
  expect(events[0]).toMatchObject({ body: expected, isBase64Encoded });
});

test.each([
  [
    'a complete answer',
    { statusCode: 201, headers: { 'X-A': 1 }, body: 'b' },
    201,
    'b',
    'text/plain; charset=utf-8',
  ],
  [
    'bytes',
    { statusCode: 200, body: 'Ynl0ZXM=', isBase64Encoded: true },
    200,
    'bytes',
    'text/plain; charset=utf-8',
  ],
  ['an object without a status', { hello: 'there' }, 200, '{"hello":"there"}', 'application/json'],
  ['a text', 'hello', 200, 'hello', 'application/json'],
  [
    'an invalid status',
    { statusCode: 'fine' },
    500,
    '{"message":"Internal Server Error"}',
    'application/json',
  ],
  [
    'a body that is not a text',
    { statusCode: 200, body: {} },
    500,
    '{"message":"Internal Server Error"}',
    'application/json',
  ],
])('answers with %s of the function', async (_what, result, status, body, type) => {
  const { url } = await open(async () => result);
  const response = await fetch(`${url}/api/x`);
  expect([response.status, await response.text()]).toEqual([status, body]);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
});

test('sends one Set-Cookie header for each cookie of a result', async () => {
  const { url } = await open(async () => ({ statusCode: 204, cookies: ['a=1; Path=/', 'b=2'] }));
  const response = await fetch(`${url}/api/x`);
  expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
});

test('answers 500 when a function throws, without its message', async () => {
  const { url } = await open(async () => {
    throw new Error('secret words');
  });
  const response = await fetch(`${url}/api/x`);
  expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
});

test('answers 503 when a function takes 30 seconds', async () => {
  const called = Promise.withResolvers<void>();
  const { url, clock } = await open(() => {
    called.resolve();
    return new Promise(() => {});
  });
  const pending = fetch(`${url}/api/x`);
  await called.promise;
  clock.advance(30_000);
  const response = await pending;
  expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
});

test('answers 404 without a route and 413 to a body over 10 MB, without a function call', async () => {
  const { url, events } = await open(ok);
  const missing = await fetch(`${url}/other`);
  expect([missing.status, await missing.json()]).toEqual([404, { message: 'Not Found' }]);
  const body = new Uint8Array(10 * 1024 * 1024 + 1);
  const large = await fetch(`${url}/api/x`, { method: 'POST', body });
  expect([large.status, await large.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  expect(events).toEqual([]);
});

test('counts requests against the account’s rate', async () => {
  const { url } = await open(ok, 1);
  expect((await fetch(`${url}/api/x`)).status).toBe(200);
  const second = await fetch(`${url}/api/x`);
  expect([second.status, await second.json()]).toEqual([429, { message: 'Too Many Requests' }]);
});

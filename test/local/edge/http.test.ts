import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { allMethods, behaviorOf, bucketDomain, closeEdges, distributionOf, startEdge } from './edge-host.ts';

afterEach(closeEdges);

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends a request with its path and headers unchanged, which `fetch` would normalize. */
function send(
  port: number,
  path: string,
  { body = '', ...options }: Parameters<typeof httpRequest>[1] & { body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('a request', () => {
  test('reaches the origin with its method, path, query, headers, cookies and body, and the Host of the origin', async () => {
    const { port } = await startEdge();
    const answer = await send(port, '/api/chats/a%20b/?limit=2&x=%26', {
      method: 'POST',
      headers: { authorization: 'Bearer t', cookie: 'sessionid=a; b=c', origin: 'http://x', 'x-own': '1' },
      body: '{"content":"hé"}',
    });
    expect(answer.status).toBe(200);
    const seen = JSON.parse(answer.body);
    expect(seen).toMatchObject({ method: 'POST', url: '/api/chats/a%20b/?limit=2&x=%26' });
    expect(seen.body).toBe('{"content":"hé"}');
    expect(seen.headers).toMatchObject({
      host: 'api.execute-api.us-east-1.amazonaws.com',
      authorization: 'Bearer t',
      cookie: 'sessionid=a; b=c',
      origin: 'http://x',
      'x-own': '1',
    });
  });

  test('gets the viewer’s address at the end of X-Forwarded-For, and the edge in Via', async () => {
    const { port } = await startEdge();
    const first = JSON.parse((await send(port, '/')).body);
    expect(first.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      via: '1.1 dist.cloudfront.net (CloudFront)',
      'x-amz-cf-id': expect.stringMatching(/^[\w-]{40,}$/),
    });
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-real-ip': '1.1.1.1',
    };
    const second = JSON.parse((await send(port, '/', { headers })).body);
    expect(second.headers).toMatchObject({ 'x-forwarded-for': '203.0.113.9, 127.0.0.1' });
    expect(second.headers).not.toHaveProperty('x-forwarded-proto');
    expect(second.headers).not.toHaveProperty('x-real-ip');
  });

  test('reaches the origin without hop-by-hop headers', async () => {
    const { port } = await startEdge();
    const headers = {
      connection: 'keep-alive',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      'proxy-authorization': 'x',
    };
    const seen = JSON.parse((await send(port, '/', { headers })).body).headers;
    for (const name of ['keep-alive', 'te', 'proxy-authorization']) expect(seen).not.toHaveProperty(name);
    expect(seen.connection).toBe('close');
  });

  test('that offers another protocol is an ordinary request', async () => {
    const { port } = await startEdge();
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    const answer = await send(port, '/api/', { headers });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).headers).not.toHaveProperty('upgrade');
  });

  test('without an origin request policy loses query, cookies and headers, and / becomes the root object', async () => {
    const { port } = await startEdge({ distribution: distributionOf(behaviorOf({ passesViewer: false })) });
    const headers = { cookie: 'sessionid=a', authorization: 'Bearer t', 'if-none-match': '"e"' };
    const seen = JSON.parse((await send(port, '/?list-type=2', { headers })).body);
    expect(seen.url).toBe('/index.html');
    expect(seen.headers).toMatchObject({ 'user-agent': 'Amazon CloudFront', 'if-none-match': '"e"' });
    expect(seen.headers).not.toHaveProperty('cookie');
    expect(seen.headers).not.toHaveProperty('authorization');
  });
});

test('signs requests to a private bucket and drops the viewer’s Authorization', async () => {
  const origin = { domainName: bucketDomain, path: '', signed: true, headers: new Map(), timeoutMs: 30_000 };
  const { port } = await startEdge({ distribution: distributionOf(behaviorOf({ origin })) });
  const seen = JSON.parse((await send(port, '/', { headers: { authorization: 'Bearer t' } })).body);
  expect(seen.url).toBe('/page/index.html');
  expect(seen.headers).toMatchObject({
    host: bucketDomain,
    authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=CLOUDFRONT\//),
  });
});

describe('an answer', () => {
  test('keeps its status, headers and cookies', async () => {
    const { port } = await startEdge({
      answer: (_request, response) => {
        response.writeHead(422, 'Odd', [
          ...['Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2; Path=/'],
          ...['Content-Type', 'text/plain', 'Keep-Alive', 'timeout=9'],
        ]);
        response.end('no');
      },
    });
    const answer = await send(port, '/api/');
    expect(answer).toMatchObject({ status: 422, body: 'no' });
    expect(answer.headers).toMatchObject({
      'set-cookie': ['a=1; Path=/', 'b=2; Path=/'],
      'content-type': 'text/plain',
      'x-cache': 'Error from cloudfront',
      via: '1.1 dist.cloudfront.net (CloudFront)',
    });
    expect(answer.headers['keep-alive']).not.toBe('timeout=9');
  });

  test('with a redirect reaches the viewer', async () => {
    const { port } = await startEdge({
      answer: (_request, response) => response.writeHead(302, { Location: 'https://s3/x' }).end(),
    });
    const answer = await send(port, '/api/chats/1/files/2/');
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://s3/x' } });
  });

  test('that the origin aborts is aborted at the viewer', async () => {
    const { port } = await startEdge({
      answer: (_request, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('half', () => response.destroy());
      },
    });
    await expect(send(port, '/')).rejects.toThrow(/aborted|hang up|reset/i);
  });

  test('gets the headers of the behavior’s policy', async () => {
    const { port } = await startEdge({
      distribution: distributionOf(
        behaviorOf({
          responseHeaders: [
            { name: 'X-Content-Type-Options', value: 'nosniff', override: true },
            { name: 'Content-Security-Policy', value: "object-src 'none'", override: false },
            { name: 'Referrer-Policy', value: 'same-origin', override: false },
          ],
        }),
      ),
      answer: (_request, response) => {
        response.writeHead(200, { 'x-content-type-options': 'odd', 'content-security-policy': 'own' }).end();
      },
    });
    expect((await send(port, '/')).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'own',
      'referrer-policy': 'same-origin',
    });
  });
});

test('logs each origin whose pages the chat refuses, once', async () => {
  const allowed = 'http://allowed.example';
  const { port, lines } = await startEdge({
    answer: ({ headers: { origin } }, response) =>
      response.writeHead(204, origin === allowed ? { 'access-control-allow-origin': allowed } : {}).end(),
  });
  const preflight = (origin: string) =>
    send(port, '/api/', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  await preflight(allowed);
  expect(lines).toEqual([]);
  await preflight('http://shop.example');
  await preflight('http://shop.example');
  expect(lines).toEqual([
    'The chat refused a page of http://shop.example: add this origin to allowedOrigins.',
  ]);
});

describe('the edge answers', () => {
  test('413 to a URL over 8,192 bytes, and ends the connection', async () => {
    const { port, requests } = await startEdge();
    const longest = 8192 - `http://127.0.0.1:${port}`.length;
    expect((await send(port, `/${'a'.repeat(longest - 1)}`)).status).toBe(200);
    const answer = await send(port, `/${'a'.repeat(longest)}`);
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(requests).toHaveLength(1);
  });

  test('413 to a request of over 20,480 bytes', async () => {
    const { port, requests } = await startEdge();
    expect((await send(port, '/', { headers: { 'x-long': 'a'.repeat(20_480) } })).status).toBe(413);
    expect(requests).toHaveLength(0);
  });

  test('403 to a method that the behavior does not allow, and to a GET with a body', async () => {
    const methods = new Set(['GET', 'HEAD']);
    const { port, requests } = await startEdge({ distribution: distributionOf(behaviorOf({ methods })) });
    const post = await send(port, '/', { method: 'POST', body: 'x' });
    expect(post).toMatchObject({ status: 403, headers: { 'x-cache': 'Error from cloudfront' } });
    expect(post.body).toContain('The request could not be satisfied');
    const headers = { 'content-length': '1' };
    expect((await send(port, '/', { method: 'GET', headers, body: 'x' })).status).toBe(403);
    expect(requests).toHaveLength(0);
  });

  test('502 when the origin is unreachable or not part of the local stack', async () => {
    const unreachable = await startEdge({ reachable: false });
    expect((await send(unreachable.port, '/api/')).status).toBe(502);
    const origin = { domainName: 'http.execute-api.us-east-1.amazonaws.com', path: '' };
    const missing = behaviorOf({
      origin: { ...origin, headers: new Map(), signed: false, timeoutMs: 30_000 },
    });
    const { port } = await startEdge({ distribution: distributionOf(missing) });
    expect((await send(port, '/api/')).status).toBe(502);
  });

  test('504 when the origin takes too long', async () => {
    const { port, clock, requests } = await startEdge({ answer: () => clock.advance(30_000) });
    expect((await send(port, '/api/slow')).status).toBe(504);
    expect(requests).toHaveLength(1);
  });

  test('503 before the first deployment', async () => {
    const { port } = await startEdge({ distribution: null });
    expect((await send(port, '/')).status).toBe(503);
  });

  test('400 to a target that is not a path', async () => {
    const { port } = await startEdge();
    expect((await send(port, 'http://example.com/')).status).toBe(400);
  });
});

describe('a viewer-request function', () => {
  const withFunction = (code: string) =>
    startEdge({
      distribution: distributionOf(
        behaviorOf({ viewerRequest: { name: 'Test', code }, methods: allMethods }),
      ),
    });

  test('gets exactly CloudFront’s event', async () => {
    const { port } = await withFunction(
      'function handler(event) { return { statusCode: 200, body: JSON.stringify(event) }; }',
    );
    const headers = { cookie: 'a=1; b=2', 'X-Own': 'y', 'keep-alive': 'x', 'x-amz-cf-id': 'z' };
    const event = JSON.parse((await send(port, '/p%20q?x=1&x=%202&y&z=a=b', { headers })).body);
    expect(event).toMatchObject({
      version: '1.0',
      context: { distributionDomainName: 'dist.cloudfront.net', eventType: 'viewer-request' },
      viewer: { ip: '127.0.0.1' },
    });
    expect(event.request).toEqual({
      method: 'GET',
      uri: '/p%20q',
      querystring: {
        x: { value: '1', multiValue: [{ value: '1' }, { value: '%202' }] },
        y: { value: '' },
        z: { value: 'a=b' },
      },
      headers: { host: { value: `127.0.0.1:${port}` }, 'x-own': { value: 'y' } },
      cookies: { a: { value: '1' }, b: { value: '2' } },
    });
  });

  test('can change URI and query, and repeated names are kept', async () => {
    const { port } = await withFunction(
      "function handler({ request }) { request.uri = '/prod'; request.querystring.r = { value: 'a%26b' }; return request; }",
    );
    expect(JSON.parse((await send(port, '/x?t=1&t=2')).body).url).toBe('/prod?t=1&t=2&r=a%26b');
  });

  test('can return text that is not ASCII, which the edge encodes', async () => {
    const { port } = await withFunction(
      "function handler({ request }) { request.uri = '/café'; return request; }",
    );
    expect(JSON.parse((await send(port, '/x')).body).url).toBe('/caf%C3%A9');
  });

  test('can add a header and replace that of a viewer', async () => {
    const { port } = await withFunction(`function handler(event) {
      event.request.headers['x-new'] = { value: '1' };
      event.request.headers['x-old'] = { value: '2' };
      return event.request;
    }`);
    const { headers } = JSON.parse((await send(port, '/x', { headers: { 'X-Old': 'viewer' } })).body);
    expect(headers).toMatchObject({ 'x-new': '1', 'x-old': '2' });
  });

  test('can answer, in text or base64', async () => {
    const { port, requests } = await withFunction(`function handler() {
      const headers = { 'x-own-header': { value: 'v' } };
      return { statusCode: 404, headers, body: { encoding: 'base64', data: 'aGk=' } };
    }`);
    const answer = await send(port, '/');
    expect(answer).toMatchObject({ status: 404, body: 'hi', headers: { 'x-own-header': 'v' } });
    expect(requests).toHaveLength(0);
  });

  test.each([
    ['that throws causes a 503', "throw new Error('oh')", 503],
    ['that returns nothing causes a 503', 'return;', 503],
    ['that returns a text causes a 502', "return 'x';", 502],
    ['whose URI has no leading slash causes a 502', "event.request.uri = 'x'; return event.request;", 502],
    [
      'whose query has a space causes a 502',
      "event.request.querystring = 'a=b c'; return event.request;",
      502,
    ],
    ['that removes a header causes a 502', 'delete event.request.headers.host; return event.request;', 502],
    [
      'that sets a header of CloudFront causes a 502',
      "event.request.headers['x-edge-new'] = { value: '1' }; return event.request;",
      502,
    ],
    [
      'whose header is not ASCII causes a 502',
      "event.request.headers['x-new'] = { value: 'é' }; return event.request;",
      502,
    ],
  ])('%s and a log line without the query', async (_what, body, status) => {
    const { port, lines } = await withFunction(`function handler(event) { ${body} }`);
    expect((await send(port, '/?token=secret')).status).toBe(status);
    expect(lines).toEqual([
      expect.stringMatching(/^Edge function Test failed: .+\. Correct it in lib\/edge\.$/),
    ]);
    expect(lines.join()).not.toContain('secret');
  });
});

test('listens on localhost and on each loopback address', async () => {
  const { port } = await startEdge();
  const statuses = await Promise.all(
    ['localhost', '127.0.0.1'].map(async (host) => (await fetch(`http://${host}:${port}/`)).status),
  );
  expect(statuses).toEqual([200, 200]);
});

describe('an error of the origin', () => {
  /** Starts an edge whose origin answers the first request with an error, and all later ones with 200. */
  const startFailingEdge = async (status: number, headers = {}, errorSeconds = new Map<number, number>()) => {
    let answered = 0;
    return startEdge({
      distribution: { ...distributionOf(behaviorOf()), errorSeconds },
      answer: (request, response) => {
        answered += 1;
        response.writeHead(answered === 1 ? status : 200, headers).end(`${answered} ${request.url}`);
      },
    });
  };
  const noStore = { 'Cache-Control': 'no-store' };

  test.each([
    [500, {}],
    [502, noStore],
    [503, noStore],
    [504, {}],
    [404, {}],
  ])('%i is repeated to everybody for 10 seconds: %j', async (status, headers) => {
    const { port, clock, requests } = await startFailingEdge(status, headers);
    const first = await send(port, '/api/chats/?limit=1', { headers: { authorization: 'Bearer alice' } });
    clock.advance(9_999);
    const second = await send(port, '/api/chats/', { headers: { authorization: 'Bearer bob' } });
    expect([second.status, second.body]).toEqual([status, first.body]);
    expect(second.headers['x-cache']).toBe('Error from cloudfront');
    expect((await send(port, '/api/chats/1/')).status).toBe(200);
    expect((await send(port, '/api/chats/', { method: 'POST' })).status).toBe(200);
    expect(requests).toHaveLength(3);
    clock.advance(1);
    expect((await send(port, '/api/chats/')).status).toBe(200);
  });

  test.each([
    ['400', 400, {}, []],
    ['404 with no-store', 404, noStore, []],
    ['501 with no-store', 501, noStore, []],
    ['500 with a TTL of 0 in the template', 500, {}, [[500, 0]]],
  ] as const)('%s is not repeated', async (_what, status, headers, seconds) => {
    const { port } = await startFailingEdge(status, headers, new Map(seconds));
    expect((await send(port, '/')).status).toBe(status);
    expect((await send(port, '/')).status).toBe(200);
  });

  test('that is not reachable is repeated too', async () => {
    const { port, clock } = await startEdge({ reachable: false });
    const [first, second] = [await send(port, '/'), await send(port, '/')];
    expect([first.status, second.body]).toEqual([502, first.body]);
    clock.advance(10_000);
    expect((await send(port, '/')).body).not.toBe(first.body);
  });
});

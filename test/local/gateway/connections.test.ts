import {
  ForbiddenException,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, test } from 'vitest';
import { connect } from '../../support/ws-client.ts';
import { blockedFunction, management, rejection, startConnected, startGateway } from './test-gateway.ts';

const unknownId = 'TXzPWdnOjoECGjA=';

function answer(name: string, httpStatusCode: number) {
  return { name, $metadata: { httpStatusCode } };
}

test('POST sends the body as one text frame', async () => {
  const { client, id, post } = await startConnected();
  const seen = new Promise((resolve) =>
    client.socket.once('message', (data, isBinary) => resolve([String(data), isBinary])),
  );
  const result = await post(id, '{"type":"pong"} 👍');
  expect(result.$metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.any(String) });
  expect(await seen).toEqual(['{"type":"pong"} 👍', false]);
});

test('POST sends a body that is not UTF-8 as text', async () => {
  const { client, id, post } = await startConnected();
  await post(id, new Uint8Array([0x61, 0xff, 0x62]));
  expect(await client.next()).toBe('a\ufffdb');
});

test('an empty POST sends an empty frame', async () => {
  const { client, id, post } = await startConnected();
  await post(id, '');
  expect(await client.next()).toBe('');
});

test('GET returns the identity of the connection, and when it began and was last active', async () => {
  const { open, get, post, clock, calls } = await startGateway();
  const connectedAt = new Date(clock.now());
  const { client, id } = await open({ headers: { 'User-Agent': 'test/1' } });
  const Identity = { SourceIp: '127.0.0.1', UserAgent: 'test/1' };
  expect(await get(id)).toMatchObject({ ConnectedAt: connectedAt, LastActiveAt: connectedAt, Identity });
  clock.advance(1000);
  client.send('hi');
  await calls.next('fallback');
  expect(await get(id)).toMatchObject({
    ConnectedAt: connectedAt,
    LastActiveAt: new Date(connectedAt.getTime() + 1000),
  });
  clock.advance(1000);
  await post(id, 'hi');
  expect(await get(id)).toMatchObject({ LastActiveAt: new Date(connectedAt.getTime() + 2000) });
});

test('DELETE closes with 1000', async () => {
  const { client, id, remove, calls, gateway } = await startConnected();
  const result = await remove(id);
  expect(result.$metadata.httpStatusCode).toBe(204);
  expect(await client.closed).toMatchObject({ code: 1000 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({
    connectionId: id,
    disconnectStatusCode: 1000,
    disconnectReason: 'Connection Closed Normally',
  });
  expect(gateway.connectionCount()).toBe(0);
});

test('a deleted connection is gone at once, even if its client does not answer the close frame', async () => {
  const { client, id, remove, post, calls } = await startConnected();
  client.socket.pause();
  await remove(id);
  await calls.next('disconnect');
  expect(await rejection(post(id, 'hi'))).toBeInstanceOf(GoneException);
});

test('answers 410 to every method for an unknown id', async () => {
  const { post, get, remove } = await startGateway();
  for (const call of [() => post(unknownId, 'hi'), () => get(unknownId), () => remove(unknownId)]) {
    const error = await rejection(call());
    expect(error).toBeInstanceOf(GoneException);
    expect(error).toMatchObject(answer('GoneException', 410));
  }
});

test('answers 410 for a closed connection', async () => {
  const { client, id, post, calls } = await startConnected();
  await client.close();
  await calls.next('disconnect');
  expect(await rejection(post(id, 'hi'))).toMatchObject(answer('GoneException', 410));
});

test('answers 410 to a post before $connect has returned', async () => {
  const blocked = blockedFunction();
  const {
    connect: open,
    calls,
    post,
  } = await startGateway({
    functions: { connect: blocked.handler },
  });
  const opening = open();
  const { event } = await calls.next('connect');
  const id = event.requestContext.connectionId;
  expect(await rejection(post(id, 'early'))).toMatchObject(answer('GoneException', 410));
  blocked.release();
  const client = await opening;
  await post(id, 'in time');
  expect(await client.next()).toBe('in time');
});

test.each([true, false])(
  'answers GET before the connection is open as chosen: 200 is %s',
  async (answersEarly) => {
    const {
      connect: open,
      calls,
      clock,
      get,
      post,
      remove,
    } = await startGateway({
      opening: () => ({ answersEarly, afterMs: 300 }),
    });
    const opening = open();
    const { event } = await calls.next('connect');
    const id = event.requestContext.connectionId;
    if (answersEarly) expect(await get(id)).toMatchObject({ Identity: { SourceIp: '127.0.0.1' } });
    else expect(await rejection(get(id))).toMatchObject(answer('GoneException', 410));
    for (const call of [() => post(id, 'early'), () => remove(id)]) {
      expect(await rejection(call())).toMatchObject(answer('GoneException', 410));
    }
    clock.advance(300);
    const client = await opening;
    await post(id, 'in time');
    expect(await client.next()).toBe('in time');
  },
);

test('answers GET before the connection is open at random', async () => {
  const blocked = blockedFunction();
  const draws = [0.1, 0.9, 0.4, 0.6];
  const {
    connect: open,
    calls,
    get,
  } = await startGateway({
    functions: { connect: blocked.handler },
    random: () => draws.shift() ?? 1,
  });
  const opening = open();
  const { event } = await calls.next('connect');
  const statuses: number[] = [];
  for (let lookup = 0; lookup < 4; lookup++) {
    const answer = await get(event.requestContext.connectionId).then(
      () => 200,
      () => 410,
    );
    statuses.push(answer);
  }
  expect(statuses).toEqual([200, 410, 200, 410]);
  blocked.release();
  await opening;
});

test.each(['x', 'TXzPWdnOjoECGjA', 'TXzPWdnOjoECGjA==', 'TXzP/dnOjoECGjA=', 'a b'])(
  'answers 400 to the malformed id %s',
  async (id) => {
    const { post, get, remove } = await startGateway();
    for (const call of [() => post(id, 'hi'), () => get(id), () => remove(id)]) {
      expect(await rejection(call())).toMatchObject({
        ...answer('BadRequestException', 400),
        message: `Invalid connectionId: ${id}`,
      });
    }
  },
);

test('answers 403 for another stage', async () => {
  const { port } = await startGateway();
  const error = await rejection(management(`http://127.0.0.1:${port}/test`).post(unknownId, 'hi'));
  expect(error).toBeInstanceOf(ForbiddenException);
  expect(error).toMatchObject({ ...answer('ForbiddenException', 403), message: 'Forbidden' });
});

test('answers 403 to an unsigned call', async () => {
  const { http } = await startGateway();
  const response = await fetch(`${http}/@connections/${unknownId}`, { method: 'POST', body: 'hi' });
  expect(response.status).toBe(403);
  expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  expect(await response.json()).toEqual({ message: 'Missing Authentication Token' });
});

test('answers 403 with the message of IAM to a denied call, which has no effect', async () => {
  const checks: unknown[] = [];
  const { client, id, post, get, remove } = await startConnected({
    permit(headers, action, resource) {
      checks.push([headers.authorization?.includes('Credential=AKIDEXAMPLE/'), action, resource]);
      return resource.includes('/GET/') ? undefined : 'User: x is not authorized';
    },
  });
  for (const call of [() => post(id, 'hi'), () => remove(id)]) {
    expect(await rejection(call())).toMatchObject({
      ...answer('AccessDeniedException', 403),
      message: 'User: x is not authorized',
    });
  }
  await get(id);
  expect(client.frames()).toEqual([]);
  const arn = 'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod';
  expect(new Set(checks.map((entry) => JSON.stringify(entry)))).toEqual(
    new Set(
      ['POST', 'DELETE', 'GET'].map((method) =>
        JSON.stringify([true, 'execute-api:ManageConnections', `${arn}/${method}/@connections/${id}`]),
      ),
    ),
  );
});

test('sends a body of 128 KB, and answers 413 to one more byte', async () => {
  const { client, id, post } = await startConnected();
  const body = 'x'.repeat(128 * 1024);
  const error = await rejection(post(id, `${body}x`));
  expect(error).toBeInstanceOf(PayloadTooLargeException);
  expect(error).toMatchObject(answer('PayloadTooLargeException', 413));
  await post(id, body);
  expect(await client.next()).toHaveLength(128 * 1024);
  expect(client.frames()).toHaveLength(1);
});

test('answers 429 to calls over the account rate', async () => {
  const { open, get, clock } = await startGateway({ limits: { requestsPerSecond: 10, requestBurst: 1 } });
  const { id } = await open();
  await get(id);
  const error = await rejection(get(id));
  expect(error).toBeInstanceOf(LimitExceededException);
  expect(error).toMatchObject({ ...answer('LimitExceededException', 429), message: 'Too Many Requests' });
  clock.advance(100);
  await get(id);
});

test('answers 429 once the buffer of a client that does not read is full, and serves other clients', async () => {
  const { open, post } = await startGateway({ limits: { clientBufferBytes: 256 * 1024 } });
  const { client: slow, id } = await open();
  const { client: quick, id: quickId } = await open();
  slow.socket.pause();
  const body = 'x'.repeat(100 * 1024);
  let error: unknown;
  // The kernel buffers the first few megabytes.
  for (let sent = 0; sent < 1000 && error === undefined; sent += 1) {
    error = await post(id, body).then(
      () => undefined,
      (rejected: unknown) => rejected,
    );
  }
  expect(error).toMatchObject({
    ...answer('LimitExceededException', 429),
    message: "The client's buffer is full",
  });
  await post(quickId, 'hi');
  expect(await quick.next()).toBe('hi');
  slow.socket.resume();
  await slow.next();
});

test.each(['PUT', 'PATCH', 'HEAD'])('rejects the method %s', async (method) => {
  const { http } = await startGateway();
  const response = await fetch(`${http}/@connections/${unknownId}`, { method });
  expect(response.status).toBe(403);
});

test('accepts plain and percent-encoded ids', async () => {
  const { client, id, http } = await startConnected();
  const paths = [
    `@connections/${id}`,
    `@connections/${encodeURIComponent(id)}`,
    `%40connections/${encodeURIComponent(id)}`,
  ];
  for (const path of paths) {
    const headers = { authorization: 'AWS4-HMAC-SHA256' };
    const response = await fetch(`${http}/${path}`, { method: 'POST', body: path, headers });
    expect(response.status).toBe(200);
    expect(await client.next()).toBe(path);
  }
});

test('keeps the HTTP socket of a rejected call usable', async () => {
  const { client, id, post, gateway, port } = await startConnected();
  await rejection(post(id, 'x'.repeat(129 * 1024)));
  await rejection(post(unknownId, 'x'.repeat(100 * 1024)));
  await post(id, 'after');
  expect(await client.next()).toBe('after');
  expect(gateway.connectionCount()).toBe(1);
  await connect(`ws://127.0.0.1:${port}/prod`);
});

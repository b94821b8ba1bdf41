import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { connect } from '../../support/ws-client.ts';
import { upgradeRequest } from '../gateway/test-gateway.ts';
import { behaviorOf, closeEdges, distributionOf, startConnectedEdge, startEdge } from './edge-host.ts';

afterEach(closeEdges);

const minutes = 60_000;

describe('an upgrade', () => {
  test('keeps its query, cookie, Origin and subprotocols, and gets the Host of the origin', async () => {
    const { port, upgrades } = await startEdge();
    const client = await connect(`ws://localhost:${port}/ws/x?a=1&b=2/`, {
      headers: { Authorization: 'Bearer t', Cookie: 'sessionid=s', Origin: 'http://page' },
      protocols: ['Bearer', 'a.b.c'],
    });
    expect(client.protocol).toBe('Bearer');
    const [seen] = upgrades;
    expect(seen?.url).toBe('/ws/x?a=1&b=2/');
    expect(seen?.headers).toMatchObject({
      host: 'api.execute-api.us-east-1.amazonaws.com',
      authorization: 'Bearer t',
      cookie: 'sessionid=s',
      origin: 'http://page',
      'sec-websocket-protocol': 'Bearer,a.b.c',
      'sec-websocket-version': '13',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'x-forwarded-for': expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
    });
    await client.close();
  });

  test.each([401, 403, 502])(
    'that the origin rejects with %s gets the same status and body',
    async (status) => {
      const { port, edge } = await startEdge({
        upgrade: (_request, socket) => {
          const body = JSON.stringify({ message: 'no', status });
          socket.end(
            `HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\nx-amzn-errortype: E\r\n\r\n${body}`,
          );
        },
      });
      const rejected = connect(`ws://127.0.0.1:${port}/`);
      await expect(rejected).rejects.toMatchObject({
        status,
        body: `{"message":"no","status":${status}}`,
        headers: { 'x-amzn-errortype': 'E' },
      });
      expect(edge.tunnelCount()).toBe(0);
    },
  );

  test('that the function answers does not reach the origin', async () => {
    const code = "function handler() { return { statusCode: 404, body: 'none' }; }";
    const behavior = behaviorOf({ viewerRequest: { name: 'Test', code } });
    const { port, upgrades } = await startEdge({ distribution: distributionOf(behavior) });
    await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ status: 404, body: 'none' });
    expect(upgrades).toHaveLength(0);
  });

  test('reaches the origin as an ordinary request if the behavior forwards no headers', async () => {
    const { port, upgrades } = await startEdge({
      distribution: distributionOf(behaviorOf({ passesViewer: false })),
    });
    await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ status: 400 });
    expect(upgrades[0]?.headers).not.toHaveProperty('sec-websocket-key');
  });

  test('to an unreachable origin gets a 502', async () => {
    const { port } = await startEdge({ reachable: false });
    await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ status: 502 });
  });

  test('that the origin does not answer in 30 seconds gets a 504', async () => {
    const { port, clock } = await startEdge({ upgrade: () => clock.advance(30_000) });
    await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ status: 504 });
  });

  test('is aborted at the origin when the viewer disconnects', async () => {
    const left = Promise.withResolvers<void>();
    const requested = Promise.withResolvers<void>();
    const { port, edge } = await startEdge({
      upgrade: (_request, socket) => {
        socket.once('end', left.resolve).resume();
        requested.resolve();
      },
    });
    const viewer = dial(port, '127.0.0.1');
    viewer.write(upgradeRequest('/'));
    await requested.promise;
    viewer.resetAndDestroy();
    await left.promise;
    expect(edge.tunnelCount()).toBe(0);
  });
});

describe('frames', () => {
  test('pass both ways in order, including frames of 100 KB', async () => {
    const { client } = await startConnectedEdge();
    const texts = Array.from({ length: 20 }, (_, index) => `${index}:${'é'.repeat(50_000)}`);
    for (const text of texts) client.send(text);
    for (const text of texts) expect(await client.next()).toBe(text);
    await client.close();
  });

  test('that arrive in the same packet as the handshake are kept, in both directions', async () => {
    const hello = Buffer.from([0x81, 0x02, 0x68, 0x69]);
    const { port } = await startEdge({
      upgrade: (_request, socket) => {
        const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
        socket.write(Buffer.concat([Buffer.from(head), hello]));
        socket.on('data', (chunk: Buffer) => socket.write(chunk));
      },
    });
    const viewer = dial(port, '127.0.0.1');
    let bytes = Buffer.alloc(0);
    viewer.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
    });
    viewer.write(Buffer.concat([Buffer.from(upgradeRequest('/')), Buffer.from('early')]));
    await vi.waitFor(() => expect(bytes.toString('latin1')).toMatch(/\r\n\r\n.*hiearly$/s));
    viewer.destroy();
  });
});

describe('a close', () => {
  test('by the viewer reaches the origin with its code and reason', async () => {
    const { client, sockets } = await startConnectedEdge();
    const [atOrigin] = sockets;
    const closed = atOrigin && once(atOrigin, 'close');
    expect(await client.close(4321, 'enough')).toEqual({ code: 4321, reason: 'enough' });
    const [code, reason] = (await closed) ?? [];
    expect([code, String(reason)]).toEqual([4321, 'enough']);
  });

  test('by the origin reaches the viewer with its code and reason', async () => {
    const { client, sockets } = await startConnectedEdge();
    for (const socket of sockets) socket.close(1009, 'too big');
    expect(await client.closed).toEqual({ code: 1009, reason: 'too big' });
  });

  test('of either side without a close frame closes the other side', async () => {
    const { port, sockets, edge } = await startEdge();
    const gone = await connect(`ws://127.0.0.1:${port}/`);
    const kept = await connect(`ws://127.0.0.1:${port}/`);
    const [first, second] = sockets;
    const atOrigin = first && once(first, 'close');
    gone.socket.terminate();
    expect((await atOrigin)?.[0]).toBe(1006);
    await vi.waitFor(() => expect(edge.tunnelCount()).toBe(1));
    second?.terminate();
    expect((await kept.closed).code).toBe(1006);
    await vi.waitFor(() => expect(edge.tunnelCount()).toBe(0));
    expect(sockets.size).toBe(0);
  });

  test('by fifty viewers at once leaves nothing open', async () => {
    const { port, sockets, edge } = await startEdge();
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect(`ws://127.0.0.1:${port}/`)));
    expect(edge.tunnelCount()).toBe(50);
    for (const [index, client] of clients.entries()) {
      if (index % 2 === 0) client.socket.terminate();
      else client.socket.close();
    }
    await vi.waitFor(() => expect([edge.tunnelCount(), sockets.size]).toEqual([0, 0]));
  });
});

describe('the idle timeout', () => {
  test('closes the connection after 10 minutes without a byte from the origin, even if the viewer sends', async () => {
    const { client, clock, sockets } = await startConnectedEdge();
    const [atOrigin] = sockets;
    atOrigin?.removeAllListeners('message');
    const received = atOrigin && once(atOrigin, 'message');
    clock.advance(9 * minutes);
    client.send('still here');
    await received;
    clock.advance(1 * minutes);
    expect((await client.closed).code).toBe(1006);
  });

  test('starts again with each byte from the origin', async () => {
    const { client, clock, edge } = await startConnectedEdge();
    for (let round = 0; round < 3; round++) {
      clock.advance(9 * minutes);
      client.send(`ping ${round}`);
      expect(await client.next()).toBe(`ping ${round}`);
    }
    clock.advance(10 * minutes - 1);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    clock.advance(1);
    expect((await client.closed).code).toBe(1006);
    await vi.waitFor(() => expect(edge.tunnelCount()).toBe(0));
  });
});

test('closing the edge cuts open and pending connections', async () => {
  const requested = Promise.withResolvers<void>();
  const { port, edge } = await startEdge({ upgrade: () => requested.resolve() });
  const waiting = connect(`ws://127.0.0.1:${port}/`);
  await requested.promise;
  await Promise.all([expect(waiting).rejects.toThrow(), edge.close()]);
  await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toThrow(/ECONNREFUSED/);
});

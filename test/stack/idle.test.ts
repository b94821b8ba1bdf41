import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { typed } from '../support/chat.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

const minutes = 60_000;

let stack: TestStack;
let clock: ManualClock;

beforeAll(async () => {
  // The functions use the machine's clock, so the gateway's clock starts there.
  clock = new ManualClock(Date.now());
  stack = await startTestStack({ clock });
});

afterAll(() => stack.stop());

async function enterAt(url: string, username: string): Promise<WsClient> {
  const headers = { Authorization: `Bearer ${await stack.token(username)}` };
  const client = await connect(url, { headers });
  await client.next(Array.isArray);
  return client;
}

describe.each([
  ['the WebSocket API', (room: number) => `${stack.socketUrl}?room=${room}`, [1001]],
  // At ten minutes, either CloudFront (without a close frame) or API Gateway closes first.
  [
    'the edge',
    (room: number) => `${stack.stack.edgeUrl.replace('http', 'ws')}/ws/chat/${room}/`,
    [1001, 1006],
  ],
])('through %s', (_name, url, idleCodes) => {
  test('a ping every 9 minutes keeps a socket open for 2 hours, and without one it closes after 10 minutes', async () => {
    const pinging = await enterAt(url(1), 'alice');
    // Alone in its room, so that no other traffic keeps it open.
    const idle = await enterAt(url(2), 'alice');
    for (let passed = 9; passed <= 117; passed += 9) {
      clock.advance(9 * minutes);
      pinging.send({ action: 'ping' });
      await pinging.next(typed('pong'));
    }
    expect(idleCodes).toContain((await idle.closed).code);
    clock.advance(3 * minutes);
    expect((await pinging.closed).code).toBe(1001);
  });
});

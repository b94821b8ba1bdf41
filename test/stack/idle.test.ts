import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { typed } from '../support/chat.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

const minutes = 60_000;

let stack: TestStack;
let clock: ManualClock;

beforeAll(async () => {
  // The functions go by the machine's time, so the gateway's begins there.
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
  // At ten minutes CloudFront, which cuts without a word, and API Gateway are equally fast.
  [
    'the edge',
    (room: number) => `${stack.stack.edgeUrl.replace('http', 'ws')}/ws/chat/${room}/`,
    [1001, 1006],
  ],
])('through %s', (_name, url, idleCodes) => {
  test('a ping every 9 minutes keeps a socket open up to 2 hours, and without one it closes after 10', async () => {
    const pinging = await enterAt(url(1), 'alice');
    // Alone in its room: no word of others keeps it open.
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

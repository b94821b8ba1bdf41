import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { enter, type Frame, said, typed } from '../support/chat.ts';
import { askingAs, type Json } from '../support/http.ts';
import { newRoom, openRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

type Wanted = (frame: unknown) => boolean;

const operated =
  (name: string): Wanted =>
  (frame) =>
    (frame as Frame)['operation'] === name;

/** How a dialect sends, acknowledges and refuses. */
interface Tongue {
  readonly frame: (text: string) => object;
  readonly taken: Wanted;
  readonly refused: Wanted;
}

const tongues: Readonly<Record<string, Tongue>> = {
  action: {
    frame: (text) => ({ action: 'send', message: text }),
    taken: typed('chat_message'),
    refused: typed('error'),
  },
  content: { frame: (text) => ({ content: text }), taken: typed('message'), refused: typed('error') },
  type: {
    frame: (text) => ({ type: 'chat_message', message: text }),
    taken: typed('chat_message'),
    refused: typed('error'),
  },
  operation: {
    frame: (text) => ({ operation: 'create', type: 'text', body: text }),
    taken: operated('create'),
    refused: operated('error'),
  },
};

const dial = async (stack: TestStack, username: string, room: string, dialect: string): Promise<WsClient> =>
  connect(`${stack.socketUrl}?room=${room}&dialect=${dialect}`, {
    headers: { Authorization: `Bearer ${await stack.token(username)}` },
  });

/** Waits for a number of matching frames and returns them. */
async function come(client: WsClient, wanted: Wanted, count: number): Promise<Frame[]> {
  const some = () => client.frames().filter(wanted) as Frame[];
  await vi.waitFor(() => expect(some().length).toBeGreaterThanOrEqual(count), { timeout: 30_000 });
  return some();
}

/** Sends several texts at once and waits for all answers. Resolves to the accepted and the refused ones. */
async function burst(client: WsClient, { frame, taken, refused }: Tongue, count: number) {
  const either: Wanted = (each) => taken(each) || refused(each);
  const before = client.frames().filter(either).length;
  for (let index = 0; index < count; index++) client.send(frame(`text ${index}`));
  const answers = (await come(client, either, before + count)).slice(before);
  return { taken: answers.filter(taken), refused: answers.filter(refused) };
}

const tongue = (dialect: string): Tongue => tongues[dialect] as Tongue;

const historyOf = async (stack: TestStack, room: string) =>
  (await (await askingAs(stack, 'alice'))(`GET /chats/${room}/messages/`)).body[
    'messages'
  ] as readonly Json[];

describe('by default a member may send 20 messages in 10 seconds', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({}, { rateLimit: undefined });
    // Start the functions now rather than within the ten seconds that are counted.
    const room = await newRoom(stack, 'alice');
    // A cold handshake may exceed the authorizer's time limit on a busy machine.
    const warmUp = () => dial(stack, 'alice', room, 'action');
    await (await vi.waitFor(warmUp, { timeout: 30_000 })).close();
    await Promise.all(
      ['action', 'content'].map(async (dialect) => {
        const client = await dial(stack, 'alice', room, dialect);
        await burst(client, tongue(dialect), 10);
        await client.close();
      }),
    );
    const rest = await askingAs(stack, 'alice');
    await Promise.all(Array.from({ length: 10 }, () => rest(`GET /chats/${room}/`)));
  });
  afterAll(() => stack.stop());

  test.each(Object.keys(tongues))(
    '%s: the 21st is refused with retry_after_ms and not stored',
    async (dialect) => {
      const room = await newRoom(stack, 'alice');
      const alice = await dial(stack, 'alice', room, dialect);
      const { taken, refused } = await burst(alice, tongue(dialect), 21);
      expect(taken).toHaveLength(20);
      expect(refused).toMatchObject([{ code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) }]);
      expect(refused[0]?.['retry_after_ms']).toBeGreaterThan(0);
      expect(refused[0]?.['retry_after_ms']).toBeLessThanOrEqual(10_000);
      expect(await historyOf(stack, room)).toHaveLength(20);
      await alice.close();
    },
  );

  test('a connection whose frames are refused too often is closed, and its user can connect again', async () => {
    const room = await newRoom(stack, 'alice');
    const alice = await dial(stack, 'alice', room, 'action');
    let refused = 0;
    // Each execution environment counts its own refusals.
    while (alice.socket.readyState === WebSocket.OPEN && refused < 1_100) {
      alice.send({ action: 'fly' });
      await alice.next(typed('error')).catch(() => undefined);
      refused++;
    }
    await alice.closed;
    const unknown = alice.frames().filter(typed('error'));
    expect(unknown.length).toBeGreaterThanOrEqual(100);
    const again = await dial(stack, 'alice', room, 'action');
    again.send({ action: 'ping' });
    await again.next(typed('pong'));
    await again.close();
  });

  test('REST: the 21st gets 429 with Retry-After and retry_after_ms', async () => {
    const room = await newRoom(stack, 'alice');
    const alice = await askingAs(stack, 'alice');
    const answers = await Promise.all(
      Array.from({ length: 21 }, (_, index) =>
        alice(`POST /chats/${room}/send_message/`, { content: `${index}` }),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toMatchObject([
      {
        status: 429,
        body: { error: 'RATE_LIMITED', message: expect.any(String), retry_after_ms: expect.any(Number) },
      },
    ]);
    const after = Number(refused[0]?.body['retry_after_ms']);
    expect(refused[0]?.headers.get('retry-after')).toBe(String(Math.ceil(after / 1000)));
    expect(await historyOf(stack, room)).toHaveLength(20);
  });
});

describe('with a separate limit for each kind of room', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({}, { rateLimit: 'group:20/600,direct:2/3' });
  });
  afterAll(() => stack.stop());

  test('a member’s sends are counted across all devices, sockets and REST', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const [desk, phone] = [
      await dial(stack, 'alice', room, 'content'),
      await dial(stack, 'alice', room, 'content'),
    ];
    for (let index = 0; index < 20; index++) {
      desk.send({ content: `desk ${index}` });
      phone.send({ content: `phone ${index}` });
    }
    const isEcho = typed('message');
    const isRefusal = typed('error');
    await come(desk, isEcho, 20);
    const refusals = () => [...desk.frames(), ...phone.frames()].filter(isRefusal);
    await vi.waitFor(() => expect(refusals()).toHaveLength(20), { timeout: 30_000 });
    expect(await historyOf(stack, room)).toHaveLength(20);
    const rest = await askingAs(stack, 'alice');
    expect((await rest(`POST /chats/${room}/send_message/`, { content: 'by REST' })).status).toBe(429);
    const bob = await askingAs(stack, 'bob');
    expect((await bob(`POST /chats/${room}/send_message/`, { content: 'hello' })).status).toBe(201);
    await Promise.all([desk.close(), phone.close()]);
  });

  test('edits, deletes and reactions have a common limit, separate from sends', async () => {
    const room = await newRoom(stack, 'alice');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const { taken } = await burst(alice, tongue('action'), 20);
    const ids = taken.map(({ message }) => message?.['message_id']);
    for (const message_id of ids.slice(0, 9)) alice.send({ action: 'edit', message_id, text: 'corrected' });
    for (const message_id of ids.slice(9, 16)) alice.send({ action: 'react', message_id, emoji: '👍' });
    for (const message_id of ids.slice(16)) alice.send({ action: 'delete', message_id });
    await come(alice, typed('message_edited'), 9);
    await come(alice, typed('message_reacted'), 7);
    await come(alice, typed('message_deleted'), 4);
    expect(alice.frames().filter(typed('error'))).toEqual([]);
    alice.send({ action: 'edit', message_id: ids[0], text: 'once too often', client_id: 'e-21' });
    expect(await alice.take('error')).toMatchObject({
      code: 'RATE_LIMITED',
      client_id: 'e-21',
      retry_after_ms: expect.any(Number),
    });
    await alice.close();
  });

  test('a visitor of an open room has the same limit', async () => {
    const room = await openRoom(stack);
    const dave = await dial(stack, 'dave', room, 'action');
    const { taken, refused } = await burst(dave, tongue('action'), 22);
    expect([taken.length, refused.length]).toEqual([20, 2]);
    expect(refused[0]).toMatchObject({ code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
    await dave.close();
  });

  test('a guest has the same limit under any name', async () => {
    const room = await openRoom(stack);
    const url = `${stack.socketUrl}?room=${room}`;
    const [ann, ben] = [await connect(url), await connect(url)];
    const many = {
      ...tongue('operation'),
      frame: (text: string) => ({ operation: 'create', user: text, body: text }),
    };
    const { taken, refused } = await burst(ann, many, 22);
    expect([taken.length, refused.length]).toEqual([20, 2]);
    expect(refused[0]).toMatchObject({ code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
    ben.send({ operation: 'create', user: 'text 1', body: 'hello' });
    await ann.next((frame) => operated('create')(frame) && (frame as Frame).message?.['body'] === 'hello');
    await Promise.all([ann.close(), ben.close()]);
  });

  test('an edit with a file counts once, and an upload announcement counts as a change', async () => {
    const room = await newRoom(stack, 'alice');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const { message_id } = await alice.say('look');
    const edit = { action: 'edit', message_id, text: 'see this', file: 'aGVsbG8=', file_name: 'hello.txt' };
    for (let index = 0; index < 20; index++) {
      alice.send(edit);
      await alice.take('message_edited');
    }
    alice.send(edit);
    expect(await alice.take('error')).toMatchObject({ code: 'RATE_LIMITED' });
    const rest = await askingAs(stack, 'alice');
    const wish = { name: 'a', content_type: 'text/plain', size: 5 };
    const announced = await rest(`POST /chats/${room}/files/`, wish);
    expect(announced).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
    await alice.close();
  });

  test('in a direct room, a refused send succeeds later with the same client_id', async () => {
    const room = 'direct:1:2';
    const alice = await enter(stack, 'alice', `room=${room}`);
    let sent = 0;
    const frame = (text: string) => ({ action: 'send', message: text, client_id: `c-${++sent}` });
    const { taken, refused } = await burst(alice, { ...tongue('action'), frame }, 8);
    const [refusal] = refused;
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', client_id: expect.stringMatching(/^c-/) });
    expect(await historyOf(stack, room)).toHaveLength(taken.length);
    const isAnswer: Wanted = (each) => typed('error')(each) || said('again')(each);
    let answer = refusal as Frame;
    for (let tries = 0; tries < 5 && answer.type === 'error'; tries++) {
      expect(answer['retry_after_ms']).toBeLessThanOrEqual(3_000);
      await wait(Number(answer['retry_after_ms']));
      for (const _ of refused.splice(0)) await alice.next(typed('error'));
      alice.send({ action: 'send', message: 'again', client_id: refusal?.['client_id'] });
      answer = (await alice.next(isAnswer)) as Frame;
    }
    expect(answer).toMatchObject({ message: { text: 'again', client_id: refusal?.['client_id'] } });
    const stored = await historyOf(stack, room);
    expect(stored).toHaveLength(taken.length + 1);
    expect(stored[0]).toMatchObject({ content: 'again' });
    await alice.close();
  });
});

describe('with rateLimit=off', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await sharedTestStack();
  });
  afterAll(() => stack.stop());

  test('a member may send without limit', async () => {
    const room = await newRoom(stack, 'alice');
    const alice = await dial(stack, 'alice', room, 'content');
    const { taken, refused } = await burst(alice, tongue('content'), 60);
    expect([taken.length, refused.length]).toEqual([60, 0]);
    await alice.close();
  });

  test.each(Object.keys(tongues))(
    '%s: 8,001 characters are TOO_LONG, and 8,000 of four bytes each are accepted',
    async (dialect) => {
      const room = await newRoom(stack, 'alice');
      const alice = await dial(stack, 'alice', room, dialect);
      const { frame, taken, refused } = tongue(dialect);
      alice.send(frame('x'.repeat(8_001)));
      expect(await alice.next(refused)).toMatchObject({ code: 'TOO_LONG' });
      alice.send(frame('😀'.repeat(8_000)));
      await alice.next(taken);
      expect(await historyOf(stack, room)).toHaveLength(1);
      await alice.close();
    },
  );

  test.each([
    ['action', (message_id: unknown) => ({ action: 'edit', message_id, text: 'x'.repeat(8_001) })],
    ['operation', (message_id: unknown) => ({ operation: 'update', message_id, body: 'x'.repeat(8_001) })],
  ])('%s: an edit to 8,001 characters is TOO_LONG', async (dialect, edit) => {
    const room = await newRoom(stack, 'alice');
    const [writer, alice] = [
      await enter(stack, 'alice', `room=${room}`),
      await dial(stack, 'alice', room, dialect),
    ];
    const { message_id } = await writer.say('short');
    alice.send(edit(message_id));
    expect(await alice.next(tongue(dialect).refused)).toMatchObject({ code: 'TOO_LONG' });
    expect(await historyOf(stack, room)).toMatchObject([{ content: 'short', edited: false }]);
    await Promise.all([writer.close(), alice.close()]);
  });
});

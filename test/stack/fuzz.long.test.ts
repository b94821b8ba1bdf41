import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { DialectName } from '../../functions/domain/connection.ts';
import { generateFrame } from '../fuzz/frames.ts';
import { answerOf, printedSeed } from '../fuzz/fuzz.ts';
import { generateRequest } from '../fuzz/requests.ts';
import { databaseOf, newRoom, openRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';
import { createRandom } from '../torture/random.ts';

let stack: TestStack;
const seed = printedSeed();

/** Of each seat. */
const FRAMES = 120;
const REQUESTS = 300;

beforeAll(async () => {
  stack = await startTestStack({}, { rateLimit: 'group:20/10,direct:60/10' });
});
afterAll(() => stack.stop());

/** A user in a room. */
interface Seat {
  readonly dialect: DialectName;
  readonly room: string;
  /** The user's connections, the open one last. The server closes connections that it refuses too often. */
  readonly clients: WsClient[];
  readonly open: () => Promise<WsClient>;
}

/** Connects a user who is alone in the room, so that every frame they receive answers one of theirs. */
async function takeSeat(dialect: DialectName, username: string | undefined): Promise<Seat> {
  const room = username === undefined ? await openRoom(stack) : await newRoom(stack, username);
  const headers = username === undefined ? {} : { Authorization: `Bearer ${await stack.token(username)}` };
  const open = () => connect(`${stack.socketUrl}?room=${room}&dialect=${dialect}`, { headers });
  return { dialect, room, clients: [], open };
}

const answersAt = ({ dialect, clients }: Seat) =>
  clients
    .flatMap((client) => client.frames())
    .flatMap((frame) => (Array.isArray(frame) ? [] : (answerOf(dialect, JSON.stringify(frame)) ?? [])));

/** The names of answers to accepted changes that add an entry to a log. */
const entryNames = ['message_edited', 'message_deleted', 'message_reacted', 'update', 'delete'];
const messageNames = ['chat_message', 'message', 'create', 'reply'];

/** Returns how many entries of a room's log are in use. */
async function countEntries(room: string): Promise<number> {
  const where = '#room = :room AND begins_with(#item, :log)';
  const page = await databaseOf(stack).chat.query({ where, values: { ':room': room, ':log': 'log#' } });
  return page.items.filter(({ kind }) => kind !== 'void').length;
}

async function fuzzSeat(seat: Seat, frames: number): Promise<void> {
  const random = createRandom(seed).fork(`sockets ${seat.dialect} ${seat.room}`);
  const isAnswer = (frame: unknown) =>
    !Array.isArray(frame) && answerOf(seat.dialect, JSON.stringify(frame)) !== undefined;
  let client = await seat.open();
  seat.clients.push(client);
  const answer = async (frame: string): Promise<void> => {
    client.send(frame);
    await client.next(isAnswer).catch(async (error: Error) => {
      if (client.socket.readyState === WebSocket.OPEN) {
        throw new Error(`No answer to ${frame.slice(0, 400)}`, { cause: error });
      }
      // The server closed the connection before it read the frame.
      client = await seat.open();
      seat.clients.push(client);
      await answer(frame);
    });
  };
  for (let sent = 0; sent < frames; sent++) await answer(generateFrame(random, seat.dialect, sent));
  await client.close();
}

test('each generated frame over sockets has exactly one answer', async () => {
  const seats = await Promise.all([
    takeSeat('action', 'alice'),
    takeSeat('content', 'bob'),
    takeSeat('type', 'carol'),
    takeSeat('operation', 'dave'),
    takeSeat('operation', undefined),
  ]);
  await Promise.all(seats.map((seat) => fuzzSeat(seat, FRAMES)));
  await stack.settled();
  for (const seat of seats) {
    const answers = answersAt(seat);
    expect(answers).toHaveLength(FRAMES);
    expect(answers.map(({ name }) => name)).not.toContain('INTERNAL');
    const accepted = answers.filter(({ name }) => [...messageNames, ...entryNames].includes(name));
    const entries = await countEntries(seat.room);
    expect(entries).toBeGreaterThan(0);
    expect(entries).toBeLessThanOrEqual(accepted.length);
  }
});

test('each generated request through the edge has an answer below 500', async () => {
  const random = createRandom(seed).fork('requests');
  const tokens = await Promise.all(['alice', 'alice', 'bob', 'dave'].map((name) => stack.token(name)));
  for (let sent = 0; sent < REQUESTS; sent++) {
    const { method, path, headers, body } = generateRequest(random, tokens);
    const init = { method, headers, redirect: 'manual', ...(body !== undefined && { body }) } as const;
    const response = await fetch(`${stack.stack.edgeUrl}/api${path}`, init);
    await response.arrayBuffer();
    const input = `${method} ${path} ${body ?? ''}`.slice(0, 400);
    expect({ input, failed: response.status >= 500 }).toEqual({ input, failed: false });
  }
});

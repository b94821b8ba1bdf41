import { ChatClient, type Room, type SocketClass } from '../../client/index.ts';
import { roomKey } from '../../functions/store/keys.ts';
import { enter, enterInbox, type Frame } from './chat.ts';
import { databaseOf, newRoom } from './rooms.ts';
import type { TestStack } from './stack.ts';
import { connect, type WsClient } from './ws-client.ts';

/** Clients that write all the time while a test deploys other code. */
export interface UpgradeLoad {
  /** Makes clients call the function: the writers send more, or a new client connects and writes. Resolves afterwards. */
  use(functionName: string): Promise<void>;
  /** Lets the clients finish. Resolves to a description of each lost or repeated message and of each failure. */
  stop(): Promise<readonly string[]>;
}

/** An accepted message: the text that was sent, and the text that the room shows now. */
interface Accepted {
  readonly sent: string;
  /** Undefined after a delete. */
  shown: string | undefined;
}

/** The accepted messages of a room, by id. */
type RoomRecord = Map<number, Accepted>;

interface Writer {
  readonly name: string;
  readonly client: ChatClient;
  readonly rooms: readonly Room[];
  /** The number of messages so far. */
  count: number;
  /** At this number, the writer waits for the next `progress`. A slow machine would otherwise write without end. */
  limit: number;
}

/** A socket that only listens. */
interface Listener {
  readonly name: string;
  readonly socket: WsClient;
  readonly room: string;
  /** Returns the text of a new message. */
  textOf(frame: Frame): string | undefined;
}

/**
 * Lets alice write with the current client and bob with an earlier one, in a room with one shard and in a room with
 * two, while a connection of each dialect and an inbox listen.
 * @param earlierClient the path of the earlier client's module
 */
export async function startUpgradeLoad(stack: TestStack, earlierClient: string): Promise<UpgradeLoad> {
  const violations: string[] = [];
  const [small, sharded] = await makeRooms(stack);
  const records = new Map<string, RoomRecord>([small, sharded].map((id) => [id, new Map()]));
  const recordOf = (room: string): RoomRecord => records.get(room) ?? new Map();
  const { ChatClient: Earlier } = (await import(earlierClient)) as { ChatClient: typeof ChatClient };
  const watched = watchClients(stack, violations);
  const writers: Writer[] = Object.entries({ alice: ChatClient, bob: Earlier }).map(([name, Client]) => {
    const client = new Client(watched.options(name));
    return { name, client, rooms: [small, sharded].map((id) => client.room(id)), count: 0, limit: 4 };
  });
  await Promise.all(writers.flatMap(({ rooms }) => rooms.map((room) => room.ready())));
  const listeners = await openListeners(stack, small, sharded);
  let isStopping = false;

  /** Sends messages to both rooms in turn, and changes each in every way. Deletes every third. */
  const write = async (writer: Writer): Promise<void> => {
    for (; !isStopping; writer.count += 1) {
      await until(() => isStopping || violations.length > 0 || writer.count < writer.limit);
      const { name, count, rooms } = writer;
      const room = rooms[count % rooms.length] as Room;
      const text = `${name} ${count}`;
      const { message_id } = await room.send(text);
      const accepted: Accepted = { sent: text, shown: text };
      recordOf(room.id).set(message_id, accepted);
      await room.react(message_id, '👍');
      await room.edit(message_id, `${text}, edited`);
      accepted.shown = `${text}, edited`;
      if (count % 3 > 0) continue;
      await room.delete(message_id);
      accepted.shown = undefined;
    }
  };
  const writing = writers.map((writer) =>
    write(writer).catch((error) => violations.push(`${writer.name} was refused: ${error}`)),
  );

  const checkTimeline = async (name: string, room: Room): Promise<void> => {
    const all = [...recordOf(room.id)].sort(([a], [b]) => a - b);
    const expected = all.flatMap(([id, { shown }]) => (shown === undefined ? [] : `${id} ${shown}`));
    const shown = () => room.messages.map(({ message_id, text }) => `${message_id} ${text}`);
    if (violations.length === 0) await until(() => shown().join() === expected.join());
    violations.push(...differences(name, expected, shown()));
  };
  const checkListener = async ({ name, socket, room, textOf }: Listener): Promise<void> => {
    const expected = [...recordOf(room).values()].map(({ sent }) => sent).sort();
    const received = () => socket.frames().flatMap((frame) => textOf(frame as Frame) ?? []);
    if (violations.length === 0) await until(() => received().length >= expected.length);
    violations.push(...differences(name, expected, received().sort()), ...failures(name, socket));
    await socket.close();
  };

  /** Resolves when each writer has sent and changed another message. */
  const writeMore = async (): Promise<void> => {
    // The next message of a writer may have begun before this call, so wait for the one after it.
    const goals = writers.map((writer) => ({ writer, count: writer.count + 2 }));
    await until(() => violations.length > 0 || goals.every(({ writer, count }) => writer.count >= count));
  };

  let visits = 0;
  /** Connects as a new client, writes by socket and over HTTP, and closes. */
  const visit = async (): Promise<void> => {
    visits += 1;
    const token = await stack.token('carol');
    const carol = await enter(stack, 'carol', `room=${small}`);
    const texts = [`visitor ${visits}`, `visitor ${visits} over HTTP`] as const;
    const { message_id } = await carol.say(texts[0], { client_id: texts[0] });
    const response = await fetch(`${stack.stack.edgeUrl}/api/chats/${small}/send_message/`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ content: texts[1], broadcast: true }),
    });
    const answer = (await response.json()) as { id: number };
    if (!response.ok) violations.push(`${texts[1]}: ${response.status} ${JSON.stringify(answer)}`);
    for (const [index, id] of [message_id, answer.id].entries()) {
      const text = texts[index] ?? '';
      recordOf(small).set(Number(id), { sent: text, shown: text });
    }
    violations.push(...failures(`visitor ${visits}`, carol));
    await carol.close();
  };

  return {
    async use(functionName) {
      for (const writer of writers) writer.limit = writer.count + 3;
      await (/authorize|connect|welcome|http/i.test(functionName) ? visit() : writeMore());
    },
    async stop() {
      isStopping = true;
      await Promise.all(writing);
      await stack.settled();
      violations.push(...watched.reconnects());
      for (const { name, rooms } of writers)
        for (const room of rooms) await checkTimeline(`${name} in ${room.id}`, room);
      for (const listener of listeners) await checkListener(listener);
      for (const { client } of writers) client.close();
      const faults = stack.lines.filter((line) => /fault:|Error|Denied|dropped/.test(line));
      return [...violations, ...faults];
    },
  };
}

/** Creates a room with one shard and a room with two, which `fanout` posts to. */
async function makeRooms(stack: TestStack): Promise<readonly [string, string]> {
  const members = ['alice', 'bob', 'carol'];
  const [small, sharded] = [await newRoom(stack, ...members), await newRoom(stack, ...members)];
  const values = { ':two': 2, ':one': 1, ':at': Date.now() - 3_600_000 };
  const update = 'SET shards = :two, shardsBefore = :one, shardsSince = :at';
  await databaseOf(stack).chat.update(roomKey(sharded), { update, values });
  return [small, sharded];
}

/** Counts the sockets and tokens of clients, and records failures that they receive. */
function watchClients(stack: TestStack, violations: string[]) {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  return {
    options(name: string) {
      class Watched extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          count(`sockets of ${name}`);
          this.addEventListener('message', ({ data }) => {
            if (isFailure(JSON.parse(String(data)))) violations.push(`${name} received ${data}`);
          });
        }
      }
      const token = () => {
        count(`tokens of ${name}`);
        return stack.token(name);
      };
      return { url: stack.stack.edgeUrl, token, WebSocket: Watched as unknown as SocketClass };
    },
    reconnects: () =>
      [...counts].flatMap(([what, times]) =>
        times === 1 ? [] : `there were ${times} ${what} instead of one`,
      ),
  };
}

/** Opens a socket of each dialect and an inbox as carol. */
async function openListeners(stack: TestStack, small: string, sharded: string): Promise<readonly Listener[]> {
  const headers = { Authorization: `Bearer ${await stack.token('carol')}` };
  const dialect = (name: string) => connect(`${stack.socketUrl}?room=${small}&dialect=${name}`, { headers });
  const actionText = ({ type, message }: Frame) =>
    type === 'chat_message' ? String(message?.['text']) : undefined;
  const [action, inbox] = [await enter(stack, 'carol', `room=${sharded}`), await enterInbox(stack, 'carol')];
  return [
    { name: 'action', socket: action, room: sharded, textOf: actionText },
    {
      name: 'inbox',
      socket: inbox,
      room: small,
      textOf: (frame) => (frame['room_id'] === small ? actionText(frame) : undefined),
    },
    {
      name: 'content',
      socket: await dialect('content'),
      room: small,
      textOf: ({ type, message }) => (type === 'message' ? String(message?.['content']) : undefined),
    },
    {
      name: 'type',
      socket: await dialect('type'),
      room: small,
      textOf: ({ type, message }) => (type === 'chat_message' ? String(message) : undefined),
    },
    {
      name: 'operation',
      socket: await dialect('operation'),
      room: small,
      textOf: ({ operation, message }) => (operation === 'create' ? String(message?.['body']) : undefined),
    },
  ];
}

/** Returns whether a frame is an error frame of a dialect or of API Gateway. */
const isFailure = (frame: Frame): boolean =>
  frame.type === 'error' || frame['operation'] === 'error' || 'error' in frame || 'requestId' in frame;

const failures = (name: string, socket: WsClient): string[] =>
  socket
    .frames()
    .flatMap((frame) => (isFailure(frame as Frame) ? `${name} received ${JSON.stringify(frame)}` : []));

/** Waits until a condition holds, or for 10 seconds. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}

function differences(name: string, expected: readonly string[], found: readonly string[]): string[] {
  const missing = expected.filter((text) => !found.includes(text));
  const extra = found.filter((text, index) => !expected.includes(text) || found.indexOf(text) !== index);
  if (missing.length + extra.length === 0 && expected.join() !== found.join())
    return [`${name}: wrong order`];
  return [
    ...missing.map((text) => `${name} misses "${text}"`),
    ...extra.map((text) => `${name} has "${text}" once too often`),
  ];
}

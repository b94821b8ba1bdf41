import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** A room's URL, with the headers of each connection to open. */
export interface RoomConnections {
  readonly url: string;
  readonly headers: readonly Readonly<Record<string, string>>[];
}

/** The outcome of one run. */
export interface LoadStats {
  /** The number of messages that were in flight all the time. */
  readonly inFlight: number;
  readonly messagesPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** Milliseconds from the send to the last recipient: the median and the 99th percentile. */
  readonly p50: number;
  readonly p99: number;
  readonly sent: number;
  /** Deliveries that did not arrive in time. */
  readonly lost: number;
  /** Deliveries that arrived twice. */
  readonly repeated: number;
}

interface MessageInFlight {
  readonly sentAt: number;
  /** For each connection of the room: 1 if it has received the message. */
  readonly received: Uint8Array;
  remaining: number;
}

const HEAD = Buffer.from('{"type":"chat_message"');
const MARK = Buffer.from('@@');
const DIGITS = 8;

/** Returns a text of typical length. It starts with a number, so that the benchmark recognizes deliveries. */
const textOf = (id: number): string =>
  `@@${String(id).padStart(DIGITS, '0')}${' Hello, how are you?'.repeat(5)}`.slice(0, 100);

/** Returns the number in the text of a delivered message. Returns undefined for other frames, such as receipts. */
export function messageNumber(frame: Buffer): number | undefined {
  if (frame.length < HEAD.length || HEAD.compare(frame, 0, HEAD.length) !== 0) return undefined;
  const at = frame.indexOf(MARK, HEAD.length);
  return at < 0 ? undefined : Number(frame.toString('latin1', at + MARK.length, at + MARK.length + DIGITS));
}

/** The number of messages that a 99th percentile needs. A run is extended up to four times to reach this number. */
const ENOUGH_MESSAGES = 100;
const MOST_EXTENSION = 4;

const OPENING_IN_PARALLEL = 8;

const quantile = (sorted: readonly number[], fraction: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;

async function connect(url: string, headers: Readonly<Record<string, string>>): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers: { ...headers }, perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}

/** Connections in rooms that send messages in a closed loop: each delivered message is followed by the next. */
export class Load {
  readonly #rooms: readonly (readonly WebSocket[])[];
  readonly #patienceMs: number;
  readonly #inFlight = new Map<number, MessageInFlight>();
  #next = 1;
  #times: number[] = [];
  #repeated = 0;
  #deliveries = 0;
  #refilling = false;
  #onLastDelivered = (): void => {};

  /** Opens the connections, a few in parallel. @param patienceMs how long `run` waits for the last deliveries */
  static async open(rooms: readonly RoomConnections[], patienceMs = 10_000): Promise<Load> {
    const sockets = rooms.map((): WebSocket[] => []);
    const pending = rooms.flatMap(({ url, headers }, room) => headers.map((own) => ({ room, url, own })));
    const queue = pending.values();
    const openNext = async () => {
      for (const { room, url, own } of queue) sockets[room]?.push(await connect(url, own));
    };
    await Promise.all(Array.from({ length: OPENING_IN_PARALLEL }, openNext));
    return new Load(sockets, patienceMs);
  }

  private constructor(rooms: readonly (readonly WebSocket[])[], patienceMs: number) {
    this.#rooms = rooms;
    this.#patienceMs = patienceMs;
    for (const room of rooms) {
      for (const [index, socket] of room.entries()) {
        socket.on('message', (data: Buffer) => this.#receive(index, data));
      }
    }
  }

  /**
   * Keeps a number of messages in flight, then waits for the last deliveries.
   * @param ms the duration, which is extended if it yields too few messages. With 0, each message is sent once
   */
  async run(inFlight: number, ms: number): Promise<LoadStats> {
    this.#times = [];
    this.#repeated = 0;
    this.#deliveries = 0;
    const first = this.#next;
    this.#refilling = ms > 0;
    const start = performance.now();
    for (let slot = 0; slot < inFlight; slot++) this.#send();
    await wait(ms);
    while (this.#times.length < ENOUGH_MESSAGES && performance.now() - start < ms * MOST_EXTENSION) {
      await wait(ms / 10);
    }
    this.#refilling = false;
    const seconds = (performance.now() - start) / 1_000;
    const messages = this.#times.length;
    const deliveries = this.#deliveries;
    const lost = await this.#waitForLast();
    const sorted = this.#times.toSorted((a, b) => a - b);
    return {
      inFlight,
      messagesPerSecond: messages / seconds,
      deliveriesPerSecond: deliveries / seconds,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      sent: this.#next - first,
      lost,
      repeated: this.#repeated,
    };
  }

  close(): void {
    for (const socket of this.#rooms.flat()) socket.terminate();
  }

  /** Sends the next message, in the next room, from its next connection. */
  #send(): void {
    const id = this.#next++;
    const sockets = this.#rooms[id % this.#rooms.length] ?? [];
    const sender = sockets[Math.floor(id / this.#rooms.length) % sockets.length];
    const received = new Uint8Array(sockets.length);
    this.#inFlight.set(id, { sentAt: performance.now(), received, remaining: sockets.length });
    sender?.send(`{"action":"send","message":"${textOf(id)}"}`);
  }

  #receive(connection: number, frame: Buffer): void {
    const id = messageNumber(frame);
    if (id === undefined) return;
    this.#deliveries++;
    const message = this.#inFlight.get(id);
    if (!message || message.received[connection] === 1) {
      this.#repeated++;
      return;
    }
    message.received[connection] = 1;
    if (--message.remaining > 0) return;
    this.#inFlight.delete(id);
    this.#times.push(performance.now() - message.sentAt);
    if (this.#refilling) this.#send();
    else if (this.#inFlight.size === 0) this.#onLastDelivered();
  }

  /** Waits until all messages are delivered. Returns the number of deliveries that did not arrive in time. */
  async #waitForLast(): Promise<number> {
    if (this.#inFlight.size > 0) {
      const done = Promise.withResolvers<void>();
      this.#onLastDelivered = done.resolve;
      const timer = setTimeout(done.resolve, this.#patienceMs);
      await done.promise;
      clearTimeout(timer);
    }
    const lost = [...this.#inFlight.values()].reduce((sum, { remaining }) => sum + remaining, 0);
    this.#inFlight.clear();
    return lost;
  }
}

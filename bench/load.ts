import { WebSocket } from 'ws';

/** Where people of a room connect, each with headers of their own. */
export interface Place {
  readonly url: string;
  readonly headers: readonly Readonly<Record<string, string>>[];
}

/** What a stretch of time with so many messages in flight came to. */
export interface Stretch {
  readonly inFlight: number;
  readonly messagesPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** From the send to the last recipient, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly sent: number;
  /** Deliveries that did not come in the time that they were waited for, and those that came twice. */
  readonly lost: number;
  readonly repeated: number;
}

interface Flight {
  readonly room: number;
  readonly from: number;
  readonly heard: Uint8Array;
  left: number;
}

const HEAD = Buffer.from('{"type":"chat_message"');
const MARK = Buffer.from('@@');
const DIGITS = 8;

/** A text as long as one usually is, with a number by which its deliveries are known. */
const textOf = (id: number): string =>
  `@@${String(id).padStart(DIGITS, '0')}${' Hello, how are you?'.repeat(5)}`.slice(0, 100);

/** The number of the message that a frame brings; undefined for all other frames, such as receipts. */
export function messageIn(frame: Buffer): number | undefined {
  if (frame.length < HEAD.length || HEAD.compare(frame, 0, HEAD.length) !== 0) return undefined;
  const at = frame.indexOf(MARK, HEAD.length);
  return at < 0 ? undefined : Number(frame.toString('latin1', at + MARK.length, at + MARK.length + DIGITS));
}

/** So many messages it takes to say what the slowest of a hundred takes, but no longer than this many times as long. */
const ENOUGH = 100;
const PATIENCE = 4;

/** The value below which such a part of the sorted values is. */
export const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

function connect(url: string, headers: Readonly<Record<string, string>>): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers: { ...headers }, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** People in rooms who send, and count what everybody hears. A message in flight is followed by the next. */
export class Load {
  readonly #rooms: readonly (readonly WebSocket[])[];
  readonly #flights = new Map<number, Flight>();
  #next = 1;
  #times: number[] = [];
  #repeated = 0;
  #deliveries = 0;
  #refilling = false;
  #landed = (): void => {};

  /** Connects a few at a time, as people come. */
  static async open(places: readonly Place[]): Promise<Load> {
    const rooms = places.map((): WebSocket[] => []);
    const waiting = places.flatMap(({ url, headers }, room) =>
      headers.map((own) => async () => rooms[room]?.push(await connect(url, own))),
    );
    const queue = waiting.values();
    const come = async () => {
      for (const enter of queue) await enter();
    };
    await Promise.all(Array.from({ length: 8 }, come));
    return new Load(rooms);
  }

  constructor(rooms: readonly (readonly WebSocket[])[]) {
    this.#rooms = rooms;
    for (const room of rooms) {
      for (const [index, socket] of room.entries()) {
        socket.on('message', (data: Buffer) => this.#hear(index, data));
      }
    }
  }

  /** Keeps so many messages in flight for so long, or until there are enough, then waits for the last of them. */
  async run(inFlight: number, ms: number): Promise<Stretch> {
    this.#times = [];
    this.#repeated = 0;
    this.#deliveries = 0;
    const first = this.#next;
    this.#refilling = true;
    const from = performance.now();
    for (let slot = 0; slot < inFlight; slot++) this.#send();
    await this.#pass(ms);
    while (this.#times.length < ENOUGH && performance.now() - from < ms * PATIENCE) await this.#pass(ms / 10);
    this.#refilling = false;
    const seconds = (performance.now() - from) / 1_000;
    const messages = this.#times.length;
    const deliveries = this.#deliveries;
    const lost = await this.#land();
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

  #pass(ms: number): Promise<void> {
    return new Promise((resume) => setTimeout(resume, ms));
  }

  #send(): void {
    const id = this.#next++;
    const room = id % this.#rooms.length;
    const people = this.#rooms[room] ?? [];
    const sender = people[Math.floor(id / this.#rooms.length) % people.length];
    const heard = new Uint8Array(people.length);
    this.#flights.set(id, { room, from: performance.now(), heard, left: people.length });
    sender?.send(`{"action":"send","message":"${textOf(id)}"}`);
  }

  #hear(listener: number, frame: Buffer): void {
    const id = messageIn(frame);
    if (id === undefined) return;
    this.#deliveries++;
    const flight = this.#flights.get(id);
    if (!flight || flight.heard[listener] === 1) {
      this.#repeated++;
      return;
    }
    flight.heard[listener] = 1;
    if (--flight.left > 0) return;
    this.#flights.delete(id);
    this.#times.push(performance.now() - flight.from);
    if (this.#refilling) this.#send();
    else if (this.#flights.size === 0) this.#landed();
  }

  /** @returns how many deliveries did not come in ten seconds */
  async #land(): Promise<number> {
    if (this.#flights.size > 0) {
      const late = Promise.withResolvers<void>();
      this.#landed = late.resolve;
      const timer = setTimeout(late.resolve, 10_000);
      await late.promise;
      clearTimeout(timer);
    }
    const lost = [...this.#flights.values()].reduce((sum, { left }) => sum + left, 0);
    this.#flights.clear();
    return lost;
  }
}

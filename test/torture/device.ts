import { ChatClient, ChatClientError, type Room } from '../../client/index.ts';
import { checkShown } from './copy.ts';
import { asksFor, type Deed, type Deeds } from './operations.ts';
import { Ear } from './frame-checker.ts';
import { type AskedFrame, changeTypes } from './frames.ts';
import { type Network, networkOf } from './network.ts';
import type { Random } from './random.ts';
import { Twin } from './sockets.ts';
import type { Tally, Witness } from './recording.ts';
import type { DevicePlan, WorldRoom } from './scenario.ts';

export interface DeviceParts {
  readonly plan: DevicePlan;
  /** `edge` is what the client is given, `socket` the WebSocket API behind it. */
  readonly urls: { readonly socket: string; readonly edge: string };
  readonly token: () => Promise<string>;
  readonly deeds: Deeds;
  readonly witness: Witness;
  readonly tally: Tally;
  readonly random: Random;
}

/** So many of the texts that were sent can be repeated. */
const REMEMBERED = 10;

const codeOf = (error: unknown): string => (error instanceof ChatClientError ? error.code : String(error));

/** One person's client, the rooms that they have open in it, and what it has promised. */
export class Device {
  readonly plan: DevicePlan;
  readonly client: ChatClient;
  readonly network: Network;
  readonly twin: Twin | undefined;
  readonly #parts: DeviceParts;
  readonly #ear: Ear;
  readonly #rooms = new Map<string, Room>();
  readonly #watched = new WeakSet<Room>();
  readonly #unanswered = new Set<Deed>();
  /** What else was asked for and is not answered, in words. */
  readonly #waiting = new Set<{ readonly what: string }>();
  #sent: readonly string[] = [];

  constructor(parts: DeviceParts) {
    const { plan, urls, token, deeds, witness, tally } = parts;
    const { person, name } = plan;
    const common = { person, deeds, witness, tally };
    this.#parts = parts;
    this.plan = plan;
    this.#ear = new Ear({ ...common, name, home: undefined });
    this.network = networkOf(this.#ear, (frame, text) => this.#asked(frame, text));
    const ear = new Ear({ ...common, name: `the twin of ${name}`, home: person.home.id });
    this.twin = plan.twin ? new Twin({ plan, urls, token, ear }) : undefined;
    const { WebSocket } = this.network;
    this.client = new ChatClient({ url: urls.edge, token, WebSocket });
    this.client.on('state', (state) => {
      if (state === 'refused') this.accuse(`was refused with ${this.client.error?.code}`);
    });
    this.open(person.home);
  }

  /** The rooms that are open, by id. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms;
  }

  /** What it was asked to do, and has not said that it is done. */
  get unanswered(): ReadonlySet<Deed> {
    return this.#unanswered;
  }

  /** The last texts that it sent to change something. */
  get sent(): readonly string[] {
    return this.#sent;
  }

  /** What is not as it must be once nothing changes any more. */
  get unrest(): readonly string[] {
    const { state } = this.client;
    return [
      ...(state === 'live' ? [] : [`is ${state}`]),
      ...[...this.#unanswered].map(
        ({ name, kind, room }) => `has no answer to ${kind} ${name} of room ${room}`,
      ),
      ...[...this.#waiting].map(({ what }) => `has no answer to ${what}`),
      ...[...this.#rooms].flatMap(([id, room]) =>
        checkShown(room).map((wrong) => `in room ${id}, which is ${room.state}: ${wrong}`),
      ),
    ];
  }

  accuse(what: string): void {
    this.#ear.accuse(what);
  }

  /** Opens a room, or gives the one that is open. */
  open({ id }: WorldRoom): Room {
    const room = this.client.room(id);
    this.#rooms.set(id, room);
    if (!this.#watched.has(room)) this.#watch(room);
    return room;
  }

  leave({ id }: WorldRoom): void {
    this.#rooms.get(id)?.leave();
    this.#rooms.delete(id);
  }

  /** Does a deed, and notes what its promise comes to. */
  async make(deed: Deed): Promise<void> {
    const { deeds } = this.#parts;
    this.#unanswered.add(deed);
    try {
      deeds.keep(deed, await this.#made(deed));
    } catch (error) {
      deeds.refuse(deed, codeOf(error));
    }
    this.#unanswered.delete(deed);
  }

  /** Waits for what changes nothing in the log; it may be rejected with some codes, and with no others. */
  async wait(what: string, promise: Promise<unknown>, codes: readonly string[]): Promise<void> {
    const waiting = { what };
    this.#waiting.add(waiting);
    await promise.catch((error: unknown) => {
      if (!codes.includes(codeOf(error))) this.accuse(`was refused ${what} with ${codeOf(error)}`);
    });
    this.#waiting.delete(waiting);
  }

  /** Opens a room that is nothing to them, which must be refused. */
  async intrude(id: string): Promise<void> {
    const room = this.client.room(id);
    const opened = room.ready().then(() => this.accuse(`could open room ${id}, which is nothing to them`));
    await this.wait(`room ${id}`, opened, ['NOT_A_MEMBER']);
    room.leave();
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.twin?.stop();
  }

  async #made(deed: Deed): Promise<number | undefined> {
    const { kind, message = 0, text = '', emoji = '', remove = false, replyTo } = deed;
    const room = this.open({ id: deed.room, members: new Map() });
    switch (kind) {
      case 'send': {
        const stored = await room.send(text, replyTo === undefined ? {} : { reply_to: replyTo });
        const isOwn = stored.text === text || stored.edited || stored.deleted;
        if (!isOwn) this.accuse(`said "${text}" in room ${deed.room}, which was stored as "${stored.text}"`);
        return stored.message_id;
      }
      case 'edit':
        await room.edit(message, text);
        break;
      case 'delete':
        await room.delete(message);
        break;
      case 'react':
        await room.react(message, emoji, { remove });
        break;
      default:
        throw new Error(`Deed not known: ${String(kind satisfies never)}`);
    }
    return undefined;
  }

  /** Each change is told once, in the order of the numbers, and no member is refused. */
  #watch(room: Room): void {
    this.#watched.add(room);
    let last = 0;
    for (const type of changeTypes) {
      room.on(type, ({ seq }) => {
        if (seq <= last) this.accuse(`was told ${type} ${seq} of room ${room.id} after ${last}`);
        last = seq;
      });
    }
    room.on('state', (state) => {
      if (state === 'refused' && room.error?.code !== 'CLOSED')
        this.accuse(`was refused room ${room.id} with ${room.error?.code}`);
    });
  }

  /** A frame goes out: the first time it tells what the client calls a deed, and the twin may ask for the same. */
  #asked(frame: AskedFrame, text: string): void {
    const { deeds, random, tally } = this.#parts;
    const { client_id: id } = frame;
    if (id === undefined) return;
    if (deeds.get(id) !== undefined) tally.add('repeats by the client');
    else {
      const deed = [...this.#unanswered].find((each) => each.clientId === '' && asksFor(frame, each));
      if (deed === undefined) this.accuse(`sent what nobody had asked for: ${text}`);
      else deeds.call(deed, id);
    }
    this.#sent = [...this.#sent, text].slice(-REMEMBERED);
    if (this.twin === undefined || !random.chance(0.3)) return;
    tally.add('deeds of two devices at once');
    void this.twin.send(text);
  }
}

import { connect, RefusedUpgrade, type WsClient } from '../support/ws-client.ts';
import type { Deeds } from './deeds.ts';
import { type Frame, messageOf, readFrame } from './frames.ts';
import { Outbox } from './outbox.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';
import { Resume } from './resume.ts';
import type { Tally, Witness } from './witness.ts';
import { type DevicePlan, roomsSaid, type WorldRoom } from './world.ts';

export interface DeviceParts {
  readonly plan: DevicePlan;
  readonly urls: { readonly socket: string; readonly edge: string };
  readonly token: () => Promise<string>;
  readonly deeds: Deeds;
  readonly witness: Witness;
  readonly tally: Tally;
  readonly random: Random;
  readonly pace: Pace;
}

const TICK_MS = 40;
const PING_MS = 1_000;

/** One client: a socket that comes again whenever it is cut, copies of the rooms that it hears of, and an outbox. */
export class Device {
  readonly plan: DevicePlan;
  readonly outbox: Outbox;
  readonly #parts: DeviceParts;
  /** Room id → what is known of it; of the inbox, none. */
  readonly #resumes = new Map<string, Resume>();
  readonly #joined = new Set<string>();
  /** Rooms that this socket asked to join, answered or not: their frames are no leak. */
  readonly #asked = new Set<string>();
  #wanted: WorldRoom | undefined;
  #client: WsClient | undefined;
  #opening = false;
  #opensAt = 0;
  #pingAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.plan = parts.plan;
    const { deeds, random, pace, tally } = parts;
    const counted = (what: string) => tally.add(what);
    const home = this.#home;
    this.outbox = new Outbox({ home, deeds, random, pace, counted });
    if (home !== undefined) this.#follow(home);
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(Date.now()), TICK_MS);
  }

  /** Ends it for good, without a word. */
  stop(): void {
    clearInterval(this.#timer);
    this.#client?.socket.terminate();
  }

  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  /** What it knows of each room that it follows. */
  get resumes(): ReadonlyMap<string, Resume> {
    return this.#resumes;
  }

  /** Whether it hears of a room now, as far as it knows. */
  follows(room: string): boolean {
    return room === this.#home || this.#joined.has(room);
  }

  /** Sends a frame now, or never where the socket is shut. */
  send(frame: object): void {
    const socket = this.#client?.socket;
    if (socket?.readyState === socket?.OPEN) socket?.send(JSON.stringify(frame));
  }

  /** The network goes. */
  cut(): void {
    this.#parts.tally.add('cuts by the client');
    this.#client?.socket.terminate();
  }

  /** Wants to hear of another room, over all sockets to come. */
  join(room: WorldRoom): void {
    this.#wanted = room;
    if (!this.#resumes.has(room.id)) this.#follow(room.id);
    this.#askToJoin();
  }

  /** Wants to hear no more of the room that it joined. */
  leave(): void {
    const room = this.#wanted;
    this.#wanted = undefined;
    if (room === undefined) return;
    this.#joined.delete(room.id);
    this.#resumes.delete(room.id);
    this.send({ action: 'leave', room_id: Number(room.id) });
  }

  get #home(): string | undefined {
    return this.plan.inbox ? undefined : this.plan.person.home.id;
  }

  #follow(room: string): void {
    const other = room === this.#home ? {} : { room_id: Number(room) };
    this.#resumes.set(room, new Resume((frame) => this.send({ ...frame, ...other })));
  }

  #askToJoin(): void {
    if (this.#wanted === undefined || !this.isOpen) return;
    this.#asked.add(this.#wanted.id);
    this.send({ action: 'join', room_id: Number(this.#wanted.id) });
  }

  #tick(now: number): void {
    if (this.#client === undefined) {
      if (!this.#opening && now >= this.#opensAt) void this.#open();
      return;
    }
    this.outbox.tick(now, (frame) => this.send(frame));
    for (const [room, resume] of this.#resumes) if (this.follows(room)) resume.tick(now);
    if (now < this.#pingAt) return;
    this.#pingAt = now + PING_MS;
    if (this.#wanted !== undefined && !this.#joined.has(this.#wanted.id)) this.#askToJoin();
    for (const [room, resume] of this.#resumes) if (this.follows(room)) resume.ping(now);
  }

  #url(): string {
    const { urls } = this.#parts;
    const query = new URLSearchParams({ reads: this.plan.reads });
    const home = this.#home;
    const resume = home === undefined ? undefined : this.#resumes.get(home);
    if (resume !== undefined) query.set('since', String(resume.copy.mark));
    if (this.plan.edge) return `${urls.edge}/ws/chat/${home === undefined ? '' : `${home}/`}?${query}`;
    if (home !== undefined) query.set('room', home);
    return `${urls.socket}?${query}`;
  }

  async #open(): Promise<void> {
    this.#opening = true;
    try {
      const headers = { Authorization: `Bearer ${await this.#parts.token()}` };
      const client = await connect(this.#url(), { headers });
      this.#take(client);
    } catch (error) {
      this.#parts.tally.add('handshakes that failed');
      if (error instanceof RefusedUpgrade && error.status < 500) {
        this.#accuse(`was refused with ${error.status}, though a member`);
      }
    }
    this.#opening = false;
    this.#opensAt = Date.now() + this.#parts.random.between(20, 300);
  }

  #take(client: WsClient): void {
    this.#client = client;
    this.#parts.tally.add('connections');
    this.#joined.clear();
    this.#asked.clear();
    const now = Date.now();
    for (const [room, resume] of this.#resumes) resume.restart(now, room === this.#home);
    client.socket.on('message', (data: Buffer) => this.#hear(data.toString()));
    client.socket.on('error', () => {});
    client.socket.once('close', () => {
      this.#client = undefined;
      this.#opensAt = Date.now() + this.#parts.random.between(20, 300);
    });
    // What came before this turn of the event loop is read here: nobody listened yet.
    for (const frame of client.frames()) this.#hear(JSON.stringify(frame));
    this.outbox.restart(now);
    this.#askToJoin();
  }

  #hear(text: string): void {
    this.#parts.tally.add('frames');
    this.#checkLeaks(text);
    const frame = readFrame(text);
    if (frame === undefined) return;
    const now = Date.now();
    const room = frame.room_id === undefined ? this.#home : String(frame.room_id);
    // A gateway's own frame does not say which of ours it is about.
    if (frame.connectionId !== undefined && frame.type === undefined) this.#takeFailure(now);
    else if (frame.type === 'error') this.#takeError(frame, now);
    else if (room !== undefined) this.#hearOf(room, frame, now);
    if (roomsSaid(text).some((said) => said !== room)) {
      this.#accuse(`got a frame of room ${room} with what was said in another: ${text.slice(0, 300)}`);
    }
  }

  #takeError(frame: Frame, now: number): void {
    this.#parts.tally.add(`errors ${frame.code}`);
    this.outbox.takeError(frame, now);
  }

  #takeFailure(now: number): void {
    this.#parts.tally.add('errors of the gateway itself');
    this.outbox.hurry(now);
  }

  #hearOf(room: string, frame: Frame, now: number): void {
    const { person } = this.plan;
    this.#parts.witness.see(room, frame);
    if (room === person.foreign?.id) this.#accuse(`got a frame of room ${room}, which is nothing to them`);
    if (frame.type === 'joined') this.#joined.add(room);
    const own = messageOf(frame)?.sender_id === Number(person.id);
    const live = frame.type === 'chat_message' && !own && !this.plan.inbox;
    if (live && room !== this.#home && !this.#asked.has(room)) {
      this.#accuse(`heard what was said in room ${room} without joining it`);
    }
    this.#resumes.get(room)?.take(frame, now);
    this.outbox.take(frame, now);
    const named = this.#parts.deeds.get(frame.client_id ?? '');
    if (named !== undefined && named.user !== person.id)
      this.#accuse(`was told the client id of user ${named.user}`);
  }

  #checkLeaks(text: string): void {
    const { person } = this.plan;
    for (const room of roomsSaid(text)) {
      if (room !== person.home.id && room !== person.second.id) {
        this.#accuse(`read what was said in room ${room}, which is nothing to them`);
      }
    }
  }

  #accuse(what: string): void {
    this.#parts.witness.accuse(`${this.plan.name} of user ${this.plan.person.id} ${what}`);
  }
}

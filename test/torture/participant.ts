import { setTimeout as pause } from 'node:timers/promises';
import type { Device } from './device.ts';
import type { Operation } from './operations.ts';
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';
import { isStored } from './room-states.ts';
import { type RoomPlan, roomText } from './scenario.ts';

export interface ParticipantOptions {
  readonly device: Device;
  /** All devices of the same user. */
  readonly ownDevices: readonly Device[];
  readonly recording: Recording;
  readonly random: Random;
  /** Whether the device uses its home room only. */
  readonly homeOnly: boolean;
}

/** A device starts no operation while it has this many pending ones. */
const MAX_PENDING = 4;
/** The average pause between two actions. */
const AVERAGE_PAUSE_MS = 250;
const emojis = ['👍', '🎉', '#️⃣'] as const;

/** Performs random actions on one device. */
export class Participant {
  readonly device: Device;
  readonly #options: ParticipantOptions;
  #operationCount = 0;

  constructor(options: ParticipantOptions) {
    this.device = options.device;
    this.#options = options;
  }

  /** Starts random actions, with pauses, until a time in milliseconds since the epoch. */
  async actUntil(end: number): Promise<void> {
    while (Date.now() < end) {
      await pause(this.#options.random.between(0, 2 * AVERAGE_PAUSE_MS));
      this.#act();
    }
  }

  #act(): void {
    const { random, device } = this.#options;
    const isBusy = device.pendingOperations.size >= MAX_PENDING;
    const draw = random.next();
    if (draw < 0.35) isBusy || this.send();
    else if (draw < 0.38) isBusy || this.#sendFile();
    else if (draw < 0.56) isBusy || this.#change('edit');
    else if (draw < 0.66) isBusy || this.#change('delete');
    else if (draw < 0.82) isBusy || this.#react();
    else if (draw < 0.88) this.#repeatFrame();
    else if (draw < 0.91) this.#markSeenOrType();
    else if (draw < 0.92) this.#loadHistory();
    else if (draw < 0.95) this.#joinOrLeave();
    else if (draw < 0.97) this.#requestForbiddenRoom();
    else if (draw < 0.985) this.#cutSocket();
    else isBusy || this.#sendInvalidReply();
  }

  /** Sends a message. One in ten is a reply. */
  send(room = this.#anyRoom()): Operation {
    const replyTo = this.#options.random.chance(0.1) ? this.#recentMessage(room, () => true) : undefined;
    return this.#start('send', room, replyTo === undefined ? {} : { replyTo });
  }

  #sendFile(): void {
    const { random, device } = this.#options;
    const { home } = device.plan.user;
    this.#start('send', home, { fileContent: roomText(home.id, `file ${random.between(0, 1_000_000)}`) });
  }

  /** Returns mostly the home room, sometimes the second room. */
  #anyRoom(): RoomPlan {
    const { device, homeOnly, random } = this.#options;
    const { home, second } = device.plan.user;
    return !homeOnly && random.chance(0.15) ? second : home;
  }

  #start(kind: Operation['kind'], room: RoomPlan, fields: Partial<Operation> = {}): Operation {
    const { device, recording } = this.#options;
    const { plan } = device;
    this.#operationCount += 1;
    const name = `${plan.name}-${this.#operationCount}`;
    const text = kind === 'send' || kind === 'edit' ? { text: roomText(room.id, `${name} ${kind}`) } : {};
    const common = { name, clientId: '', user: plan.user.id, room: room.id, kind };
    const operation = recording.operations.add({ ...common, ...text, ...fields });
    recording.count(`operations ${kind}`);
    void device.perform(operation);
    return operation;
  }

  /** Returns one of the newest messages that the device shows. */
  #recentMessage(room: RoomPlan, matches: (sender: string) => boolean): number | undefined {
    const shown = this.#options.device.rooms.get(room.id)?.messages ?? [];
    const matching = shown.filter(isStored).filter(({ sender_id }) => matches(String(sender_id)));
    return this.#options.random.pick(matching.slice(-12))?.message_id;
  }

  /** Edits or deletes mostly an own message, sometimes another user's, which only an owner may do. */
  #change(kind: 'edit' | 'delete'): void {
    const { device, random } = this.#options;
    const { home: room, id } = device.plan.user;
    const isOwner = room.members.get(id) === 'owner';
    const ofAnyUser = random.chance(isOwner ? 0.4 : 0.03);
    const message = this.#recentMessage(room, (sender) => ofAnyUser || sender === id);
    if (message !== undefined) this.#start(kind, room, { message });
  }

  #react(): void {
    const { random, device } = this.#options;
    const room = device.plan.user.home;
    const message = this.#recentMessage(room, () => true);
    const emoji = random.pick(emojis) ?? '👍';
    if (message === undefined || this.#isReacting(message, emoji)) return;
    this.#start('react', room, { message, emoji, ...(random.chance(0.3) && { remove: true }) });
  }

  /** Frames do not distinguish two simultaneous reactions of a user with the same emoji. */
  #isReacting(message: number, emoji: string): boolean {
    const pending = this.#options.ownDevices.flatMap(({ pendingOperations }) => [...pendingOperations]);
    return pending.some((operation) => operation.message === message && operation.emoji === emoji);
  }

  /** Sends an earlier frame again, on the client's socket or on the raw socket. */
  #repeatFrame(): void {
    const { random, device, recording } = this.#options;
    const text = random.pick(device.sentTexts);
    if (text === undefined) return;
    recording.count('frames repeated by the test');
    if (device.rawSocket && random.chance(0.5)) void device.rawSocket.send(text);
    else device.network.sendRaw(text);
  }

  #markSeenOrType(): void {
    const { random, device } = this.#options;
    const { home } = device.plan.user;
    const message = this.#recentMessage(home, () => true);
    const room = device.open(home);
    if (message !== undefined && random.chance(0.7)) {
      // The message may be deleted meanwhile.
      void device.waitFor(`seen ${message} of room ${home.id}`, room.seen(message), ['MESSAGE_NOT_FOUND']);
    } else void device.waitFor(`typing in room ${home.id}`, room.typing(random.chance(0.5)), []);
  }

  #loadHistory(): void {
    const { random, device, recording } = this.#options;
    const incomplete = [...device.rooms].filter(([, { hasMore }]) => hasMore);
    const [id, room] = random.pick(incomplete) ?? [];
    if (room === undefined) return;
    recording.count('history pages');
    void device.waitFor(`history of room ${id}`, room.history(random.between(1, 20)), ['CLOSED']);
  }

  #joinOrLeave(): void {
    const { random, device, homeOnly, recording } = this.#options;
    if (homeOnly) return;
    const joins = random.chance(0.6);
    recording.count(joins ? 'joins' : 'leaves');
    if (joins) device.open(device.plan.user.second);
    else device.leave(device.plan.user.second);
  }

  #cutSocket(): void {
    this.#options.recording.count('sockets cut by the client');
    this.#options.device.network.cut();
  }

  /** Requests something of a room that the user is not a member of. */
  #requestForbiddenRoom(): void {
    const { random, device, recording } = this.#options;
    const { forbidden } = device.plan.user;
    if (forbidden === undefined) return;
    recording.count('requests to forbidden rooms');
    const room_id = Number(forbidden.id);
    const frames = [
      { action: 'sync', since: 0, room_id },
      { action: 'history', room_id },
      { action: 'ping', room_id },
      { action: 'seen', message_id: 1, room_id },
      { action: 'join', room_id },
      { action: 'send', message: roomText(forbidden.id, 'forbidden'), client_id: 'forbidden', room_id },
    ];
    if (device.rawSocket && random.chance(0.7))
      void device.rawSocket.send(JSON.stringify(random.pick(frames)));
    else void device.openForbidden(forbidden.id);
  }

  /** Replies to a message that does not exist. Parley refuses, and a void entry takes the sequence number. */
  #sendInvalidReply(): void {
    this.#start('send', this.#anyRoom(), { replyTo: 999_999, expectedError: 'REPLY_NOT_FOUND' });
  }
}

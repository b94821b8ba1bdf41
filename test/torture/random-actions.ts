import { isStored } from './copy.ts';
import type { Deed, Deeds } from './operations.ts';
import type { Device } from './device.ts';
import type { Random } from './random.ts';
import type { Tally } from './recording.ts';
import { saying, type WorldRoom } from './scenario.ts';

export interface WhimParts {
  readonly device: Device;
  /** All devices of the same person. */
  readonly own: readonly Device[];
  readonly deeds: Deeds;
  readonly tally: Tally;
  readonly random: Random;
  /** Whether a second room is opened and left. */
  readonly joins: boolean;
}

/** As much may be unanswered before a device waits. */
const MOST_WAITING = 4;
const emojis = ['👍', '🎉', '#️⃣'] as const;

/** What one person does next on one device. */
export class Whims {
  readonly #parts: WhimParts;
  #count = 0;

  constructor(parts: WhimParts) {
    this.#parts = parts;
  }

  /** Does one thing, by chance. */
  act(): void {
    const { random, device } = this.#parts;
    const busy = device.unanswered.size >= MOST_WAITING;
    const draw = random.next();
    if (draw < 0.38) busy || this.say();
    else if (draw < 0.56) busy || this.#change('edit');
    else if (draw < 0.66) busy || this.#change('delete');
    else if (draw < 0.82) busy || this.#react();
    else if (draw < 0.88) this.#repeat();
    else if (draw < 0.91) this.#notice();
    else if (draw < 0.92) this.#browse();
    else if (draw < 0.95) this.#roam();
    else if (draw < 0.97) this.#trespass();
    else if (draw < 0.985) this.#cut();
    else busy || this.#burn();
  }

  /** Says something, mostly at home where no room is named. */
  say(room = this.#room()): Deed {
    const answered = this.#parts.random.chance(0.1) ? this.#target(room, () => true) : undefined;
    return this.#deed('send', room, answered === undefined ? {} : { replyTo: answered });
  }

  /** Mostly at home, sometimes in the other room. */
  #room(): WorldRoom {
    const { device, joins, random } = this.#parts;
    const { home, second } = device.plan.person;
    return joins && random.chance(0.15) ? second : home;
  }

  #deed(kind: Deed['kind'], room: WorldRoom, more: Partial<Deed> = {}): Deed {
    const { device, deeds, tally } = this.#parts;
    this.#count += 1;
    const name = `${device.plan.name}-${this.#count}`;
    const text = kind === 'send' || kind === 'edit' ? { text: saying(room.id, `${name} ${kind}`) } : {};
    const about = { user: device.plan.person.id, room: room.id, kind };
    const deed = deeds.add({ name, clientId: '', ...about, ...text, ...more });
    tally.add(`${kind}s`);
    void device.make(deed);
    return deed;
  }

  /** A message that this device shows, of the newest ones; undefined where there is none. */
  #target(room: WorldRoom, fits: (sender: string) => boolean): number | undefined {
    const shown = this.#parts.device.rooms.get(room.id)?.messages ?? [];
    const fitting = shown.filter(isStored).filter(({ sender_id }) => fits(String(sender_id)));
    return this.#parts.random.pick(fitting.slice(-12))?.message_id;
  }

  /** Mostly their own; an owner may change anybody's, and anybody may try. */
  #change(kind: 'edit' | 'delete'): void {
    const { device, random } = this.#parts;
    const { home: room, id } = device.plan.person;
    const isOwner = room.members.get(id) === 'owner';
    const anybodys = random.chance(isOwner ? 0.4 : 0.03);
    const message = this.#target(room, (sender) => anybodys || sender === id);
    if (message !== undefined) this.#deed(kind, room, { message });
  }

  #react(): void {
    const { random, device } = this.#parts;
    const room = device.plan.person.home;
    const message = this.#target(room, () => true);
    const emoji = random.pick(emojis) ?? '👍';
    if (message === undefined || this.#isReacting(message, emoji)) return;
    this.#deed('react', room, { message, emoji, ...(random.chance(0.3) && { remove: true }) });
  }

  /** Two reactions of one person with one emoji at the same time could not be told apart. */
  #isReacting(message: number, emoji: string): boolean {
    const waiting = this.#parts.own.flatMap(({ unanswered }) => [...unanswered]);
    return waiting.some((deed) => deed.message === message && deed.emoji === emoji);
  }

  /** Asks again for what was answered, or will be, over the same socket or from another device. */
  #repeat(): void {
    const { random, device, tally } = this.#parts;
    const text = random.pick(device.sent);
    if (text === undefined) return;
    tally.add('repeats of what was answered');
    if (device.twin && random.chance(0.5)) void device.twin.send(text);
    else device.network.slip(text);
  }

  #notice(): void {
    const { random, device } = this.#parts;
    const { home } = device.plan.person;
    const message = this.#target(home, () => true);
    const room = device.open(home);
    if (message !== undefined && random.chance(0.7)) {
      // What is seen may be gone by then.
      void device.wait(`seen ${message} of room ${home.id}`, room.seen(message), ['MESSAGE_NOT_FOUND']);
    } else void device.wait(`typing in room ${home.id}`, room.typing(random.chance(0.5)), []);
  }

  /** Scrolls up. */
  #browse(): void {
    const { random, device, tally } = this.#parts;
    const longer = [...device.rooms].filter(([, { hasMore }]) => hasMore);
    const [id, room] = random.pick(longer) ?? [];
    if (room === undefined) return;
    tally.add('pages of history');
    void device.wait(`history of room ${id}`, room.history(random.between(1, 20)), ['CLOSED']);
  }

  #roam(): void {
    const { random, device, joins, tally } = this.#parts;
    if (!joins) return;
    const joining = random.chance(0.6);
    tally.add(joining ? 'joins' : 'leaves');
    if (joining) device.open(device.plan.person.second);
    else device.leave(device.plan.person.second);
  }

  #cut(): void {
    this.#parts.tally.add('cuts by the client');
    this.#parts.device.network.cut();
  }

  /** Asks for a room that is nothing to them. */
  #trespass(): void {
    const { random, device, tally } = this.#parts;
    const { foreign } = device.plan.person;
    if (foreign === undefined) return;
    tally.add('trespasses');
    const room_id = Number(foreign.id);
    const asks = [
      { action: 'sync', since: 0, room_id },
      { action: 'history', room_id },
      { action: 'ping', room_id },
      { action: 'seen', message_id: 1, room_id },
      { action: 'join', room_id },
      { action: 'send', message: saying(foreign.id, 'trespass'), client_id: 'trespass', room_id },
    ];
    if (device.twin && random.chance(0.7)) void device.twin.send(JSON.stringify(random.pick(asks)));
    else void device.intrude(foreign.id);
  }

  /** A reply to what is not there is refused, and takes a number with it. */
  #burn(): void {
    this.#deed('send', this.#room(), { replyTo: 999_999, refusal: 'REPLY_NOT_FOUND' });
  }
}

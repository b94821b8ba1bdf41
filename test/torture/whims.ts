import type { Deed, Deeds } from './deeds.ts';
import type { Device } from './device.ts';
import type { Random } from './random.ts';
import type { Tally } from './witness.ts';
import { saying, type WorldRoom } from './world.ts';

export interface WhimParts {
  readonly device: Device;
  /** The same person's other device, if there is one. */
  readonly other: Device | undefined;
  readonly deeds: Deeds;
  readonly tally: Tally;
  readonly random: Random;
  /** Whether rooms can be joined and left. */
  readonly joins: boolean;
}

/** As much may be unanswered before a device waits. */
const MOST_WAITING = 2;
const emojis = ['👍', '🎉', '#️⃣'] as const;

/** What one person does next on one device. */
export class Whims {
  readonly #parts: WhimParts;
  readonly #done: Deed[] = [];
  #count = 0;

  constructor(parts: WhimParts) {
    this.#parts = parts;
  }

  /** Does one thing, by chance. */
  act(): void {
    const { random, device } = this.#parts;
    const busy = device.outbox.size >= MOST_WAITING || !device.isOpen;
    const draw = random.next();
    if (draw < 0.38) busy || this.say();
    else if (draw < 0.56) busy || this.#edit();
    else if (draw < 0.66) busy || this.#change('delete');
    else if (draw < 0.82) busy || this.#react();
    else if (draw < 0.88) this.#repeat();
    else if (draw < 0.92) this.#notice();
    else if (draw < 0.95) this.#roam();
    else if (draw < 0.97) this.#trespass();
    else if (draw < 0.985) device.cut();
    else busy || this.#burn();
  }

  /** Mostly at home, sometimes in the other room. */
  #room(): WorldRoom {
    const { person, inbox } = this.#parts.device.plan;
    return inbox || this.#parts.random.chance(0.15) ? person.second : person.home;
  }

  #deed(kind: Deed['kind'], room: WorldRoom, more: Partial<Deed> = {}): Deed {
    const { device, deeds, tally, random, other } = this.#parts;
    this.#count += 1;
    const { name, person } = device.plan;
    const clientId = `${name}-${this.#count}`;
    const text = kind === 'send' || kind === 'edit' ? { text: saying(room.id, `${clientId} ${kind}`) } : {};
    const deed = deeds.add({ clientId, user: person.id, room: room.id, kind, ...text, ...more });
    tally.add(`${kind}s`);
    device.outbox.put(deed);
    if (other && random.chance(0.15)) {
      tally.add('deeds of two devices at once');
      other.outbox.put(deed);
    }
    this.#done.push(deed);
    return deed;
  }

  /** Says something, mostly at home. */
  say(): void {
    const room = this.#room();
    const answered = this.#parts.random.chance(0.1) ? this.#target(room, () => true) : undefined;
    this.#deed('send', room, answered === undefined ? {} : { replyTo: answered });
  }

  /** A message that this device shows, of the newest ones; undefined where there is none. */
  #target(room: WorldRoom, fits: (id: number) => boolean): number | undefined {
    const messages = this.#parts.device.resumes.get(room.id)?.copy.messages ?? new Map();
    const ids = [...messages].filter(([id, { deleted }]) => !deleted && fits(id)).map(([id]) => id);
    return this.#parts.random.pick(ids.slice(-12));
  }

  /** Mostly their own; an owner may change anybody's, and anybody may try. */
  #change(kind: 'edit' | 'delete'): void {
    const { device, random } = this.#parts;
    const room = device.plan.person.home;
    const own = /: c\d+-\d+/;
    const messages = device.resumes.get(room.id)?.copy.messages;
    const isMine = (id: number): boolean => {
      const author = this.#authorOf(own.exec(messages?.get(id)?.text ?? '')?.[0]?.slice(2));
      return author === device.plan.person.id;
    };
    const owner = room.members.get(device.plan.person.id) === 'owner';
    const anybodys = owner ? random.chance(0.4) : random.chance(0.03);
    const message = this.#target(room, (id) => anybodys || isMine(id));
    if (message === undefined) return;
    this.#deed(kind, room, { message });
  }

  #edit(): void {
    this.#change('edit');
  }

  #authorOf(clientId = ''): string | undefined {
    return this.#parts.deeds.get(clientId)?.user;
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
    const { device, other } = this.#parts;
    const waiting = [...device.outbox.list(), ...(other?.outbox.list() ?? [])];
    return waiting.some((deed) => deed.message === message && deed.emoji === emoji);
  }

  /** Asks again for what was answered, or will be, here or from the other device. */
  #repeat(): void {
    const { random, device, other, tally } = this.#parts;
    const deed = random.pick(this.#done.slice(-10));
    if (deed === undefined) return;
    tally.add('repeats of what was answered');
    (other !== undefined && random.chance(0.5) ? other : device).outbox.put(deed);
  }

  #notice(): void {
    const { random, device } = this.#parts;
    const message = this.#target(device.plan.person.home, () => true);
    if (device.plan.inbox) return;
    if (message !== undefined && random.chance(0.7)) device.send({ action: 'seen', message_id: message });
    else device.send({ action: 'typing', typing: random.chance(0.5) });
  }

  #roam(): void {
    const { random, device, joins, tally } = this.#parts;
    if (!joins) return;
    const joining = random.chance(0.6);
    tally.add(joining ? 'joins' : 'leaves');
    if (joining) device.join(device.plan.person.second);
    else device.leave();
  }

  /** Asks for a room that is nothing to them. */
  #trespass(): void {
    const { random, device, tally } = this.#parts;
    const foreign = device.plan.person.foreign;
    if (foreign === undefined) return;
    tally.add('trespasses');
    const room_id = Number(foreign.id);
    const asks = [
      { action: 'sync', since: 0, room_id },
      { action: 'history', room_id },
      { action: 'ping', room_id },
      { action: 'seen', message_id: 1, room_id },
      { action: 'join', room_id },
    ];
    if (random.chance(0.3)) this.#deed('send', foreign, { refusal: 'NOT_A_MEMBER' });
    else device.send(random.pick(asks) ?? {});
  }

  /** A reply to what is not there is refused, and takes a number with it. */
  #burn(): void {
    this.#deed('send', this.#room(), { replyTo: 999_999, refusal: 'MESSAGE_NOT_FOUND' });
  }
}

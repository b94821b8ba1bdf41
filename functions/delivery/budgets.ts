import type { Command } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Counted } from '../domain/room.ts';

/** How long a budget lasts, in milliseconds. */
const WINDOW_MS = 10_000;

/**
 * How many commands of each kind a connection may send in ten seconds. Sends and changes have the room's rate limit
 * instead. The budgets suffice for a client that joins 100 rooms at once and syncs each of them.
 */
const commandBudgets: Partial<Record<Command['kind'], number>> = {
  SetTyping: 100,
  MarkSeen: 200,
  JoinRoom: 150,
  LeaveRoom: 150,
  LoadHistory: 150,
  Sync: 200,
  Ping: 150,
  Authenticate: 20,
};

/** A ping counts as one command, and as one more for every ten rooms that it names. */
const ROOMS_OF_PING = 10;

/** How many times a user may join the same room in ten seconds, and leave it. Both may announce presence. */
const SAME_ROOM_BUDGET = 20;

/**
 * How many REST requests a user may make in ten seconds. The page needs many reads for a room with many pictures. It
 * needs many searches, because it searches people while the user types. A search, of people or of messages, costs more
 * than another read.
 */
const requestBudgets = { read: 600, search: 40, write: 150 } as const;

/**
 * After this many refusals in ten seconds, a connection is closed. A user's REST requests are then refused without
 * being read.
 */
const MAX_REFUSED = 100;

/** How many changes of the typing state of one user are posted to rooms in ten seconds. */
const MAX_TYPING_POSTS = 40;

/** A typing state that repeats within this time, in milliseconds, is not posted again. Clients show it for longer. */
const TYPING_MS = 2_000;

/** The maximum number of cached rate limits of members. Limits that are not cached are checked in DynamoDB. */
const MAX_LIMITED = 10_000;

/** `seq` is the room's last sequence number. */
interface TypingState {
  readonly typing: boolean;
  readonly seq: number;
}

/** The counts of a connection or a user since the start of the window. */
interface Recent {
  readonly since: number;
  readonly counts: Map<string, number>;
  readonly typing: Map<string, TypingState & { readonly at: number }>;
  readonly seen: Map<string, number>;
}

/** The connection of a frame. */
type Sender = Pick<Session, 'id' | 'user'>;

/** A room, and the user that a frame names. Each frame of a guest may name another user. */
interface RoomUser {
  readonly room: string;
  readonly user: string;
}

/** The writes that a rate limit counts together. */
export interface CountedWrites {
  readonly room: string;
  readonly writer: string;
  readonly counted: Counted;
}

const keyOf = ({ room, user }: RoomUser): string => JSON.stringify([room, user]);

const limitKey = ({ room, writer, counted }: CountedWrites): string =>
  JSON.stringify([room, writer, counted]);

/** Returns the key of a user's counts. It has a blank, so it differs from each connection id. */
const userSource = (user: string): string => `user ${user}`;

/** Returns the key of a sender's counts. Guests are counted by connection, because a guest can change the name. */
const sourceOf = ({ id, user }: Sender): string => (user.guest ? id : userSource(user.id));

/**
 * Counts frames and requests in the memory of one execution environment, so a limit costs no call. A connection whose
 * frames run in several environments has each budget once in each of them.
 */
export class Budgets {
  /** In the order of `since`. */
  readonly #recent = new Map<string, Recent>();
  /** When each member may write again, in milliseconds since the epoch. */
  readonly #limited = new Map<string, number>();
  readonly #isLimited: boolean;

  /** @param isLimited false leaves only the checks for repeated typing states and read marks */
  constructor(isLimited: boolean) {
    this.#isLimited = isLimited;
  }

  /**
   * Counts a command. Returns 0, or the milliseconds to wait if a budget is spent. Joins and leaves of the same room
   * are counted by user too, so that a new connection does not start over.
   */
  takeCommand(sender: Sender, command: Command, now: number): number {
    const { kind } = command;
    const count = kind === 'Ping' ? 1 + Math.floor((command.rooms?.length ?? 0) / ROOMS_OF_PING) : 1;
    const wait = this.#take(sender.id, kind, commandBudgets[kind], now, count);
    if (wait > 0 || (kind !== 'JoinRoom' && kind !== 'LeaveRoom')) return wait;
    return this.#take(sourceOf(sender), `${kind} ${command.room}`, SAME_ROOM_BUDGET, now);
  }

  /** Counts a REST request. Returns 0, or the milliseconds to wait if the budget is spent. */
  takeRequest(user: string, kind: keyof typeof requestBudgets, now: number): number {
    const source = userSource(user);
    if (this.isRefused(source, now)) return this.#waitOf(this.#of(source, now), now);
    return this.#take(source, kind, requestBudgets[kind], now);
  }

  /** Counts a refused frame. Returns true for the one after which the connection must be closed. */
  refuse(connection: string, now: number): boolean {
    return this.#isLimited && this.#count(this.#of(connection, now), 'refused') === MAX_REFUSED;
  }

  /** Counts a refused REST request. */
  refuseRequest(user: string, now: number): void {
    this.refuse(userSource(user), now);
  }

  /** Whether a connection has so many refusals that it is being closed. Its frames need no answer. */
  isRefused(connection: string, now: number): boolean {
    const refused = this.#of(connection, now).counts.get('refused') ?? 0;
    return this.#isLimited && refused >= MAX_REFUSED;
  }

  /**
   * Notes a typing state, and returns whether to post it. Returns false if the sender has just set the same state for
   * the same user and room, or changes states too often. A state after a change of the room is not a repeat, because
   * clients stop showing an author as typing when a message arrives.
   */
  postsTyping(sender: Sender, user: RoomUser, { typing, seq }: TypingState, now: number): boolean {
    const recent = this.#of(sourceOf(sender), now);
    const key = keyOf(user);
    const before = recent.typing.get(key);
    const isRepeat = before?.typing === typing && before.seq === seq && now < before.at + TYPING_MS;
    if (isRepeat) return false;
    recent.typing.set(key, { typing, seq, at: now });
    return this.#count(recent, 'typing posts') <= MAX_TYPING_POSTS || !this.#isLimited;
  }

  /** Returns the last read mark that `noteReadTo` noted, or 0. Guests and visitors have no other read mark. */
  readTo(connection: string, reader: RoomUser, now: number): number {
    return this.#of(connection, now).seen.get(keyOf(reader)) ?? 0;
  }

  noteReadTo(connection: string, reader: RoomUser, message: number, now: number): void {
    this.#of(connection, now).seen.set(keyOf(reader), message);
  }

  /** Returns the milliseconds until a member may write again, or 0 if that is unknown. */
  limitedFor(writes: CountedWrites, now: number): number {
    return Math.max(0, (this.#limited.get(limitKey(writes)) ?? 0) - now);
  }

  /** Notes that a member is at the rate limit. Until the time is over, refusals of the member need no call. */
  noteLimited(writes: CountedWrites, until: number): void {
    const [oldest] = this.#limited.keys();
    if (oldest !== undefined && this.#limited.size >= MAX_LIMITED) this.#limited.delete(oldest);
    const key = limitKey(writes);
    this.#limited.delete(key);
    this.#limited.set(key, until);
  }

  #take(source: string, name: string, limit: number | undefined, now: number, count = 1): number {
    if (!this.#isLimited || limit === undefined) return 0;
    const recent = this.#of(source, now);
    return this.#count(recent, name, count) > limit ? this.#waitOf(recent, now) : 0;
  }

  #waitOf({ since }: Recent, now: number): number {
    return Math.max(1, since + WINDOW_MS - now);
  }

  #count({ counts }: Recent, name: string, added = 1): number {
    const count = (counts.get(name) ?? 0) + added;
    counts.set(name, count);
    return count;
  }

  #of(source: string, now: number): Recent {
    const found = this.#recent.get(source);
    if (found && now < found.since + WINDOW_MS) return found;
    this.#recent.delete(source);
    for (const [id, { since }] of this.#recent) {
      if (now < since + WINDOW_MS) break;
      this.#recent.delete(id);
    }
    const recent = { since: now, counts: new Map(), typing: new Map(), seen: new Map() };
    this.#recent.set(source, recent);
    return recent;
  }
}

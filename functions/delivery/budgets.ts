import type { Command } from '../domain/command.ts';

/** How long a budget lasts, in milliseconds. */
const WINDOW_MS = 10_000;

/**
 * How often a connection may send each kind of command in ten seconds. Sends and changes have the room's rate limit
 * instead. A client that opens 100 rooms at once joins each of them and loads what it missed.
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

/** A connection that is refused as often as this in ten seconds is closed. */
const MAX_REFUSED = 100;

/** How many changes of the typing state of one connection are posted to rooms in ten seconds. */
const MAX_TYPING_POSTS = 40;

/** How long a repeated typing state changes nothing. After that it is posted again, because clients hide it by then. */
const TYPING_MS = 2_000;

interface Recent {
  readonly since: number;
  readonly counts: Map<string, number>;
  readonly typing: Map<string, { readonly typing: boolean; readonly at: number }>;
}

/**
 * Counts the frames of each connection in the memory of one execution environment. So a limit costs no call, and a
 * connection whose frames run in several environments at once has it several times.
 */
export class Budgets {
  /** In the order of `since`. */
  readonly #recent = new Map<string, Recent>();
  readonly #limited: boolean;

  /** @param limited false leaves only the check for repeated typing */
  constructor(limited: boolean) {
    this.#limited = limited;
  }

  /** Counts a command. Returns 0, or the milliseconds to wait if its budget is spent. */
  take(connection: string, kind: Command['kind'], now: number): number {
    const limit = commandBudgets[kind];
    if (!this.#limited || limit === undefined) return 0;
    const recent = this.#of(connection, now);
    return this.#count(recent, kind) > limit ? Math.max(1, recent.since + WINDOW_MS - now) : 0;
  }

  /** Counts a refused frame. Returns true for the one after which the connection is to be closed. */
  refuse(connection: string, now: number): boolean {
    return this.#limited && this.#count(this.#of(connection, now), 'refused') === MAX_REFUSED;
  }

  /** Whether a connection was refused so often that it is being closed. Its frames need no answer. */
  isClosing(connection: string, now: number): boolean {
    const refused = this.#of(connection, now).counts.get('refused') ?? 0;
    return this.#limited && refused >= MAX_REFUSED;
  }

  /**
   * Notes a typing state. Returns whether to post it: not if the connection set the same one for the same user and room
   * a moment ago, or sets another one all the time.
   */
  postsTyping(
    connection: string,
    { room, user, typing }: { readonly room: string; readonly user: string; readonly typing: boolean },
    now: number,
  ): boolean {
    const recent = this.#of(connection, now);
    const key = JSON.stringify([room, user]);
    const before = recent.typing.get(key);
    if (before?.typing === typing && now < before.at + TYPING_MS) return false;
    recent.typing.set(key, { typing, at: now });
    return this.#count(recent, 'typing posts') <= MAX_TYPING_POSTS || !this.#limited;
  }

  #count({ counts }: Recent, name: string): number {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  }

  #of(connection: string, now: number): Recent {
    const found = this.#recent.get(connection);
    if (found && now < found.since + WINDOW_MS) return found;
    this.#recent.delete(connection);
    for (const [id, { since }] of this.#recent) {
      if (now < since + WINDOW_MS) break;
      this.#recent.delete(id);
    }
    const recent = { since: now, counts: new Map(), typing: new Map() };
    this.#recent.set(connection, recent);
    return recent;
  }
}

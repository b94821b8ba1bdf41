import type { FrameOf, Id } from './wire.ts';

/** A user no longer shows as typing after this time without another frame, because the last frame may be lost. */
const TYPING_EXPIRES_MS = 6_000;

/**
 * Whether a user is online, and when the user was last online.
 * @interface
 */
export type Presence = Pick<FrameOf<'presence'>, 'status' | 'last_seen'>;

/** Returns the presence of users after a frame. An earlier frame may arrive later, and then changes nothing. */
export const withPresence = (
  presence: ReadonlyMap<string, Presence>,
  { user_id, status, last_seen }: Presence & { readonly user_id: Id },
): ReadonlyMap<string, Presence> =>
  last_seen < (presence.get(String(user_id))?.last_seen ?? '')
    ? presence
    : new Map(presence).set(String(user_id), { status, last_seen });

/** Typing, presence and read marks of the users in a room. Each change replaces the collection. */
export class Participants {
  /** The ids of the users who are typing. */
  typing: readonly string[] = [];
  presence: ReadonlyMap<string, Presence> = new Map();
  /** The highest read mark that the client knows for each user. */
  seen: ReadonlyMap<string, number> = new Map();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  setTyping(user: Id, typing: boolean): void {
    const id = String(user);
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const expire = () => this.setTyping(id, false);
    if (typing) this.#timers.set(id, setTimeout(expire, TYPING_EXPIRES_MS));
    if (typing === this.typing.includes(id)) return;
    this.typing = typing ? [...this.typing, id] : this.typing.filter((each) => each !== id);
    this.#onChange();
  }

  setPresence(frame: FrameOf<'presence'>): void {
    this.presence = withPresence(this.presence, frame);
    this.#onChange();
  }

  setSeen(user: Id, message: number): void {
    const id = String(user);
    if (message <= (this.seen.get(id) ?? 0)) return;
    this.seen = new Map(this.seen).set(id, message);
    this.#onChange();
  }

  /** Clears typing and presence, which are unknown while the socket is closed. */
  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.typing = [];
    this.presence = new Map();
  }
}

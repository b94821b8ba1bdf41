import type { FrameOf, Id } from './wire.ts';

/** Nothing but a `false` that may be lost ends somebody's typing, so it fades. */
const FADE_MS = 6_000;

export type Presence = Pick<FrameOf<'presence'>, 'status' | 'last_seen'>;

/** What is known of the people in a room beside what they wrote. Each value is replaced when it changes. */
export class Participants {
  typing: readonly string[] = [];
  presence: ReadonlyMap<string, Presence> = new Map();
  /** How far each has read: a message's id. */
  seen: ReadonlyMap<string, number> = new Map();
  readonly #fading = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  types(user: Id, typing: boolean): void {
    const id = String(user);
    clearTimeout(this.#fading.get(id));
    if (typing)
      this.#fading.set(
        id,
        setTimeout(() => this.types(id, false), FADE_MS),
      );
    else this.#fading.delete(id);
    if (typing === this.typing.includes(id)) return;
    this.typing = typing ? [...this.typing, id] : this.typing.filter((each) => each !== id);
    this.#onChange();
  }

  comesOrGoes({ user_id, status, last_seen }: FrameOf<'presence'>): void {
    this.presence = new Map(this.presence).set(String(user_id), { status, last_seen });
    this.#onChange();
  }

  reads(user: Id, message: number): void {
    const id = String(user);
    if (message <= (this.seen.get(id) ?? 0)) return;
    this.seen = new Map(this.seen).set(id, message);
    this.#onChange();
  }

  /** Nobody tells any more who comes, goes or types. */
  forget(): void {
    for (const timer of this.#fading.values()) clearTimeout(timer);
    this.#fading.clear();
    this.typing = [];
    this.presence = new Map();
  }
}

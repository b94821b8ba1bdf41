import { type Frame, isChange, messageOf } from './frames.ts';

/** How many of each kind of thing were done, or seen. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  get(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** Sorted by name, each as `name count`. */
  lines(): readonly string[] {
    return [...this.#counts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([what, count]) => `${what} ${count}`);
  }
}

const steps = ['send', 'delivered', 'read'];

const signatureOf = (frame: Frame): string =>
  [frame.type, frame.message_id, frame.user_id ?? '', frame.emoji ?? '', frame.removed ?? ''].join(' ');

/** Sees every frame of every client, and notes at once what no frame may say. */
export class Witness {
  readonly #violations = new Set<string>();
  readonly #numbers = new Map<string, string>();
  /** `<room> <message>` → the highest status that anybody was told. */
  readonly #told = new Map<string, string>();

  get violations(): readonly string[] {
    return [...this.#violations];
  }

  get told(): ReadonlyMap<string, string> {
    return this.#told;
  }

  accuse(violation: string): void {
    this.#violations.add(violation);
  }

  /** A change under a number: the number is the change's own, for everybody. */
  see(room: string, frame: Frame): void {
    if (isChange(frame) && frame.seq !== undefined) {
      const place = `${room} ${frame.seq}`;
      const signature = signatureOf(frame);
      const known = this.#numbers.get(place);
      if (known !== undefined && known !== signature) {
        this.accuse(`Number ${frame.seq} of room ${room} was told as "${known}" and as "${signature}"`);
      }
      this.#numbers.set(place, signature);
    }
    const message = messageOf(frame);
    if (message) this.#hear(`${room} ${message.message_id}`, message.status);
  }

  #hear(place: string, status: string): void {
    const before = this.#told.get(place);
    if (before === undefined || steps.indexOf(before) < steps.indexOf(status)) this.#told.set(place, status);
  }
}

/** A change that somebody wants made, once, however often it is asked for. */
export interface Deed {
  readonly clientId: string;
  readonly user: string;
  readonly room: string;
  readonly kind: 'send' | 'edit' | 'delete' | 'react';
  /** The message that it changes. */
  readonly message?: number;
  /** Said by no other deed. */
  readonly text?: string;
  readonly emoji?: string;
  readonly remove?: boolean;
  readonly replyTo?: number;
  /** The only refusal that there may be, and that there must be; absent where it is to be made. */
  readonly refusal?: string;
}

/** How a deed was answered so far. */
export interface Answers {
  /** The numbers that were said to be its own: one, where all is well. */
  readonly numbers: Set<number>;
  /** The codes that it was refused with. */
  readonly refusals: Set<string>;
}

/** The frame that asks for a deed, of a device at home in a room. */
export function frameOf(deed: Deed, home: string | undefined): object {
  const common = {
    client_id: deed.clientId,
    ...(deed.room !== home && { room_id: Number(deed.room) }),
    ...(deed.message !== undefined && { message_id: deed.message }),
  };
  switch (deed.kind) {
    case 'send':
      return {
        action: 'send',
        message: deed.text,
        ...(deed.replyTo !== undefined && { reply_to: deed.replyTo }),
        ...common,
      };
    case 'edit':
      return { action: 'edit', text: deed.text, ...common };
    case 'delete':
      return { action: 'delete', ...common };
    case 'react':
      return { action: 'react', emoji: deed.emoji, ...(deed.remove && { remove: true }), ...common };
    default:
      throw new Error(`Deed not known: ${String(deed.kind satisfies never)}`);
  }
}

/** All that was asked for in a run, and all that was answered. */
export class Deeds {
  readonly #all = new Map<string, { readonly deed: Deed; readonly answers: Answers }>();

  add(deed: Deed): Deed {
    this.#all.set(deed.clientId, { deed, answers: { numbers: new Set(), refusals: new Set() } });
    return deed;
  }

  /** Notes that a deed stands under a number. */
  made(deed: Deed, seq: number): void {
    this.#all.get(deed.clientId)?.answers.numbers.add(seq);
  }

  refused(deed: Deed, code: string): void {
    this.#all.get(deed.clientId)?.answers.refusals.add(code);
  }

  get(clientId: string): Deed | undefined {
    return this.#all.get(clientId)?.deed;
  }

  list(): readonly { readonly deed: Deed; readonly answers: Answers }[] {
    return [...this.#all.values()];
  }
}

import type { AskedFrame, Frame } from './frames.ts';
import { messageOf } from './frames.ts';

/** A change that somebody wants made, once, however often it is asked for. */
export interface Deed {
  /** What the run calls it. */
  readonly name: string;
  /** What the client calls it; empty until it goes out first. */
  clientId: string;
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
  /** The client's promise was resolved. */
  kept: boolean;
}

const answerTypes = {
  send: 'chat_message',
  edit: 'message_edited',
  delete: 'message_deleted',
  react: 'message_reacted',
} as const;

/** Whether a frame that a client sends asks for a deed. */
export function asksFor(frame: AskedFrame, deed: Deed): boolean {
  if (frame.action !== deed.kind || String(frame.room_id) !== deed.room) return false;
  if (deed.kind === 'send') return frame.message === deed.text;
  if (frame.message_id !== deed.message) return false;
  if (deed.kind === 'edit') return frame.text === deed.text;
  return deed.kind === 'delete' || (frame.emoji === deed.emoji && !frame.remove === !deed.remove);
}

/** All that was asked for in a run, and all that was answered. */
export class Deeds {
  readonly #all = new Map<Deed, Answers>();
  readonly #byClientId = new Map<string, Deed>();

  add(deed: Deed): Deed {
    this.#all.set(deed, { numbers: new Set(), refusals: new Set(), kept: false });
    return deed;
  }

  /** Its client calls it so. */
  call(deed: Deed, clientId: string): void {
    deed.clientId = clientId;
    this.#byClientId.set(clientId, deed);
  }

  /** The promise of a deed was resolved; a send's with its number. */
  keep(deed: Deed, seq?: number): void {
    const answers = this.#all.get(deed);
    if (answers === undefined) return;
    answers.kept = true;
    if (seq !== undefined) answers.numbers.add(seq);
  }

  refuse(deed: Deed, code: string): void {
    this.#all.get(deed)?.refusals.add(code);
  }

  /** Takes a frame: perhaps it acknowledges a deed, or refuses it, since its sender alone is told its client id. */
  hear(frame: Frame): void {
    const deed = this.get(frame.client_id ?? messageOf(frame)?.client_id);
    if (deed === undefined) return;
    if (frame.type === 'error') this.#refused(deed, frame.code ?? '');
    else if (frame.type === answerTypes[deed.kind] && frame.seq !== undefined) {
      this.#all.get(deed)?.numbers.add(frame.seq);
    }
  }

  /** By what its client calls it. */
  get(clientId = ''): Deed | undefined {
    return this.#byClientId.get(clientId);
  }

  list(): readonly { readonly deed: Deed; readonly answers: Answers }[] {
    return [...this.#all].map(([deed, answers]) => ({ deed, answers }));
  }

  /** What may be asked again is no refusal. */
  #refused(deed: Deed, code: string): void {
    if (code !== 'INTERNAL' && code !== 'RATE_LIMITED') this.refuse(deed, code);
  }
}

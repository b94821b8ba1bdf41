import type { ChangeRequest } from './wire.ts';

/** Keeps texts by key, at once or later. `pageStorage` is a browser's. */
export interface ChatStorage {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): unknown;
  remove(key: string): unknown;
}

/** `localStorage`, or anything like it, for a client. */
export const webStorage = (storage: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}): ChatStorage => ({
  get: (key) => storage.getItem(key),
  set: (key, value) => storage.setItem(key, value),
  remove: (key) => storage.removeItem(key),
});

/** A change that was asked for and is not answered yet. */
export interface PendingChange {
  readonly room: string;
  readonly frame: ChangeRequest & { client_id: string };
  /** When it was asked for first, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * PendingChange changes, kept where a reload finds them. Each write reads first what is there, so that two pages of one
 * user do not lose each other's; both send them then, which does no harm, since a repeat is known.
 */
export class Outbox {
  readonly #storage: ChatStorage | undefined;
  readonly #key: Promise<string>;
  readonly #left: Promise<readonly PendingChange[]>;
  #name: (key: string) => void = () => {};
  #last: Promise<unknown>;

  constructor(storage: ChatStorage | undefined) {
    this.#storage = storage;
    this.#key = new Promise((resolve) => {
      this.#name = resolve;
    });
    this.#left = this.#key.then((key) => this.#read(key)).catch(() => []);
    this.#last = this.#left;
  }

  /** What an earlier page left, oldest first. Until then nothing is written, and from then on under this key. */
  open(key: string): Promise<readonly PendingChange[]> {
    this.#name(key);
    return this.#left;
  }

  put(change: PendingChange): void {
    this.#change((kept) => [...kept, change]);
  }

  drop(clientId: string): void {
    this.#change((kept) => kept.filter(({ frame }) => frame.client_id !== clientId));
  }

  /** Nothing is kept any more of what was put here. */
  clear(): void {
    this.#change(() => []);
  }

  async #read(key: string): Promise<readonly PendingChange[]> {
    return JSON.parse((await this.#storage?.get(key)) ?? '[]') as readonly PendingChange[];
  }

  /** One after the other. A storage that is full or forbidden keeps nothing, and sending goes on. */
  #change(change: (kept: readonly PendingChange[]) => readonly PendingChange[]): void {
    if (!this.#storage) return;
    this.#last = this.#last
      .then(async () => {
        const key = await this.#key;
        const next = change(await this.#read(key));
        await (next.length > 0 ? this.#storage?.set(key, JSON.stringify(next)) : this.#storage?.remove(key));
      })
      .catch(() => {});
  }
}

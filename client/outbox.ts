import type { ChangeRequest } from './wire.ts';

/** Key-value storage for strings. Methods may be asynchronous. `webStorage` adapts a browser's. */
export interface ChatStorage {
  /** Returns the value of a key; null or undefined if there is none. */
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  /** Stores a value. */
  set(key: string, value: string): unknown;
  /** Deletes a key. */
  remove(key: string): unknown;
}

/**
 * Adapts `localStorage`, or an object with the same methods, for a client.
 * @example new ChatClient({ url, token, storage: webStorage(localStorage) });
 */
export const webStorage = (storage: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}): ChatStorage => ({
  get: (key) => storage.getItem(key),
  set: (key, value) => storage.setItem(key, value),
  remove: (key) => storage.removeItem(key),
});

/** A change that the server has not answered yet. */
export interface PendingChange {
  /** The id of the room. */
  readonly room: string;
  /** The change, as the client sends it. */
  readonly frame: ChangeRequest & {
    /** Lets the server recognize a repeat. */
    client_id: string;
  };
  /** When the user made the change, in milliseconds since the epoch. */
  readonly at: number;
}

/** Returns the valid changes in a stored text, which other code may have written or a browser may have cut off. */
function readChanges(text: string | null | undefined): readonly PendingChange[] {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(stored) ? stored.filter(isPendingChange) : [];
  } catch {
    return [];
  }
}

/** The field that must be a text in each kind of change. */
const texts: Record<ChangeRequest['action'], string> = {
  send: 'message',
  edit: 'text',
  delete: 'client_id',
  react: 'emoji',
};

function isPendingChange(value: unknown): value is PendingChange {
  const { room, frame: sent, at } = Object(value) as { room?: unknown; frame?: unknown; at?: unknown };
  const frame = Object(sent) as Record<string, unknown>;
  const text = Object.hasOwn(texts, String(frame['action'])) && texts[frame['action'] as 'send'];
  const strings = [room, frame['client_id'], text && frame[text]];
  // Dates beyond this number do not exist.
  return strings.every((each) => typeof each === 'string') && Math.abs(Number(at)) <= 8.64e15;
}

/**
 * Stores pending changes, so that a reload does not lose them. Each write first reads the stored list, so that two open
 * pages of one user keep each other's changes. After a reload, both may send them; the server recognizes repeats.
 */
export class Outbox {
  readonly #storage: ChatStorage | undefined;
  #key = '';
  #start: () => void = () => {};
  /** Updates run one after the other, and not before `open`. */
  #lastUpdate = new Promise<void>((resolve) => {
    this.#start = resolve;
  });

  constructor(storage: ChatStorage | undefined) {
    this.#storage = storage;
  }

  /** Starts to write under this key. Returns the changes from before a reload, oldest first. */
  async open(key: string): Promise<readonly PendingChange[]> {
    this.#key = key;
    const changes = await this.#read().catch(() => []);
    this.#start();
    return changes;
  }

  add(change: PendingChange): void {
    this.#update((stored) => [...stored, change]);
  }

  remove(clientId: string): void {
    this.#update((stored) => stored.filter(({ frame }) => frame.client_id !== clientId));
  }

  clear(): void {
    this.#update(() => []);
  }

  async #read(): Promise<readonly PendingChange[]> {
    return readChanges(await this.#storage?.get(this.#key));
  }

  #update(update: (stored: readonly PendingChange[]) => readonly PendingChange[]): void {
    const write = async () => {
      const next = update(await this.#read());
      await (next.length > 0
        ? this.#storage?.set(this.#key, JSON.stringify(next))
        : this.#storage?.remove(this.#key));
    };
    // A storage that is full or forbidden must not prevent sending.
    if (this.#storage) this.#lastUpdate = this.#lastUpdate.then(write).catch(() => {});
  }
}

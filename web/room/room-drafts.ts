import type { ChatClient } from '../../client/index.ts';
import { useSyncExternalStore } from '../react.ts';
import { isChosen } from './draft-state.ts';
import { DraftStore, storedDraft } from './draft-store.ts';
import { RoomDraft } from './room-draft.ts';

/** How long after a change drafts are stored, in milliseconds. The delay keeps typing fast. */
const SAVE_MS = 300;

const noDrafts: DraftStore['drafts'] = new Map();

// The browser then asks whether to leave the page.
const warn = (event: Event) => event.preventDefault();

/** The drafts of all rooms, from signing in to signing out. */
export class RoomDrafts {
  readonly #client: ChatClient;
  readonly #url: string;
  readonly #drafts = new Map<string, RoomDraft>();
  readonly #listeners = new Set<() => void>();
  readonly #stops: readonly (() => void)[];
  #store: DraftStore | undefined;
  /** The rooms whose drafts are not stored yet. */
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param url the chat's address: a page may show chats of several servers */
  constructor(client: ChatClient, url: string) {
    this.#client = client;
    this.#url = url;
    this.#stops = [
      client.on('failed', ({ room_id, ...failure }) => this.of(String(room_id)).handleFailure(failure)),
      client.on('state', (state) => {
        if (state !== 'live') return;
        for (const { uploads } of this.#drafts.values()) uploads?.retryUnreachable();
      }),
    ];
    globalThis.addEventListener?.('pagehide', this.#save);
  }

  /** The stored parts of the drafts, by room. Each change replaces this object. */
  get stored(): DraftStore['drafts'] {
    const { user } = this.#client;
    // The user is known once the client has connected.
    if (user) this.#store ??= new DraftStore(`parley:drafts:${this.#url}:${user}`);
    return this.#store?.drafts ?? noDrafts;
  }

  /** Calls a listener after `stored` has changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  of(room: string): RoomDraft {
    const onChange = () => this.#handleChange(room);
    const draft =
      this.#drafts.get(room) ?? new RoomDraft(() => this.#client.room(room), this.stored.get(room), onChange);
    this.#drafts.set(room, draft);
    return draft;
  }

  /** Returns the number of failed messages and of messages that wait for their upload. */
  get unsent(): number {
    const counts = [...this.#drafts.values()].map(
      ({ state }) => state.failed.length + state.attachments.filter((each) => !isChosen(each)).length,
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Ends all uploads. With `forget`, removes the drafts from the storage too. */
  close({ forget = false }: { forget?: boolean } = {}): void {
    for (const stop of this.#stops) stop();
    this.#save();
    if (forget) this.#store?.clear();
    for (const draft of this.#drafts.values()) draft.close();
    globalThis.removeEventListener?.('pagehide', this.#save);
    globalThis.removeEventListener?.('beforeunload', warn);
  }

  #handleChange(room: string): void {
    this.#changed.add(room);
    this.#timer ??= setTimeout(this.#save, SAVE_MS);
    // Files can't be stored, so a reload would lose them.
    const hasFiles = [...this.#drafts.values()].some(({ state }) => state.attachments.length > 0);
    if (hasFiles) globalThis.addEventListener?.('beforeunload', warn);
    else globalThis.removeEventListener?.('beforeunload', warn);
  }

  readonly #save = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const before = this.stored;
    for (const room of this.#changed) this.#store?.set(room, storedDraft(this.of(room).state));
    this.#changed.clear();
    if (this.stored !== before) for (const listener of [...this.#listeners]) listener();
  };
}

/** Returns the text that waits in a room's message box; an empty text if there is none. */
export const useDraftText = (drafts: RoomDrafts, room: string): string =>
  useSyncExternalStore(drafts.subscribe, () => drafts.stored.get(room)?.text ?? '');

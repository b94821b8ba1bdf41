import { type PageStorage, pageStorage } from '../session/storage.ts';
import type { Entry, FailedMessage } from '../timeline/entry.ts';
import { type ComposeTarget, type DraftState, joinLines } from './draft-state.ts';

/** The part of a draft that survives a reload. Files do not: a page can't keep them. */
export type StoredDraft = Partial<Pick<DraftState, 'text' | 'target' | 'editedText' | 'failed'>>;

/** How many drafts are stored. The ones that were changed longest ago are dropped. */
const MAX_DRAFTS = 100;

/** Returns the part of an entry that the composer needs. If a quoted message has no text, its file's name is shown. */
function withoutMessage({ kind, deleted, entry }: ComposeTarget): ComposeTarget {
  const { key, id, author, name, text, at, type, message } = entry;
  const shown = kind === 'reply' ? text || (message?.file ?? '') : text;
  const stored: Entry = { key, state: 'stored', id, author, name, text: shown, at, type };
  return { kind, entry: stored, ...(deleted && { deleted }) };
}

/** Returns the part of a draft to store, with the texts of unsent files; undefined if there is nothing. */
export function storedDraft(state: DraftState): StoredDraft | undefined {
  const { attachments, editedText, failed } = state;
  const text = joinLines(...attachments.map(({ caption }) => caption), state.text);
  const target = state.target ?? attachments.find((each) => each.target)?.target;
  const draft = {
    ...(text && { text }),
    ...(target?.entry.id !== undefined && { target: withoutMessage(target) }),
    ...(target && editedText !== undefined && { editedText }),
    ...(failed.length > 0 && { failed }),
  };
  return Object.keys(draft).length > 0 ? draft : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isTarget(value: unknown): value is ComposeTarget {
  const { kind, entry } = Object(value);
  const { id, key, author, text, at } = Object(entry);
  return /^(reply|edit)$/.test(kind) && Number.isInteger(id) && [key, author, text, at].every(isText);
}

function isFailed(value: unknown): value is FailedMessage {
  const { clientId, text, options, error, at } = Object(value);
  return [clientId, text, error, at].every(isText) && Object(options) === options;
}

/** Returns the valid parts of a stored value. The storage may hold anything. */
function healed(value: unknown): StoredDraft {
  const { text, target, editedText, failed } = Object(value);
  return {
    ...(isText(text) && { text }),
    ...(isTarget(target) && { target, ...(isText(editedText) && { editedText }) }),
    ...(Array.isArray(failed) && failed.some(isFailed) && { failed: failed.filter(isFailed) }),
  };
}

/** Returns the valid drafts of a storage. */
function readDrafts(storage: PageStorage, key: string): Map<string, StoredDraft> {
  const stored = storage.get(key);
  const entries = (Array.isArray(stored) ? stored : []).filter((entry) => Array.isArray(entry));
  const drafts = entries.map(([room, draft]) => [String(room), healed(draft)] as const);
  return new Map(drafts.filter(([, draft]) => Object.keys(draft).length > 0));
}

/** Stores the latest drafts. Returns whether they are stored. */
function writeDrafts(storage: PageStorage, key: string, drafts: ReadonlyMap<string, StoredDraft>): boolean {
  if (drafts.size > 0) return storage.set(key, [...drafts].slice(-MAX_DRAFTS));
  storage.remove(key);
  return true;
}

/** Returns the drafts with the draft of a room as the latest, or without it. */
function withDraft(drafts: ReadonlyMap<string, StoredDraft>, room: string, draft: StoredDraft | undefined) {
  const others = [...drafts].filter(([each]) => each !== room);
  return new Map(draft ? [...others, [room, draft] as const] : others);
}

const isSame = (one: StoredDraft | undefined, other: StoredDraft | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * The drafts of a user, by room. They survive a reload if the browser has a storage for the page. New tabs start with
 * the drafts that all tabs share. Each tab also keeps its own, because another tab may have a different text in the
 * same room.
 */
export class DraftStore {
  /** Each change replaces this object. */
  drafts: ReadonlyMap<string, StoredDraft>;
  readonly #key: string;
  readonly #shared: PageStorage;
  readonly #own: PageStorage;
  /** Whether the last change is stored. If the storage is full or blocked, only this page keeps the drafts. */
  #isStored = true;

  constructor(key: string, shared = pageStorage('localStorage'), own = pageStorage('sessionStorage')) {
    this.#key = key;
    this.#shared = shared;
    this.#own = own;
    this.drafts = new Map([...readDrafts(shared, key), ...readDrafts(own, key)]);
  }

  /** Replaces the draft of a room, unless it is the same. Keeps what other tabs have stored. */
  set(room: string, draft: StoredDraft | undefined): void {
    const before = this.drafts.get(room);
    if (isSame(draft, before)) return;
    const own = readDrafts(this.#own, this.#key);
    const shared = this.#isStored ? readDrafts(this.#shared, this.#key) : this.drafts;
    this.drafts = new Map([...withDraft(new Map([...shared, ...own]), room, draft)].slice(-MAX_DRAFTS));
    writeDrafts(this.#own, this.#key, withDraft(own, room, draft));
    // Without a draft here, another tab's stays.
    if (draft || isSame(shared.get(room), before))
      this.#isStored = writeDrafts(this.#shared, this.#key, withDraft(shared, room, draft));
  }

  /** Removes all drafts. */
  clear(): void {
    this.drafts = new Map();
    this.#shared.remove(this.#key);
    this.#own.remove(this.#key);
  }
}

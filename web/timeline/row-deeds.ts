import type { Entry } from './entry.ts';

/** What can be done about a message. */
export interface RowDeeds {
  react(id: number, emoji: string, remove: boolean): void;
  reply(entry: Entry): void;
  edit(entry: Entry): void;
  remove(entry: Entry): void;
  retry(key: string): void;
  discard(key: string): void;
  /** Goes to a message. */
  show(id: number): void;
}

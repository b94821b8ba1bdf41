import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { Id } from '../../client/index.ts';

/** The names of the users that the page has learned so far. */
export class Directory {
  readonly #names = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  /** Stores a user's name. Does nothing without a name. */
  learn(id: Id, name: string | null | undefined): void {
    const key = String(id);
    if (!name || this.#names.get(key) === name) return;
    this.#names.set(key, name);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Derives a user's name from an e-mail address, unless the name is known. */
  guess(id: Id, email: string): void {
    if (!this.knows(id)) this.learn(id, email.split('@')[0]);
  }

  knows(id: Id): boolean {
    return this.#names.has(String(id));
  }

  /** Returns the user's name, or "User 7" while it is unknown. A guest has the name that they claim, if any. */
  name(id: Id): string {
    const [, nameless, claimed] = /^guest:(guest:)?(.*)$/s.exec(String(id)) ?? [];
    if (claimed !== undefined) return nameless ? 'Guest' : `${claimed} (guest)`;
    return this.#names.get(String(id)) ?? `User ${id}`;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

export const DirectoryContext = createContext(new Directory());

/** Returns the directory, and renders the component again when the directory learns a name. */
export function useDirectory(): Directory {
  const directory = useContext(DirectoryContext);
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => directory.subscribe(() => render(undefined)), [directory]);
  return directory;
}

const unescapeId = (text: string) => text.replaceAll('%3A', ':').replaceAll('%25', '%');

/** Returns the other member of a direct room, from its id such as `direct:1:2`; undefined for other rooms. */
export function otherMember(room: string, me: string | undefined): string | undefined {
  const [kind, ...users] = room.split(':').map(unescapeId);
  return kind === 'direct' ? users.find((user) => user !== me) : undefined;
}

/** Returns a room's name; for a direct room, the other member's name. */
export function roomName(room: { id: string; name: string }, me: string, directory: Directory): string {
  const other = otherMember(room.id, me);
  if (other !== undefined) return directory.name(other);
  return room.name || `Room ${room.id}`;
}

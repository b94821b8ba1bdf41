import type { ComponentChildren } from 'preact';
import { createContext, h } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { Id } from '../../client/index.ts';

/** The names of people, as far as the page came across them. */
export class Directory {
  readonly #names = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  /** `name` may be missing, or an e-mail address where nothing better is known. */
  learn(id: Id, name: string | null | undefined): void {
    const key = String(id);
    if (!name || this.#names.get(key) === name) return;
    this.#names.set(key, name);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Learns a name from an address, unless a better one is known. */
  guess(id: Id, email: string): void {
    if (!this.#names.has(String(id))) this.learn(id, email.split('@')[0]);
  }

  knows(id: Id): boolean {
    return this.#names.has(String(id));
  }

  name(id: Id): string {
    return this.#names.get(String(id)) ?? `User ${id}`;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

const DirectoryContext = createContext(new Directory());

export function WithDirectory(props: { directory: Directory; children: ComponentChildren }) {
  return h(DirectoryContext.Provider, { value: props.directory }, props.children);
}

/** The names; the component renders anew when one is learned. */
export function useDirectory(): Directory {
  const directory = useContext(DirectoryContext);
  const [, renew] = useReducer((count: number) => count + 1, 0);
  useEffect(() => directory.subscribe(() => renew(undefined)), [directory]);
  return directory;
}

const unescaped = (text: string) => text.replaceAll('%3A', ':').replaceAll('%25', '%');

/** The other one of a direct room's two, by its id: `direct:1:2`. */
export function otherIn(room: string, me: string | undefined): string | undefined {
  const [kind, ...users] = room.split(':').map(unescaped);
  return kind === 'direct' ? users.find((user) => user !== me) : undefined;
}

/** The keys and values of a browser storage. Nothing throws: a browser may block storage, and a value may be broken. */
export interface PageStorage {
  get(key: string): unknown;
  set(key: string, value: unknown): boolean;
  remove(key: string): void;
}

/** Returns a storage of the browser, or undefined if it is blocked. Reading the property throws then. */
export function browserStorage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}

/** Adapts a browser storage for values of JSON. */
export function pageStorage(name: 'localStorage' | 'sessionStorage'): PageStorage {
  const attempt = <T>(action: (storage: Storage) => T): T | undefined => {
    try {
      const storage = browserStorage(name);
      return storage && action(storage);
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => attempt((storage) => JSON.parse(storage.getItem(key) ?? 'null') as unknown) ?? undefined,
    set: (key, value) =>
      attempt((storage) => {
        storage.setItem(key, JSON.stringify(value));
        return true;
      }) ?? false,
    remove: (key) => attempt((storage) => storage.removeItem(key)),
  };
}

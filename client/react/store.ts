/** A value that components share. */
export interface Store<T> {
  /** Each change replaces it. */
  value: T;
  readonly subscribe: (listener: () => void) => () => void;
  /** Replaces the value, and notifies the subscribers. */
  readonly set: (value: T) => void;
}

export function createStore<T>(value: T): Store<T> {
  const listeners = new Set<() => void>();
  const store: Store<T> = {
    value,
    set: (next) => {
      store.value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return store;
}

/** Returns a function that creates one value for each key. */
export function oncePer<K extends object, V>(create: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, V>();
  return (key) => {
    const value = values.get(key) ?? create(key);
    values.set(key, value);
    return value;
  };
}

/** Returns whether `value` is a JSON object: not null and not an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the property at a path of names, or undefined if there is none. */
export function property(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, name) => (isObject(parent) ? parent[name] : undefined), value);
}

/** Parses JSON. Returns undefined if `text` is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the items of a list as strings, and no items for any other value. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

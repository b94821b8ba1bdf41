import * as v from 'valibot';

/** The most characters of an unknown name that an error repeats. */
const MAX_SHOWN = 64;

/** Returns an unknown name as an error shows it. */
export const shownName = (name: string): string =>
  name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name;

/** Returns what is wrong with an unknown name. */
export const isUnknown = (known: readonly string[]): string =>
  `is unknown. Use one of: ${known.toSorted().join(', ')}`;

/** An object that refuses unknown fields, because a misspelt one would have no effect. */
export const strictFields = <E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, ({ expected, message }) =>
    expected === 'never' ? isUnknown(Object.keys(entries)) : message,
  );

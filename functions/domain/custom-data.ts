import { bytesOf } from './id.ts';

/** A JSON object of the team's own about a message, a room, a member or a user. Parley stores it and returns it. */
export type CustomData = Readonly<Record<string, unknown>>;

/** The most bytes of custom data as JSON in UTF-8, without blanks between its parts. */
export const MAX_DATA_BYTES = 2_048;

/** How deep objects and lists may be nested in custom data. The data itself is the first level. */
export const MAX_DATA_DEPTH = 16;

/** Whether a text can be stored and sent unchanged: UTF-8 has no lone surrogates, and some databases no NUL. */
const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isPlainJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return isPlainText(value);
  // `JSON.parse` returns Infinity for 1e999, which `JSON.stringify` turns into null.
  if (typeof value === 'number') return Number.isFinite(value);
  if (depth > MAX_DATA_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth + 1));
  if (!isPlainObject(value)) return false;
  return Object.entries(value).every(([key, item]) => isPlainText(key) && isPlainJson(item, depth + 1));
}

/**
 * Whether a value is custom data: a JSON object of at most `MAX_DATA_BYTES` whose texts can be stored unchanged. Keys
 * such as `__proto__` are ordinary keys. Copy the data only by spreading, `Object.entries` or JSON, which keep them so.
 */
export const isCustomData = (value: unknown): value is CustomData =>
  isPlainObject(value) && isPlainJson(value, 1) && bytesOf(JSON.stringify(value)) <= MAX_DATA_BYTES;

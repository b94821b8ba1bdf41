import type { Random } from '../torture/random.ts';

/**
 * A JSON value as text. Values are generated as text, because numbers such as `1e400`, lone surrogates and repeated
 * keys have no JavaScript value that `JSON.stringify` would write.
 */
export type RawJson = string;

/** Returns an element of a list. @throws if the list is empty */
export function pick<T>(random: Random, list: readonly T[]): T {
  if (list.length === 0) throw new Error('Nothing to pick: the list is empty. Add an element.');
  return list[random.between(0, list.length - 1)] as T;
}

export const userIds = [
  ...['1', '2', '3', '4', 'acme/eve', 'eve?x', 'eve', 'a#b', 'a%2Fb', 'ü', '日本', 'auth0|5f7c'],
  ...['a:b:c', '__proto__', '175928847299117063', '175928847299117065', 'nobody'],
];

export const roomIds = [
  ...['1', 'direct:1:2', 'open', 'team/a', 'a?b', 'a b', 'a%20b', 'ä', '日本', 'lobby#1'],
  ...['__proto__', 'constructor', 'nowhere'],
];

/** Ids that no room and no user may have, and ids that mean something else. */
const wrongIds = ['', '.', '..', '\u0000', '\ud800', '#inbox', '#1', 'direct:1:2', 'direct:', '%', '#'];

const emptyTexts = ['', ' ', '\n\n', '\u200b', '\u2060', '\u00ad', '\u3164', '\u2800', '\u200e', '\ufeff'];

const fileNames = [
  ...['a\r\nX: y.txt', '../../etc/passwd', 'ünïcode 日本.txt', 'no-extension', '.hidden', 'x\u202Egnp.exe'],
];

const prototypeNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'];

export const emoji = ['👍', '❤️', '❤', '👁‍🗨', '👁️‍🗨️', '🏳‍🌈', '1⃣', '1️⃣', '👩‍👩‍👧‍👦', '🇩🇪', '👍🏽'];

const numbers = [
  ...['0', '-0', '-1', '1.5', '1e400', '-1e400', '1e-400', '5e-324', '1e308', '1E2', '0.1e1'],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '175928847299117063'],
  ...['123456789012345678901234567890', '4294967296', '2147483648', '999999999'],
];

const otherTypes = ['null', 'true', 'false', '[]', '{}', '[[]]', '[1]', '["a"]', '{"a":1}', '[null]'];

const characters = [...'a .\t\u0000\\"é日😀\u0301%#/', '\ud800'];

/** Most frames stay below API Gateway's limit of 32 KB a frame. */
const LONGEST = 31_000;

const lengths = [1, 2, 64, 65, 128, 129, 256, 257, 300, 1_025, 2_049, 8_000, 8_001];

/** Returns a repeated character. The text is as long as one of the limits, or rarely as long as a frame allows. */
function repeated(random: Random): string {
  const character = pick(random, characters);
  const length = random.chance(0.1) ? random.between(1, LONGEST) : pick(random, lengths);
  return character.repeat(Math.min(length, Math.floor(LONGEST / JSON.stringify(character).length)));
}

/** Returns an array or an object that contains itself many times over. */
function nested(random: Random): RawJson {
  const depth = pick(random, [2, 50, 1_000, 5_000]);
  return random.chance(0.5)
    ? `${'['.repeat(depth)}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

/** Returns a text that programs tend to get wrong. */
export function oddText(random: Random): string {
  return pick<() => string>(random, [
    () => repeated(random),
    () => pick(random, wrongIds),
    () => pick(random, userIds),
    () => pick(random, roomIds),
    () => pick(random, emptyTexts),
    () => pick(random, fileNames),
    () => pick(random, prototypeNames),
    () => pick(random, emoji),
    () => pick(random, numbers),
    () => `a${'\u0000'}b`,
    () => `a${'\ud83d'}b`,
    () => '\udc00'.repeat(random.between(1, 100)),
    () => `a${' '.repeat(random.between(1, 5_000))}b`,
  ])();
}

/** Returns any JSON value: of a wrong type, out of range, too long or too deep. */
export function oddValue(random: Random): RawJson {
  const roll = random.next();
  if (roll < 0.3) return pick(random, numbers);
  if (roll < 0.5) return pick(random, otherTypes);
  if (roll < 0.55) return nested(random);
  return JSON.stringify(oddText(random));
}

/** Fields in the order in which they are written. A name may occur twice. */
export type Fields = readonly (readonly [name: string, value: RawJson])[];

export const objectOf = (fields: Fields): RawJson =>
  `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;

/** Replaces, removes, repeats or adds a field. */
export function mutated(random: Random, fields: Fields): Fields {
  const at = random.between(0, Math.max(0, fields.length - 1));
  const [name] = fields[at] ?? ['a'];
  const odd: Fields[number] = [name, oddValue(random)];
  if (fields.length === 0) return [odd];
  return pick<() => Fields>(random, [
    () => fields.with(at, odd),
    () => fields.with(at, odd),
    () => fields.toSpliced(at, 1),
    () => [...fields, odd],
    () => [...fields, [pick(random, prototypeNames), oddValue(random)]],
    () => [[oddText(random).slice(0, 300), oddValue(random)], ...fields],
  ])();
}

/** Breaks a JSON text, or returns one that is not an object. */
export function broken(random: Random, text: RawJson): string {
  return pick<() => string>(random, [
    () => text.slice(0, random.between(0, text.length)),
    () => text.replaceAll('"', "'"),
    () => `\ufeff${text}`,
    () => `${text}${text}`,
    () => `[${text}]`,
    () => text.replace(':', ','),
    () => oddValue(random),
    () => oddText(random),
  ])();
}

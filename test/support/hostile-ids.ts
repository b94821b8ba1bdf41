/** Ids that programs often split, decode twice or shorten by mistake. Each is valid for a user and for a room. */
export const hostileIds: readonly string[] = [
  ...[
    'eve',
    'eve?x',
    'acme/eve',
    'eve/',
    '/eve',
    'eve/?x',
    'a/../b',
    'a:b/../eve?x',
    'eve#x',
    'eve x',
    'eve+x',
    'eve&room=1',
  ],
  ...[
    'eve%2Fx',
    'eve%',
    '%2E%2E',
    'a:b:c',
    'eve%3Ax',
    '"o\'eve"',
    '\\eve',
    'ü',
    '日本',
    '👩‍👩‍👧‍👦',
    '__proto__',
  ],
  ...['日本+x', '日本+%2Fx', '175928847299117063', '%'.repeat(128), '日'.repeat(42)],
];

/**
 * Ids for each kind of bug: in URLs, in keys, in decoding, with properties of objects, and with the largest sizes. Each
 * takes as long as 50 messages, so each of them stands for several kinds.
 */
export const worstIds: readonly string[] = [...['a:b/../eve?x', '日本+%2Fx', '__proto__', '%'.repeat(128)]];

export const hostileUserIds: readonly string[] = [
  ...hostileIds,
  ...[
    './a',
    '...',
    ' ',
    'eve%3Fx',
    '%25',
    'eve;x=1',
    'eve=x',
    'auth0|5f7c',
    '`eve`',
    '<eve>',
    '{proxy+}',
    '*',
  ],
  ...[
    ':id',
    '$default',
    'nobody',
    'u\u0308',
    '\u202eeve',
    'constructor',
    'null',
    '0',
    '-1',
    '01',
    '1e3',
    '0.5',
  ],
  ...['175928847299117065', '9007199254740993'],
  ...['x'.repeat(128), '#x'.repeat(64), ':'.repeat(128), '/'.repeat(128)],
];

/** Ids that only rooms can have are longer. */
export const hostileRoomIds: readonly string[] = [
  ...hostileIds,
  ...['team/a', 'lobby#1', 'encoded', 'x'.repeat(300), '%'.repeat(300), '日'.repeat(100)],
];

export const worstRoomIds: readonly string[] = [
  ...worstIds.filter((id) => id !== '%'.repeat(128)),
  ...['175928847299117063', 'lobby#1', '%'.repeat(300)],
];

/** Texts that neither a user nor a room can have as id. */
export const refusedIds: readonly string[] = [
  ...['', '.', '..', '\0', 'eve\0', 'eve\nx', '\u007f', '\u0085', '\ud800', 'eve\udc00'],
  ...['x'.repeat(301), '日'.repeat(101), '👍'.repeat(76)],
];

/** Returns the ids that a faulty program would take for this one. */
export function lookalikes(id: string): readonly string[] {
  const decoded = () => {
    try {
      return decodeURIComponent(id);
    } catch {
      return id;
    }
  };
  const candidates = [
    ...id.split(/[/?#&;+ %:]/),
    ...[decoded(), encodeURIComponent(id), id.trim(), id.replace(/\/$/, ''), id.replaceAll('+', ' ')],
    ...[id.normalize(), id.toLowerCase(), String(Number(id)), id.slice(1), id.slice(0, -1)],
  ];
  const isUsable = (each: string) =>
    !refusedIds.includes(each) && each.isWellFormed() && Buffer.byteLength(each) <= 128;
  return [...new Set(candidates)].filter((each) => each !== id && isUsable(each));
}

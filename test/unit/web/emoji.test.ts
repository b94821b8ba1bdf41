import * as v from 'valibot';
import { expect, test } from 'vitest';
import { reactFrame } from '../../../functions/dialects/action/schema.ts';
import { arabicEmoji } from '../../../web/emoji/data/arabic-emoji.ts';
import { englishEmoji } from '../../../web/emoji/data/english-emoji.ts';
import { type Emoji, parseEmoji, searchEmoji } from '../../../web/emoji/emoji-list.ts';
import { TONES, withTone } from '../../../web/emoji/tones.ts';
import { isOnlyEmoji } from '../../../web/format/plain.ts';

const groups = parseEmoji(englishEmoji);
const english = groups.flat();
const arabic = parseEmoji(englishEmoji, arabicEmoji).flat();

const found = (query: string, emoji: readonly Emoji[] = english) =>
  searchEmoji(emoji, query).map((each) => each.emoji);

/** Returns an emoji in every skin tone that it has. */
const variants = ({ emoji, hasTones }: Emoji) =>
  Array.from({ length: hasTones ? TONES : 1 }, (_, tone) => withTone(emoji, tone));

test('there are all emoji, in nine groups, each once and with a name', () => {
  expect(groups).toHaveLength(9);
  expect(english.length).toBeGreaterThan(1_900);
  expect(new Set(english.map(({ emoji }) => emoji)).size).toBe(english.length);
  for (const each of [...english, ...arabic]) expect(each.name, each.emoji).not.toBe('');
  expect(english.filter(({ hasTones }) => hasTones).length).toBeGreaterThan(300);
});

test('the server accepts each emoji in each skin tone as a reaction, and stores it unchanged', () => {
  const all = english.flatMap(variants);
  expect(new Set(all).size).toBeGreaterThan(3_500);
  const refused = all.filter((emoji) => {
    const { output, success } = v.safeParse(reactFrame, { room_id: '1', message_id: 1, emoji });
    return !success || output.emoji !== emoji;
  });
  expect(refused).toEqual([]);
  expect(all.filter((emoji) => !isOnlyEmoji(emoji))).toEqual([]);
});

test.each([
  ['👍', 3, '👍🏽'],
  ['☝️', 5, '☝🏿'],
  ['🧑‍🤝‍🧑', 1, '🧑🏻‍🤝‍🧑🏻'],
  ['🤝', 1, '🤝🏻'],
  ['👩‍❤️‍💋‍👨', 2, '👩🏼‍❤️‍💋‍👨🏼'],
  ['🕵️‍♀️', 4, '🕵🏾‍♀️'],
  ['👍', 0, '👍'],
])('%s in the tone %i is %s', (emoji, tone, toned) => {
  expect(withTone(emoji, tone)).toBe(toned);
});

test('finds emoji by the starts of words in names and keywords, names first', () => {
  expect(found('thumbs u')).toEqual(['👍']);
  expect(found('lol')).toContain('😂');
  expect(found('GRINNING')[0]).toBe('😀');
  expect(found('pinata')).toContain('🪅');
  expect(found('germany')).toEqual(['🇩🇪']);
  expect(found('+1')).toContain('👍');
  expect(found('👍')).toEqual(['👍']);
  expect(
    found('heart')
      .slice(0, 5)
      .every((emoji) => english.some((each) => each.emoji === emoji && each.name.includes('heart'))),
  ).toBe(true);
  expect(found('no such emoji')).toEqual([]);
});

test('finds emoji by Arabic words, with and without marks, and by English ones', () => {
  expect(found('قلب أحمر', arabic)).toContain('❤️');
  expect(found('قلب احمر', arabic)).toContain('❤️');
  expect(found('red heart', arabic)).toContain('❤️');
  expect(arabic.find(({ emoji }) => emoji === '❤️')?.name).toBe('قلب أحمر');
});

import { describe, expect, test } from 'vitest';
import type { Room } from '../../client/index.ts';
import { matching, queryAt } from '../../web/mentions/complete.ts';
import { findMentions, type Mentionable } from '../../web/mentions/find-mentions.ts';
import { mentionable, mentionedIn } from '../../web/mentions/mentioned-users.ts';

const ann: Mentionable = { id: '1', name: 'Ann' };
const annLee: Mentionable = { id: '2', name: 'Ann Lee' };
const otherAnn: Mentionable = { id: '3', name: 'Ann' };
const jose: Mentionable = { id: '4', name: 'José Ángel' };
const li: Mentionable = { id: '5', name: '李' };
const all = [ann, annLee, jose, li];

describe('the users whom a text mentions', () => {
  test.each<[string, readonly string[]]>([
    ['@Ann', ['1']],
    ['Hi @Ann Lee, and @ann.', ['2', '1']],
    ['(@José Ángel)', ['4']],
    ['@ANN LEE!', ['2']],
    ['@李 你好', ['5']],
    ['@Ann @Ann', ['1']],
    ['👋@Ann', ['1']],
    ['\n@Ann', ['1']],
    // No mention: another person's longer name, a mail address, and a part of a word.
    ['@Anna', []],
    ['@Ann_1', []],
    ['ben@Ann', []],
    ['@ Ann', []],
    ['@', []],
    ['Ann', []],
    ['@@Ann', ['1']],
  ])('of %j are %j', (text, ids) => {
    expect(mentionedIn(text, all)).toEqual(ids);
  });

  test('are no longer those whose names the user has removed from the text', () => {
    expect(mentionedIn('@Ann Le', [annLee], [annLee])).toEqual([]);
    expect(mentionedIn('@Ann Lee', [ann, annLee], [ann, annLee])).toEqual(['2']);
  });

  test('are those that the user has chosen, if several have the name', () => {
    const both = [ann, otherAnn];
    expect(mentionedIn('@Ann', both)).toEqual(['1', '3']);
    expect(mentionedIn('@Ann', both, [otherAnn])).toEqual(['3']);
    expect(mentionedIn('@Ann and @Ann', both, [otherAnn, ann])).toEqual(['3', '1']);
    expect(mentionedIn('@Ann and @Ann', both, [otherAnn])).toEqual(['3']);
  });

  test('are at most 50, however long the text is', () => {
    const people = Array.from({ length: 600 }, (_, index) => ({ id: `u${index}`, name: `User ${index}` }));
    const text = people.map(({ name }) => `@${name}`).join(' ');
    expect(mentionedIn(text, people)).toEqual(people.slice(0, 50).map(({ id }) => id));
    expect(mentionedIn('@'.repeat(8_000), people)).toEqual([]);
  });
});

test('a mention is found with its place in the text', () => {
  expect(findMentions('Hi @Ann Lee!', all)).toEqual([{ start: 3, end: 11, people: [annLee] }]);
});

describe('completion', () => {
  test.each<[string, string | undefined]>([
    ['@', ''],
    ['@An', 'An'],
    ['Hi @Ann Le', 'Ann Le'],
    ['(@jo', 'jo'],
    ['a@b', undefined],
    ['@ a', undefined],
    ['@An\n', undefined],
    ['An', undefined],
    ['', undefined],
  ])('of %j searches %j', (text, query) => {
    expect(queryAt(text, text.length)?.text).toBe(query);
  });

  test('ends at the cursor', () => {
    expect(queryAt('Hi @Anybody', 6)).toEqual({ start: 3, end: 6, text: 'An' });
  });

  test('finds people by the start of each word, without case and accents', () => {
    expect(matching('', all)).toEqual(all);
    expect(matching('ann', all)).toEqual([ann, annLee]);
    expect(matching('lee', all)).toEqual([annLee]);
    expect(matching('jose a', all)).toEqual([jose]);
    expect(matching('angel', all)).toEqual([jose]);
    expect(matching('nn', all)).toEqual([]);
  });

  test('finds nobody after a whole name and a blank, so that Enter sends', () => {
    expect(matching('Ann ', all)).toEqual([]);
    expect(matching('Ann L', all)).toEqual([annLee]);
  });
});

test('the people of a room are its recent authors and then its members, without guests and bots', () => {
  const message = (sender_id: number | string, sender_name: string, more = {}) => ({
    sender_id,
    sender_name,
    ...more,
  });
  const messages = [
    message(7, 'Old visitor'),
    message(2, 'Ben'),
    message('bot:orders', 'Orders'),
    message('system', 'system'),
    message('eve', 'eve', { guest: true }),
    message(3, 'Cat before'),
  ];
  const members = [
    { user_id: 1, username: 'Ann' },
    { user_id: 3, username: 'Cat' },
    { user_id: 4, username: null },
  ];
  const room = { messages, info: { members } } as unknown as Pick<Room, 'messages' | 'info'>;
  expect(mentionable(room)).toEqual([
    { id: '3', name: 'Cat' },
    { id: '2', name: 'Ben' },
    { id: '7', name: 'Old visitor' },
    { id: '1', name: 'Ann' },
  ]);
});

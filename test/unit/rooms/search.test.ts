import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteMessage } from '../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { react } from '../../../functions/commands/react.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import { foldLetters, searchedWords } from '../../../functions/domain/text.ts';
import { logKey, roomKey } from '../../../functions/store/keys.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

const DAY = 24 * 60 * 60 * 1000;

let app: EmbeddedApp;

const open = async (overrides: Parameters<typeof openEmbeddedApp>[0] = {}) => {
  app = await openEmbeddedApp(overrides);
  await app.makeRoom('r', 'ann', 'bob');
};

beforeEach(() => open());
afterEach(() => app.database.close());

const search = (user: string, q: string, rest = '') =>
  app.ask(user, `GET /chats/r/search/?q=${encodeURIComponent(q)}${rest}`);

const textsOf = (page: Json) => (page['messages'] as Json[]).map(({ content }) => content);
const found = async (user: string, q: string) => textsOf((await search(user, q)).body);

const sessionOf = (user: string) =>
  connectionOf({ id: user, username: user, email: '', userType: '' }, { room: 'r' });

const edit = (message: number, text: string) =>
  editMessage({ kind: 'EditMessage', message, text }, sessionOf('ann'), app.context);

const remove = (message: number) =>
  deleteMessage({ kind: 'DeleteMessage', message }, sessionOf('ann'), app.context);

describe('the words of a search', () => {
  test('are compared without case and accents, and a text becomes the same in any spelling', () => {
    expect(searchedWords('  Café  CAFE\ncafe\u0301 Straße ')).toEqual(['cafe', 'strasse']);
    expect(foldLetters('Łódź, ĐAK LẮK & Σίσυφος')).toBe('lodz, dak lak & σισυφοσ');
    expect(foldLetters('ＦＵＬＬ　width')).toBe('full width');
    expect(searchedWords('10:30 C++ foo.bar')).toEqual(['10:30', 'c++', 'foo.bar']);
    expect(searchedWords('\u0301')).toEqual([]);
  });
});

describe('a search of a room', () => {
  test('finds the messages that contain all words, the newest first, as they are sent by REST', async () => {
    await app.fillLog('r', 'ann', ['Lunch at the CAFÉ?', 'cafe', 'The café has no lunch today', 'Luncheon']);
    expect(await found('bob', 'cafe lunch')).toEqual(['The café has no lunch today', 'Lunch at the CAFÉ?']);
    expect(await found('bob', 'unch')).toHaveLength(3);
    expect(await found('bob', 'dinner')).toEqual([]);
    const { status, body } = await search('bob', 'luncheon');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      messages: [{ id: 4, chat: 'r', content: 'Luncheon', sender: { id: 'ann' }, edited: false }],
      searched_to: { message_id: 1, created_at: new Date(app.context.now()).toISOString() },
      next_cursor: null,
    });
  });

  test('finds a word at the end of the longest text, and the name of a file', async () => {
    await app.fillLog('r', 'ann', [`${'x'.repeat(7_994)}needle`, 'See this']);
    const file = { name: 'Résumé 2026.pdf', contentType: 'application/pdf', size: 5, id: 'f' };
    await app.database.db.chat.update(logKey('r', 2), {
      update: 'SET #file = :file',
      values: { ':file': file },
    });
    expect(await found('bob', 'NEEDLE')).toHaveLength(1);
    expect(await found('bob', 'resume see')).toEqual(['See this']);
  });

  test('finds the text that a message has now, and no deleted message', async () => {
    await app.fillLog('r', 'ann', ['old plan', 'secret plan', 'plan']);
    await edit(1, 'new idea');
    await remove(2);
    await react({ kind: 'React', message: 3, emoji: '👍', remove: false }, sessionOf('bob'), app.context);
    expect(await found('bob', 'plan')).toEqual(['plan']);
    expect(await found('bob', 'idea')).toEqual(['new idea']);
    expect((await search('bob', 'idea')).body['searched_to']).toMatchObject({ message_id: 1 });
  });

  test('finds no message of a blocked user, and finds it again after the block', async () => {
    await app.fillLog('r', 'ann', ['plan a']);
    await app.fillLog('r', 'bob', ['plan b']);
    await app.ask('ann', 'PUT /blocks/bob/');
    expect(await found('ann', 'plan')).toEqual(['plan a']);
    expect(await found('bob', 'plan')).toEqual(['plan b', 'plan a']);
    await app.ask('ann', 'DELETE /blocks/bob/');
    expect(await found('ann', 'plan')).toEqual(['plan b', 'plan a']);
  });

  test('finds no expired message, and does not look below one', async () => {
    await app.database.close();
    await open({ retentionDays: 7 });
    await app.fillLog('r', 'ann', ['plan a', 'plan b']);
    app.wait(6 * DAY);
    await app.fillLog('r', 'ann', ['plan c']);
    expect(await found('bob', 'plan')).toHaveLength(3);
    app.wait(2 * DAY);
    const { body } = await search('bob', 'plan');
    expect(textsOf(body)).toEqual(['plan c']);
    expect(body).toMatchObject({ searched_to: { message_id: 3 }, next_cursor: null });
    app.wait(7 * DAY);
    expect((await search('bob', 'plan')).body).toEqual({
      messages: [],
      searched_to: null,
      next_cursor: null,
    });
  });

  test('is refused to strangers and to removed members, and open to visitors of open rooms', async () => {
    await app.fillLog('r', 'ann', ['plan']);
    const refused = { status: 403, body: { error: 'NOT_A_MEMBER' } };
    app.database.restart();
    expect(await search('eve', 'plan')).toMatchObject(refused);
    // A refusal reads nothing of the log.
    expect(app.database.counts().trips.flat()).not.toContain('Query');
    expect((await app.ask('eve', 'GET /chats/unknown/search/?q=a')).status).toBe(403);
    await app.ask('ann', 'DELETE /chats/r/members/bob/');
    expect(await search('bob', 'plan')).toMatchObject(refused);
    await app.database.db.chat.update(roomKey('r'), {
      update: 'SET #access = :open',
      values: { ':open': 'open' },
    });
    expect(await found('eve', 'plan')).toEqual(['plan']);
  });
});

describe('the pages of a search', () => {
  test('go back without gaps or repeats', async () => {
    await app.fillLog(
      'r',
      'ann',
      Array.from({ length: 45 }, (_, index) => `plan ${index + 1}`),
    );
    const texts: unknown[] = [];
    let rest = '';
    for (let page = 0; page < 3; page++) {
      const { body } = await search('bob', 'plan', rest);
      const messages = body['messages'] as Json[];
      texts.push(...textsOf(body));
      expect(messages.length).toBe(page < 2 ? 20 : 5);
      expect(body['searched_to']).toMatchObject({ message_id: messages.at(-1)?.['id'] });
      rest = `&cursor=${body['next_cursor']}`;
    }
    expect(rest).toBe('&cursor=null');
    expect(texts).toEqual(Array.from({ length: 45 }, (_, index) => `plan ${45 - index}`));
    expect(textsOf((await search('bob', 'plan', '&limit=1')).body)).toEqual(['plan 45']);
  });

  test('search 1,000 changes each, and say how far back they have looked', async () => {
    await app.fillLog('r', 'ann', ['needle', ...Array(1_499).fill('hay')]);
    const { body: first } = await search('bob', 'needle');
    expect(first).toMatchObject({ messages: [], searched_to: { message_id: 501 } });
    const { body: second } = await search('bob', 'needle', `&cursor=${first['next_cursor']}`);
    expect(second).toMatchObject({
      messages: [{ id: 1 }],
      searched_to: { message_id: 1 },
      next_cursor: null,
    });
  });

  test('read 1 MB in each of two reads at most: 130 units each, and three for the access', async () => {
    // The size of the longest text, of 8,000 emoji, in bytes.
    await app.fillLog('r', 'ann', Array(80).fill('x'.repeat(32_000)));
    app.database.restart();
    const { body } = await search('bob', 'needle');
    const { readUnits, writeUnits, trips } = app.database.counts();
    expect({ readUnits, writeUnits, trips: trips.length }).toEqual({
      readUnits: 263,
      writeUnits: 0,
      trips: 3,
    });
    expect(body).toMatchObject({ messages: [], next_cursor: expect.any(String) });
  });

  test('read little if the newest messages match', async () => {
    await app.fillLog('r', 'ann', Array(1_500).fill('plan'));
    app.database.restart();
    expect((await search('bob', 'plan')).body['messages']).toHaveLength(20);
    const { readUnits, trips } = app.database.counts();
    expect({ readUnits, trips: trips.length }).toEqual({ readUnits: 8.5, trips: 2 });
  });
});

describe('a malformed search', () => {
  const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each([
    ['without q', ''],
    ['with an empty q', '?q='],
    ['with blanks only', '?q=%20%20'],
    ['with an accent only', '?q=%CC%81'],
    ['of 201 characters', `?q=${'x'.repeat(201)}`],
    ['with a limit of 0', '?q=a&limit=0'],
    ['with a limit of 51', '?q=a&limit=51'],
    ...[-1, 0, 1.5, 1e300, '1', null, {}, [], [0], [-5], [1.5], [1e300], ['1'], [null], [1, 2, [3]]].map(
      (value): [string, string] => [
        `with the cursor ${JSON.stringify(value)}`,
        `?q=a&cursor=${cursorOf(value)}`,
      ],
    ),
    ['with a cursor that is not JSON', '?q=a&cursor=abc'],
    ['with a cursor of other characters', '?q=a&cursor=%2B%2F'],
    ['with a huge cursor', `?q=a&cursor=${'a'.repeat(2_001)}`],
  ])('%s is refused before anything is read', async (_name, query) => {
    app.database.restart();
    const { status, body } = await app.ask('bob', `GET /chats/r/search/${query}`);
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'BAD_REQUEST' });
    expect(app.database.counts().readUnits).toBe(0);
  });

  test('does not include one of 200 characters, or one with a cursor of another room', async () => {
    await app.fillLog('r', 'ann', ['x'.repeat(200)]);
    expect((await search('bob', 'x'.repeat(200))).body['messages']).toHaveLength(1);
    const { status, body } = await search('bob', 'x', `&cursor=${cursorOf([1])}`);
    expect({ status, messages: body['messages'] }).toEqual({ status: 200, messages: [] });
  });
});

test('a user searches messages and people 40 times in ten seconds', async () => {
  await app.database.close();
  await open({ budgets: new Budgets(true) });
  for (let count = 0; count < 40; count++) expect((await search('bob', 'a')).status).toBe(200);
  expect(await search('bob', 'a')).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
  expect((await app.ask('bob', 'GET /users/?query=ann')).status).toBe(429);
  expect((await app.ask('bob', 'GET /chats/r/messages/')).status).toBe(200);
});

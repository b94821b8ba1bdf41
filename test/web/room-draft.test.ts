import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions } from '../../client/index.ts';
import { writtenIn } from '../../web/room/draft.ts';
import type { Desk } from '../../web/room/room-draft.ts';
import { Desks } from '../../web/room/room-drafts.ts';
import { changed, type Entry, entryOf } from '../../web/timeline/entry.ts';
import { FakeChat } from '../support/fake-chat.ts';

let chat: FakeChat;
let client: ChatClient;
let desks: Desks;
let desk: Desk;
/** What the server says when a file is announced; a file's bytes arrive when a test says so. */
let offer: () => Response;
let arrived: PromiseWithResolvers<Response>;

beforeEach(async () => {
  vi.useFakeTimers();
  chat = new FakeChat();
  arrived = Promise.withResolvers();
  const upload = { method: 'PUT', url: 'http://files.test/1', headers: {} };
  offer = () => Response.json({ file_id: 'file-1', upload }, { status: 201 });
  vi.stubGlobal('fetch', () => arrived.promise);
  const options = chat.options();
  const fetched = options.fetch ?? fetch;
  const fetchOf: ChatClientOptions['fetch'] = async (url, init) =>
    String(url).endsWith('/files/') ? offer() : fetched(url, init);
  client = new ChatClient({ ...options, fetch: fetchOf });
  desks = new Desks(client);
  desk = desks.of('1');
  onTestFinished(() => client.close());
  await pass();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const file = new File(['the plan'], 'plan.txt', { type: 'text/plain' });

function say(text: string): void {
  desk.write(text);
  desk.submit();
}

/** Somebody's message as the timeline shows it. */
function entry(text: string, user = 2): Entry {
  const id = chat.say(text, { user });
  return {
    key: `m${id}`,
    state: 'stored',
    id,
    author: String(user),
    text,
    at: '',
    type: 'text',
    reactions: [],
  };
}

const refuseSends = (code: string) => {
  chat.instead = (ask) =>
    ask.action === 'send' || ask.action === 'edit'
      ? { type: 'error', code, message: 'No', client_id: ask.client_id, room_id: 1 }
      : undefined;
};

/** As the server says it. */
const tooLarge = 'The file is too large: at most 25 MB (1 MB is 1,000,000 bytes)';

describe('a file on its way', () => {
  test('goes on, and so does its message, while one looks at another room', async () => {
    client.room(1);
    desk.choose(file);
    say('The plan');
    await pass();
    client.room(1).leave();
    await pass(1_000);
    expect(desk.now.attachment).toMatchObject({ progress: 0, words: 'The plan' });
    arrived.resolve(new Response());
    await pass(1_000);
    expect(chat.asked.filter(({ action }) => action === 'send')).toMatchObject([
      { message: 'The plan', file: 'file-1', room_id: '1' },
    ]);
    expect(desk.now.attachment).toBeUndefined();
    expect(client.unanswered).toEqual([]);
  });

  test('takes nothing from what one writes meanwhile, and a word without a file need not wait for it', async () => {
    desk.choose(file);
    say('The plan');
    say('It comes.');
    desk.write('And anoth');
    arrived.resolve(new Response());
    await pass();
    expect(chat.texts()).toEqual(['It comes.', 'The plan']);
    expect(desk.now.text).toBe('And anoth');
  });

  test('that does not arrive can be sent again, with its words and what one wrote meanwhile', async () => {
    const answered = entry('Where is the plan?');
    desk.choose(file);
    desk.aimAt({ kind: 'reply', entry: answered, name: 'bob' });
    say('Here');
    desk.write('And more');
    arrived.reject(new TypeError('fetch failed'));
    await pass();
    expect(desk.now).toMatchObject({
      text: 'Here\nAnd more',
      aim: { entry: answered },
      attachment: {
        progress: undefined,
        problem: 'The network is away: the file was not sent. Send it again when you are back.',
      },
    });
    arrived = Promise.withResolvers();
    arrived.resolve(new Response());
    desk.submit();
    await pass(1_000);
    expect(chat.asked.findLast(({ action }) => action === 'send')).toMatchObject({
      message: 'Here\nAnd more',
      file: 'file-1',
      reply_to: answered.id,
    });
  });

  test('is not sent by who has signed out meanwhile', async () => {
    desk.choose(file);
    say('The plan');
    await pass();
    expect(desks.unsent).toBe(1);
    desks.close();
    client.close({ forget: true });
    arrived.resolve(new Response());
    await pass();
    expect(chat.count('send')).toBe(0);
    expect(desk.now).toMatchObject({ text: '', attachment: undefined });
  });

  test.each([
    ['FILE_TOO_LARGE', 413, 'The file is too large: at most 25 MB can be sent. Choose a smaller one.'],
    ['BAD_FRAME', 415, 'The chat does not take a file like this one. Try another kind.'],
    ['MUTED', 403, tooLarge],
    ['INTERNAL', 500, 'The file could not be sent. Send it again.'],
    ['RATE_LIMITED', 429, 'Too much at once: wait 3 seconds, and send it again.'],
  ])('that is refused with %s says why as people do', async (error, status, said) => {
    offer = () => Response.json({ error, message: tooLarge, retry_after_ms: 2_400 }, { status });
    desk.choose(file);
    say('');
    await pass();
    expect(desk.now.attachment?.problem).toBe(said);
  });
});

test('an empty file is not taken, and it says so', () => {
  desk.choose(new File([], 'nothing.txt'));
  expect(desk.now).toMatchObject({
    attachment: undefined,
    problem: '“nothing.txt” is empty: there is nothing in it to send.',
  });
});

describe('a message that was refused', () => {
  test('stays while one looks at another room, and can be sent again or thrown away', async () => {
    refuseSends('MUTED');
    say('One');
    say('Two');
    client.room(1).leave();
    await pass();
    expect(desks.of('1').now.failed.map(({ text, problem }) => [text, problem])).toEqual([
      ['One', 'No'],
      ['Two', 'No'],
    ]);
    expect(desks.unsent).toBe(2);
    chat.instead = () => undefined;
    const [one, two] = desk.now.failed;
    desk.retry(one?.clientId ?? '');
    desk.discard(two?.clientId ?? '');
    await pass();
    expect(chat.texts()).toEqual(['One']);
    expect(desk.now.failed).toEqual([]);
  });

  test('since what it answers is gone, is sent again as one of its own', async () => {
    desk.aimAt({ kind: 'reply', entry: entry('Gone soon'), name: 'bob' });
    refuseSends('MESSAGE_NOT_FOUND');
    say('An answer');
    await pass();
    expect(desk.now.failed).toMatchObject([{ problem: 'What it answers was deleted.' }]);
    chat.instead = () => undefined;
    desk.retry(desk.now.failed[0]?.clientId ?? '');
    await pass();
    expect(chat.asked.at(-1)).not.toHaveProperty('reply_to');
    expect(chat.texts()).toContain('An answer');
  });
});

describe('an edit', () => {
  test('keeps a draft, and is what the field holds until it is done', () => {
    desk.write('A draft');
    desk.aimAt({ kind: 'edit', entry: entry('Old', 1), name: 'yourself' });
    expect(writtenIn(desk.now)).toBe('Old');
    desk.write('New');
    expect(writtenIn(desk.now)).toBe('New');
    desk.aimAt(undefined);
    expect(writtenIn(desk.now)).toBe('A draft');
  });

  test('of a message that is deleted meanwhile becomes a new message’s text', () => {
    const old = entry('Old', 1);
    desk.write('A draft');
    desk.aimAt({ kind: 'edit', entry: old, name: 'yourself' });
    desk.write('Rewritten at length');
    desk.gone(old.id ?? 0);
    expect(desk.now).toMatchObject({ aim: undefined, text: 'A draft\nRewritten at length' });
    expect(desk.now.problem).toMatch(/was deleted.*What you wrote is in the field/);
  });

  test('that comes too late is not lost either', async () => {
    const old = entry('Old', 1);
    desk.aimAt({ kind: 'edit', entry: old, name: 'yourself' });
    refuseSends('MESSAGE_NOT_FOUND');
    say('Rewritten at length');
    await pass();
    expect(desk.now.text).toBe('Rewritten at length');
    expect(desk.now.problem).toMatch(/deleted before your edit came\. What you wrote is in the field/);
  });
});

test('an answer to a message that is deleted meanwhile goes out as one of its own', async () => {
  const old = entry('Old');
  desk.aimAt({ kind: 'reply', entry: old, name: 'bob' });
  desk.gone(old.id ?? 0);
  expect(desk.now.aim?.gone).toBe(true);
  say('All the same');
  await pass();
  expect(chat.asked.find(({ action }) => action === 'send')).not.toHaveProperty('reply_to');
});

test('what waits for an answer shows as it is to become', async () => {
  const room = client.room(1);
  const id = chat.say('Old', { user: 1 });
  await pass();
  chat.swallow = () => true;
  desk.aimAt({ kind: 'edit', entry: entryOf(room.messages[0] as never), name: 'yourself' });
  say('New');
  desk.react(id, '👍', false);
  desk.react(id, '🎉', false);
  desk.react(id, '🎉', true);
  const shown = () =>
    changed(
      entryOf(room.messages[0] as never),
      client.unanswered.map(({ frame }) => frame),
      '1',
    );
  expect(shown()).toMatchObject({ text: 'New', changing: true, reactions: [{ emoji: '👍', users: ['1'] }] });
  desk.remove(id);
  expect(shown()).toMatchObject({ changing: true });
});

import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions } from '../../client/index.ts';
import { composerText } from '../../web/room/draft-state.ts';
import { type RoomDraft, RoomDrafts } from '../../web/room/room-draft.ts';
import { type Entry, entryOf, withPendingChanges } from '../../web/timeline/entry.ts';
import { reactionsOf } from '../../web/timeline/reactions.tsx';
import { FakeChat } from '../support/fake-chat.ts';

let chat: FakeChat;
let client: ChatClient;
let drafts: RoomDrafts;
let draft: RoomDraft;
/** The server's answer to an upload request. */
let offer: () => Response;
/** The storage's answer to the upload itself. */
let uploaded: PromiseWithResolvers<Response>;

beforeEach(async () => {
  vi.useFakeTimers();
  chat = new FakeChat();
  uploaded = Promise.withResolvers();
  const upload = { method: 'PUT', url: 'http://files.test/1', headers: {} };
  offer = () => Response.json({ file_id: 'file-1', upload }, { status: 201 });
  const options = chat.options();
  const fetched = options.fetch ?? fetch;
  const fetchOf: ChatClientOptions['fetch'] = async (url, init) => {
    if (url === upload.url) return uploaded.promise;
    return String(url).endsWith('/files/') ? offer() : fetched(url, init);
  };
  client = new ChatClient({ ...options, fetch: fetchOf });
  drafts = new RoomDrafts(client);
  draft = drafts.of('1');
  onTestFinished(() => client.close());
  await pass();
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const file = new File(['the plan'], 'plan.txt', { type: 'text/plain' });

function say(text: string): void {
  draft.setText(text);
  draft.submit();
}

/** Stores a message and returns its entry. */
function entry(text: string, user = 2): Entry {
  const id = chat.addMessage(text, { user });
  return {
    key: `m${id}`,
    state: 'stored',
    id,
    author: String(user),
    text,
    at: '',
    type: 'text',
  };
}

const refuseSends = (code: string) => {
  chat.answerWith = (ask) =>
    ask.action === 'send' || ask.action === 'edit'
      ? { type: 'error', code, message: 'No', client_id: ask.client_id, room_id: 1 }
      : undefined;
};

/** The server's message. */
const tooLarge = 'The file is too large: at most 25 MB (1 MB is 1,000,000 bytes)';

describe('an upload', () => {
  test('continues and is sent while the user looks at another room', async () => {
    client.room(1);
    draft.attach(file);
    say('The plan');
    await pass();
    client.room(1).leave();
    await pass(1_000);
    expect(draft.state.attachment).toMatchObject({ progress: 0, caption: 'The plan' });
    uploaded.resolve(new Response());
    await pass(1_000);
    expect(chat.received.filter(({ action }) => action === 'send')).toMatchObject([
      { message: 'The plan', file: 'file-1', room_id: '1' },
    ]);
    expect(draft.state.attachment).toBeUndefined();
    expect(client.pendingChanges).toEqual([]);
  });

  test('keeps the text that the user types during the upload, and does not delay other messages', async () => {
    draft.attach(file);
    say('The plan');
    say('It comes.');
    draft.setText('And anoth');
    uploaded.resolve(new Response());
    await pass();
    expect(chat.texts()).toEqual(['It comes.', 'The plan']);
    expect(draft.state.text).toBe('And anoth');
  });

  test('can be retried after a network error, with its text and the text that was typed during the upload', async () => {
    const target = entry('Where is the plan?');
    draft.attach(file);
    draft.setTarget({ kind: 'reply', entry: target });
    say('Here');
    draft.setText('And more');
    uploaded.reject(new TypeError('fetch failed'));
    await pass();
    expect(draft.state).toMatchObject({
      text: 'Here\nAnd more',
      target: { entry: target },
      attachment: {
        progress: undefined,
        error: "Could not send the file: you're offline. Try again when you're back online.",
      },
    });
    uploaded = Promise.withResolvers();
    uploaded.resolve(new Response());
    draft.submit();
    await pass(1_000);
    expect(chat.received.findLast(({ action }) => action === 'send')).toMatchObject({
      message: 'Here\nAnd more',
      file: 'file-1',
      reply_to: target.id,
    });
  });

  test('is not sent after its user has signed out', async () => {
    draft.attach(file);
    say('The plan');
    await pass();
    expect(drafts.unsent).toBe(1);
    drafts.close();
    client.close({ forget: true });
    uploaded.resolve(new Response());
    await pass();
    expect(chat.count('send')).toBe(0);
    expect(draft.state).toMatchObject({ text: '', attachment: undefined });
  });

  test.each([
    ['FILE_TOO_LARGE', 413, tooLarge],
    ['FILE_TYPE_NOT_ALLOWED', 415, 'Could not send the file: its type is not allowed. Choose another file.'],
    ['MUTED', 403, tooLarge],
    ['INTERNAL', 500, 'Could not send the file: something went wrong. Try again.'],
    ['RATE_LIMITED', 429, "Could not send the file: you're sending too fast. Try again in 3 s."],
  ])('refused with %s shows why', async (error, status, shown) => {
    offer = () => Response.json({ error, message: tooLarge, retry_after_ms: 2_400 }, { status });
    draft.attach(file);
    say('');
    await pass();
    expect(draft.state.attachment?.error).toBe(shown);
  });
});

test('rejects an empty file with an error', () => {
  draft.attach(new File([], 'nothing.txt'));
  expect(draft.state).toMatchObject({
    attachment: undefined,
    error: 'Could not attach “nothing.txt”: the file is empty. Choose another file.',
  });
});

describe('a refused message', () => {
  test('stays while the user looks at another room, and can be retried or discarded', async () => {
    refuseSends('MUTED');
    say('One');
    say('Two');
    client.room(1).leave();
    await pass();
    expect(drafts.of('1').state.failed.map(({ text, error }) => [text, error])).toEqual([
      ['One', 'No'],
      ['Two', 'No'],
    ]);
    expect(drafts.unsent).toBe(2);
    chat.answerWith = () => undefined;
    const [one, two] = draft.state.failed;
    draft.retry(one?.clientId ?? '');
    draft.discard(two?.clientId ?? '');
    await pass();
    expect(chat.texts()).toEqual(['One']);
    expect(draft.state.failed).toEqual([]);
  });

  test('is retried without the reply if its target was deleted', async () => {
    draft.setTarget({ kind: 'reply', entry: entry('Gone soon') });
    refuseSends('REPLY_NOT_FOUND');
    say('An answer');
    await pass();
    expect(draft.state.failed).toMatchObject([{ error: 'The message you replied to was deleted.' }]);
    chat.answerWith = () => undefined;
    draft.retry(draft.state.failed[0]?.clientId ?? '');
    await pass();
    expect(chat.received.at(-1)).not.toHaveProperty('reply_to');
    expect(chat.texts()).toContain('An answer');
  });
});

describe('an edit', () => {
  test('replaces the draft in the message box until it ends', () => {
    draft.setText('A draft');
    draft.setTarget({ kind: 'edit', entry: entry('Old', 1) });
    expect(composerText(draft.state)).toBe('Old');
    draft.setText('New');
    expect(composerText(draft.state)).toBe('New');
    draft.setTarget(undefined);
    expect(composerText(draft.state)).toBe('A draft');
  });

  test('of a message that is deleted meanwhile becomes a draft', () => {
    const old = entry('Old', 1);
    draft.setText('A draft');
    draft.setTarget({ kind: 'edit', entry: old });
    draft.setText('Rewritten at length');
    draft.handleDeleted(old.id ?? 0);
    expect(draft.state).toMatchObject({ target: undefined, text: 'A draft\nRewritten at length' });
    expect(draft.state.error).toMatch(/was deleted.*Your text is back in the message box/);
  });

  test('that arrives after the deletion becomes a draft', async () => {
    const old = entry('Old', 1);
    draft.setTarget({ kind: 'edit', entry: old });
    refuseSends('MESSAGE_NOT_FOUND');
    say('Rewritten at length');
    await pass();
    expect(draft.state.text).toBe('Rewritten at length');
    expect(draft.state.error).toMatch(
      /Could not save your edit: the message was deleted\. Your text is back in the message box/,
    );
  });
});

test('a reply to a message that is deleted meanwhile is sent without the reply', async () => {
  const old = entry('Old');
  draft.setTarget({ kind: 'reply', entry: old });
  draft.handleDeleted(old.id ?? 0);
  expect(draft.state.target?.deleted).toBe(true);
  say('All the same');
  await pass();
  expect(chat.received.find(({ action }) => action === 'send')).not.toHaveProperty('reply_to');
});

test('applies pending changes to an entry', async () => {
  const room = client.room(1);
  const id = chat.addMessage('Old', { user: 1 });
  await pass();
  chat.dropFrame = () => true;
  draft.setTarget({ kind: 'edit', entry: entryOf(room.messages[0] as never) });
  say('New');
  draft.change((each) => each.react(id, '👍'));
  draft.change((each) => each.react(id, '🎉'));
  draft.change((each) => each.react(id, '🎉', { remove: true }));
  const shown = () =>
    withPendingChanges(
      entryOf(room.messages[0] as never),
      client.pendingChanges.map(({ frame }) => frame),
    );
  expect(shown()).toMatchObject({ text: 'New', changing: true });
  expect([...reactionsOf(shown(), '1')]).toEqual([['👍', { count: 1, users: ['1'] }]]);
  draft.change((each) => each.delete(id));
  expect(shown()).toMatchObject({ changing: true });
});

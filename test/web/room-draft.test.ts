import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions } from '../../client/index.ts';
import { MentionFinder } from '../../web/mentions/mentioned-users.ts';
import { composerText } from '../../web/room/draft-state.ts';
import { DraftStore, storedDraft } from '../../web/room/draft-store.ts';
import type { RoomDraft } from '../../web/room/room-draft.ts';
import { RoomDrafts } from '../../web/room/room-drafts.ts';
import { type Entry, entryOf, withPendingChanges } from '../../web/timeline/entry.ts';
import { reactionsOf } from '../../web/timeline/reactions.tsx';
import { FakeChat } from '../support/fake-chat.ts';

let chat: FakeChat;
let client: ChatClient;
let drafts: RoomDrafts;
let draft: RoomDraft;
/** The server's answer to an upload request. */
let offer: (name: string) => Response;
/** The storage's answers to the uploads themselves, by the names of their files. */
let uploads: Map<string, PromiseWithResolvers<Response>>;

/** Returns the storage's answer to the upload of a file. */
function upload(name = 'plan.txt'): PromiseWithResolvers<Response> {
  const answer = uploads.get(name) ?? Promise.withResolvers<Response>();
  uploads.set(name, answer);
  return answer;
}

beforeEach(async () => {
  vi.useFakeTimers();
  chat = new FakeChat();
  uploads = new Map();
  const storage = 'http://files.test/';
  offer = (name) => {
    const request = { method: 'PUT', url: storage + name, headers: {} };
    return Response.json({ file_id: `id of ${name}`, upload: request }, { status: 201 });
  };
  const options = chat.options();
  const fetched = options.fetch ?? fetch;
  const fetchOf: ChatClientOptions['fetch'] = async (url, init) => {
    if (String(url).startsWith(storage)) {
      const aborted = new Promise<never>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
      return Promise.race([upload(String(url).slice(storage.length)).promise, aborted]);
    }
    if (String(url).endsWith('/chats/1/')) {
      return Response.json({
        id: 1,
        seq: 0,
        members: [{ user_id: 2, username: 'Bob Lee' }],
        max_file_bytes: 1_000_000,
      });
    }
    return String(url).endsWith('/files/') ? offer(JSON.parse(String(init?.body)).name) : fetched(url, init);
  };
  client = new ChatClient({ ...options, fetch: fetchOf });
  drafts = new RoomDrafts(client, 'http://chat.test');
  draft = drafts.of('1');
  onTestFinished(() => client.close());
  await pass();
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const fileNamed = (name: string) => new File(['the plan'], name, { type: 'text/plain' });
const file = fileNamed('plan.txt');
/** The file and the text of each sent message. */
const sent = () =>
  chat.received.flatMap((frame) => (frame.action === 'send' ? [[frame.file, frame.message]] : []));
const attached = () => draft.state.attachments.map(({ file, state }) => [file.name, state]);
const idOf = (name: string) => draft.state.attachments.find((each) => each.file.name === name)?.id ?? 0;

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
    await draft.attach([file]);
    say('The plan');
    await pass();
    client.room(1).leave();
    await pass(1_000);
    expect(draft.state.attachments).toMatchObject([{ state: 'uploading', progress: 0, caption: 'The plan' }]);
    upload().resolve(new Response());
    await pass(1_000);
    expect(chat.received.filter(({ action }) => action === 'send')).toMatchObject([
      { message: 'The plan', file: 'id of plan.txt', room_id: '1' },
    ]);
    expect(draft.state.attachments).toEqual([]);
    expect(client.pendingChanges).toEqual([]);
  });

  test('keeps the text that the user types during the upload, and does not delay other messages', async () => {
    await draft.attach([file]);
    say('The plan');
    say('It comes.');
    draft.setText('And anoth');
    upload().resolve(new Response());
    await pass();
    expect(chat.texts()).toEqual(['It comes.', 'The plan']);
    expect(draft.state.text).toBe('And anoth');
  });

  test('can be retried after a network error, with its text and its reply', async () => {
    const target = entry('Where is the plan?');
    await draft.attach([file]);
    draft.setTarget({ kind: 'reply', entry: target });
    say('Here');
    draft.setText('And more');
    upload().reject(new TypeError('fetch failed'));
    await pass();
    expect(draft.state).toMatchObject({
      text: 'And more',
      target: undefined,
      attachments: [
        {
          state: 'failed',
          caption: 'Here',
          canRetry: true,
          error: "Couldn't send the file: you're offline. It will be sent when you're back online.",
        },
      ],
    });
    uploads.clear();
    upload().resolve(new Response());
    draft.uploads?.retry(idOf('plan.txt'));
    await pass(1_000);
    expect(chat.received.findLast(({ action }) => action === 'send')).toMatchObject({
      message: 'Here',
      file: 'id of plan.txt',
      reply_to: target.id,
    });
    expect(draft.state).toMatchObject({ text: 'And more', attachments: [] });
  });

  test('is repeated once the client has connected again after a network error', async () => {
    await draft.attach([file]);
    say('Here');
    await pass();
    chat.socket.disconnect();
    upload().reject(new TypeError('fetch failed'));
    await pass();
    expect(attached()).toEqual([['plan.txt', 'failed']]);
    uploads.clear();
    upload().resolve(new Response());
    await pass(5_000);
    expect(sent()).toEqual([['id of plan.txt', 'Here']]);
  });

  test('is not sent after its user has signed out', async () => {
    await draft.attach([file]);
    say('The plan');
    await pass();
    expect(drafts.unsent).toBe(1);
    drafts.close();
    client.close({ forget: true });
    upload().resolve(new Response());
    await pass();
    expect(chat.count('send')).toBe(0);
    expect(draft.state).toMatchObject({ text: '', attachments: [] });
  });

  test.each([
    ['FILE_TOO_LARGE', 413, tooLarge],
    [
      'FILE_TYPE_NOT_ALLOWED',
      415,
      "Couldn't send the file: this type of file isn't allowed. Choose another file.",
    ],
    ['MUTED', 403, tooLarge],
    ['INTERNAL', 500, "Couldn't send the file: something went wrong. Try again."],
    ['RATE_LIMITED', 429, "Couldn't send the file: you're sending too fast. Try again in 3 seconds."],
  ])('refused with %s shows why', async (error, status, shown) => {
    offer = () => Response.json({ error, message: tooLarge, retry_after_ms: 2_400 }, { status });
    await draft.attach([file]);
    say('');
    await pass();
    const [attachment] = draft.state.attachments;
    expect(attachment?.error).toBe(shown);
    expect(attachment?.canRetry).toBe(!/FILE_TOO|FILE_TYPE/.test(error));
  });
});

describe('several files', () => {
  const names = ['a.txt', 'b.txt', 'c.txt', 'd.txt'];

  beforeEach(async () => {
    await draft.attach(names.map(fileNamed));
    say('All of them');
    await pass();
  });

  test('upload three at a time, and are sent in order, the first with the text', async () => {
    expect([...uploads.keys()]).toEqual(['a.txt', 'b.txt', 'c.txt']);
    upload('b.txt').resolve(new Response());
    await pass();
    expect([...uploads.keys()]).toEqual(names);
    upload('d.txt').resolve(new Response());
    await pass();
    expect(sent()).toEqual([]);
    upload('a.txt').resolve(new Response());
    await pass();
    expect(attached()).toEqual([
      ['c.txt', 'uploading'],
      ['d.txt', 'uploading'],
    ]);
    upload('c.txt').resolve(new Response());
    await pass();
    expect(sent()).toEqual(names.map((name) => [`id of ${name}`, name === 'a.txt' ? 'All of them' : '']));
  });

  test('are sent without one that fails or is canceled, whose text goes to the next file', async () => {
    for (const name of ['b.txt', 'd.txt']) upload(name).resolve(new Response());
    upload('c.txt').reject(new TypeError('fetch failed'));
    draft.uploads?.remove(idOf('a.txt'));
    await pass();
    expect(attached()).toEqual([['c.txt', 'failed']]);
    expect(sent()).toEqual([
      ['id of b.txt', 'All of them'],
      ['id of d.txt', ''],
    ]);
    expect(drafts.unsent).toBe(1);
  });

  test('give their text back to the message box when all are canceled', async () => {
    draft.setText('And more');
    for (const name of names) draft.uploads?.remove(idOf(name));
    await pass();
    expect(draft.state).toMatchObject({ text: 'All of them\nAnd more', attachments: [], failed: [] });
    expect(sent()).toEqual([]);
  });
});

test('leaves out files that are empty, too large or too many, before anything is sent', async () => {
  await client.room(1).details();
  const large = new File([new Uint8Array(1_000_001)], 'film.mp4');
  await draft.attach([new File([], 'nothing.txt'), large, file]);
  expect(attached()).toEqual([['plan.txt', 'chosen']]);
  expect(draft.state.error).toBe(
    "Couldn't attach “nothing.txt”: the file is empty. Choose another file. " +
      "Couldn't attach “film.mp4”: it is larger than 1 MB. Choose a smaller file.",
  );
  await draft.attach(Array.from({ length: 11 }, () => file));
  expect(draft.state.attachments).toHaveLength(10);
  expect(draft.state.error).toBe(
    "Couldn't attach 2 files: you can send up to 10 files at a time. Send the others first.",
  );
});

test('leaves out folders, and all files during an edit', async () => {
  const folder = { isFile: false, isDirectory: true, name: 'Photos' } as FileSystemEntry;
  await draft.attach([folder, file]);
  expect(attached()).toEqual([['plan.txt', 'chosen']]);
  expect(draft.state.error).toBe(
    "Couldn't attach “Photos”: folders can't be attached. Choose the files in it instead.",
  );
  draft.setTarget({ kind: 'edit', entry: entry('At noon') });
  await draft.attach([fileNamed('map.txt')]);
  expect(attached()).toEqual([['plan.txt', 'chosen']]);
  expect(draft.state.error).toBe("Files can't be added to an edit. Save or cancel the edit first.");
});

describe('stored drafts', () => {
  const fakeStorage = (isFull = false) => {
    const values = new Map<string, string>();
    return {
      get: (key: string): unknown => JSON.parse(values.get(key) ?? 'null'),
      set: (key: string, value: unknown) => !isFull && values.set(key, JSON.stringify(value)).size > 0,
      remove: (key: string) => void values.delete(key),
    };
  };

  test('of two tabs do not overwrite each other', () => {
    const storage = fakeStorage();
    const [one, two] = [new DraftStore('drafts', storage), new DraftStore('drafts', storage)];
    one.set('1', { text: 'One' });
    two.set('2', { text: 'Two' });
    one.set('1', undefined);
    two.set('__proto__', { text: 'Three' });
    const drafts = new DraftStore('drafts', storage).drafts;
    expect([...drafts]).toEqual([
      ['2', { text: 'Two' }],
      ['__proto__', { text: 'Three' }],
    ]);
    one.clear();
    expect(new DraftStore('drafts', storage).drafts.size).toBe(0);
  });

  test('of two tabs in one room survive a reload of each, and one that is emptied does not delete the other', () => {
    const shared = fakeStorage();
    const [ownOne, ownTwo] = [fakeStorage(), fakeStorage()];
    const one = () => new DraftStore('drafts', shared, ownOne);
    const two = () => new DraftStore('drafts', shared, ownTwo);
    const [first, second] = [one(), two()];
    first.set('1', { text: 'tab one' });
    second.set('1', { text: 'tab two' });
    const reloaded = one();
    expect(reloaded.drafts.get('1')).toEqual({ text: 'tab one' });
    reloaded.set('1', undefined);
    expect(reloaded.drafts.size).toBe(0);
    expect(two().drafts.get('1')).toEqual({ text: 'tab two' });
    // A new tab has the latest draft.
    expect(new DraftStore('drafts', shared, fakeStorage()).drafts.get('1')).toEqual({ text: 'tab two' });
    two().set('1', undefined);
    expect(new DraftStore('drafts', shared, fakeStorage()).drafts.size).toBe(0);
  });

  test('stay in the page if the storage is full', () => {
    const store = new DraftStore('drafts', fakeStorage(true));
    store.set('1', { text: 'One' });
    store.set('2', { text: 'Two' });
    expect([...store.drafts.keys()]).toEqual(['1', '2']);
  });

  test('are the latest hundred', () => {
    const store = new DraftStore('drafts', fakeStorage());
    for (let room = 105; room > 0; room--) store.set(String(room), { text: 'Some' });
    expect([...store.drafts.keys()].slice(0, 2)).toEqual(['100', '99']);
  });

  test('have the text and the reply of files that are not sent yet', async () => {
    await draft.attach([file]);
    draft.setTarget({ kind: 'reply', entry: entry('Where is the plan?') });
    say('The plan');
    draft.setText('And more');
    expect(storedDraft(draft.state)).toMatchObject({
      text: 'The plan\nAnd more',
      target: { kind: 'reply', entry: { text: 'Where is the plan?' } },
    });
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
    expect(draft.state.failed).toMatchObject([{ code: 'REPLY_NOT_FOUND' }]);
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
      /Couldn't save your edit: the message was deleted\. Your text is back in the message box/,
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

describe('mentions', () => {
  const sentMentions = () =>
    chat.received.flatMap((frame) =>
      frame.action === 'send' || frame.action === 'edit' ? [frame.mentions] : [],
    );
  const target = (text: string, mentions: readonly string[]) => ({ ...entry(text, 1), mentions });

  beforeEach(async () => {
    await client.room(1).details();
    draft.mentionFinder = new MentionFinder(client.room(1));
  });

  test('are sent with the message while its text has their names', async () => {
    say(`@Bob Lee, are you there?`);
    say('Are you there?');
    await pass();
    expect(sentMentions()).toEqual([['2'], undefined]);
  });

  test('are replaced by an edit, except mentions of users whose names the text never had', async () => {
    const editTo = (mentioned: readonly string[], before: string, after: string) => {
      draft.setTarget({ kind: 'edit', entry: target(before, mentioned) });
      say(after);
    };
    editTo([], 'Hello', `Hello @Bob Lee`);
    editTo(['2', '9'], `Hello @Bob Lee and @Former name`, 'Hello @Former name');
    editTo(['2'], `Hello @Bob Lee`, 'Hello');
    editTo([], 'Hello', 'Hello again');
    await pass();
    expect(sentMentions()).toEqual([['2'], ['9'], [], undefined]);
  });

  test('are sent with the caption of a file, and again by a retry', async () => {
    await draft.attach([file]);
    say('For @Bob Lee');
    // The user opens another room meanwhile.
    client.room(1).leave();
    await pass(1_000);
    upload().resolve(new Response());
    await pass();
    refuseSends('MUTED');
    say('@Bob Lee?');
    await pass();
    const [failed] = draft.state.failed;
    chat.answerWith = () => undefined;
    draft.retry(failed?.clientId ?? '');
    await pass();
    expect(sentMentions()).toEqual([['2'], ['2'], ['2']]);
  });
});

import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions, type ChatStorage } from '../../client/index.ts';
import { recordedReleases, unpackRelease } from '../fixtures/release-code.ts';
import { FakeChat } from '../support/fake-chat.ts';

type Client = typeof ChatClient;

/** The client of each recorded release. */
const earlier = await Promise.all(
  recordedReleases.map(async (release) => {
    const code = unpackRelease(release);
    const { ChatClient: Earlier } = (await import(code.client)) as { ChatClient: Client };
    return { release, Earlier, dispose: code.dispose };
  }),
);

let chat: FakeChat;

beforeEach(() => {
  vi.useFakeTimers();
  chat = new FakeChat();
});

afterEach(() => vi.useRealTimers());

afterAll(() => {
  for (const { dispose } of earlier) dispose();
});

/** Makes a change of each kind without a connection, and closes the page. */
async function changeOffline(Client: Client, options: ChatClientOptions): Promise<void> {
  const client = new Client(options);
  const room = client.room(1);
  const changes = [
    room.send('written offline', { reply_to: 1 }),
    room.edit(1, 'edited offline'),
    room.react(1, '👍'),
    room.delete(2),
  ];
  const outcomes = Promise.allSettled(changes);
  await vi.advanceTimersByTimeAsync(100);
  client.close();
  await outcomes;
}

describe.each(earlier)('with the client of release $release', ({ Earlier }) => {
  test.each<[string, Client, Client]>([
    ['after an upgrade', Earlier, ChatClient],
    ['after a rollback', ChatClient, Earlier],
  ])('stored changes are sent by the other client %s', async (_name, Before, After) => {
    const kept = new Map<string, string>();
    const storage: ChatStorage = {
      get: (key) => kept.get(key),
      set: (key, value) => kept.set(key, value),
      remove: (key) => kept.delete(key),
    };
    const options = { ...chat.options(), storage };
    chat.addMessage('first', { user: 1 });
    chat.addMessage('second', { user: 1 });
    chat.offline = true;
    await changeOffline(Before, options);
    const stored = [...kept.values()].flatMap((text) => JSON.parse(text));
    chat.offline = false;
    const after = new After(options);
    const room = after.room(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(room.messages.map(({ text }) => text)).toEqual(['edited offline', 'written offline']);
    expect(room.messages).toMatchObject([{ reactions: { '👍': [1] } }, {}]);
    const sent = chat.received.filter((frame) => 'client_id' in frame);
    expect(sent).toEqual(stored.map(({ frame }) => frame));
    expect(kept.size).toBe(0);
    after.close();
  });
});

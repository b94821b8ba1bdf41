// @vitest-environment happy-dom
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { act, createElement, type FunctionComponent, type ReactNode, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions, type Message } from '../../client/index.ts';
import {
  ChatProvider,
  useChatClient,
  useConnection,
  useMembers,
  useMessages,
  usePresence,
  useReadBy,
  useRoom,
  useRooms,
  useTyping,
  useUnread,
  useUpload,
  useUsers,
} from '../../client/react/index.ts';
import { reactExamples } from '../support/documented.ts';
import { FakeChat } from '../support/fake-chat.ts';

// React requires this flag, even while a test unmounts its components.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const AT = '2026-03-02T09:15:00.000Z';

let chat: FakeChat;
/** The paths of all requests to the HTTP API. */
let requests: string[];
/** The answers of the HTTP API by path. */
let answers: Record<string, () => unknown>;

const member = (user_id: number, username: string | null, online = false) => ({
  user_id,
  username,
  role: 'member',
  pending: false,
  muted_until: null,
  online,
  last_seen: AT,
});

const summary = (id: number | string, name: string, last_message: object | null = null, unread = 0) => ({
  id,
  name,
  kind: name ? 'group' : 'direct',
  access: 'members',
  request: false,
  unread,
  unread_capped: false,
  last_message,
  last_at: AT,
});

beforeEach(() => {
  vi.useFakeTimers();
  chat = new FakeChat();
  requests = [];
  answers = {
    '/api/chats/': () => ({
      chats: [summary(1, 'Lunch', null, 2), summary(2, 'Work', null, 3)],
      next_cursor: null,
    }),
    '/api/chats/1/': () => ({
      ...summary(1, 'Lunch'),
      seq: 0,
      members: [member(1, 'alice', true), member(2, 'bob', true), member(3, 'carol')],
      more_members: false,
    }),
    '/api/chats/2/': () => ({ ...summary(2, 'Work'), seq: 0, members: [], more_members: true }),
  };
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => act(() => vi.advanceTimersByTimeAsync(ms));

function clientOf(options: Partial<ChatClientOptions> = {}): ChatClient {
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const { pathname } = new URL(String(url));
    requests.push(pathname);
    const answer = answers[pathname];
    if (!answer) return Response.json({ error: 'ROOM_NOT_FOUND', message: 'No such room.' }, { status: 404 });
    const aborted = new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', reject);
    });
    return Response.json(await Promise.race([answer(), aborted]));
  };
  const client = new ChatClient({ ...chat.options(), fetch, ...options });
  onTestFinished(() => client.close());
  return client;
}

interface PageElement {
  textContent: string;
  innerHTML: string;
  querySelector(selector: string): { click(): void } | null;
}

const newElement = () =>
  (
    globalThis as unknown as { document: { createElement(name: string): Element & PageElement } }
  ).document.createElement('div');

/** Renders into a new element. Returns functions that read its text and render another node in its place. */
async function render(node: ReactNode) {
  const element = newElement();
  const root = createRoot(element);
  onTestFinished(() => act(() => root.unmount()));
  const show = (next: ReactNode) => act(async () => root.render(createElement(StrictMode, null, next)));
  await show(node);
  await pass();
  const click = (selector: string) => act(async () => element.querySelector(selector)?.click());
  return { text: () => element.textContent, show, click };
}

/** Starts something in `act`, which does not wait for its end. */
async function start<T>(action: () => Promise<T>): Promise<{ readonly ended: Promise<T> }> {
  let ended: Promise<T> | undefined;
  await act(async () => {
    ended = action();
  });
  return { ended: ended as Promise<T> };
}

/** Renders a component that calls a hook. Returns a function that reads the hook's latest result, and all results. */
async function results<T>(hook: () => T, client = clientOf()) {
  const all: T[] = [];
  function Probe() {
    all.push(hook());
    return null;
  }
  const node = createElement(ChatProvider, { client }, createElement(Probe));
  const { show } = await render(node);
  return { client, all, latest: () => all.at(-1) as T, show, unmount: () => show(null) };
}

const receive = (frame: object) => act(async () => chat.broadcast('1', frame));

describe('the connection', () => {
  test('has its state and the error', async () => {
    const { latest } = await results(useConnection);
    expect(latest()).toEqual({ state: 'live', error: undefined });
    await act(async () => chat.socket.disconnect());
    expect(latest()).toMatchObject({ state: 'offline', error: { code: 'UNREACHABLE' } });
    await pass(500);
    expect(latest()).toEqual({ state: 'live', error: undefined });
  });

  test('is opened by the provider', async () => {
    const client = clientOf({ autoConnect: false });
    const { latest } = await results(useConnection, client);
    expect(latest().state).toBe('live');
    expect(chat.sockets).toHaveLength(1);
  });

  test('needs a provider', () => {
    expect(() => renderToString(createElement(() => useChatClient().user))).toThrow(/ChatProvider/);
  });
});

describe('messages', () => {
  test('are pending before they are stored, and have the names of their authors', async () => {
    chat.addMessage('one');
    const { client, latest } = await results(() => useMessages(1));
    expect(latest()).toMatchObject({ hasOlder: false, loading: false, error: undefined });
    expect(latest().messages).toMatchObject([{ text: 'one', sender_name: 'bob', status: 'send' }]);
    chat.dropAnswer = ({ action }) => action === 'send';
    await act(async () => void client.room(1).send('two'));
    expect(latest().messages[1]).toMatchObject({ text: 'two', sender_name: 'alice', status: 'pending' });
    chat.dropAnswer = () => false;
    await pass(10_000);
    expect(latest().messages[1]).toMatchObject({ text: 'two', sender_name: 'alice', status: 'send' });
  });

  test('of an author who is not a member have a name from the e-mail address', async () => {
    const { latest } = await results(() => useMessages(1));
    const message = {
      message_id: 1,
      text: 'Bye',
      sender_id: 9,
      sender_email: 'dave@example.com',
      status: 'send',
    };
    await receive({ type: 'chat_message', message_id: 1, seq: 1, message });
    expect(latest().messages).toMatchObject([{ sender_name: 'dave' }]);
  });

  test('keep their identity, and do not render again when something else changes', async () => {
    chat.addMessage('one');
    const { all, latest } = await results(() => useMessages(1));
    const { messages, loadOlder } = latest();
    const renders = all.length;
    await receive({ type: 'typing', user_id: 2, typing: true });
    expect(all.length).toBe(renders);
    await act(async () => void chat.addMessage('two'));
    expect(latest().messages[0]).toBe(messages[0]);
    expect(latest().loadOlder).toBe(loadOlder);
  });

  test('load older ones, once for several calls', async () => {
    for (let index = 0; index < 60; index++) chat.addMessage(`text ${index}`);
    const { all, latest } = await results(() => useMessages(1));
    expect([latest().messages.length, latest().hasOlder]).toEqual([50, true]);
    await act(async () => void Promise.all([latest().loadOlder(), latest().loadOlder()]));
    await pass();
    expect([latest().messages.length, latest().hasOlder, latest().loading]).toEqual([60, false, false]);
    expect(all.some(({ loading, messages }) => loading && messages.length === 50)).toBe(true);
    expect(chat.count('history')).toBe(2);
  });

  test('have the reason why the room is refused', async () => {
    chat.forbiddenRooms.add('1');
    const { latest } = await results(() => useMessages(1));
    expect(latest()).toMatchObject({ messages: [], loading: false, error: { code: 'NOT_A_MEMBER' } });
    await act(() => latest().loadOlder());
  });
});

describe('a room', () => {
  test('is joined once in strict mode by several components, and left after the last one', async () => {
    const warned = vi.spyOn(console, 'error');
    onTestFinished(() => warned.mockRestore());
    const client = clientOf();
    const Room = ({ id }: { id: number }) => {
      const { state, details } = useRoom(id);
      return createElement('p', null, state, ' ', details?.name, ' ', useMembers(id).members.length);
    };
    const Rooms = ({ ids }: { ids: readonly number[] }) =>
      createElement(
        ChatProvider,
        { client },
        ids.map((id, index) => createElement(Room, { id, key: `${id} ${index}` })),
      );
    const { text, show } = await render(createElement(Rooms, { ids: [1, 1] }));
    expect(text()).toBe('live Lunch 3live Lunch 3');
    expect([chat.count('join'), chat.count('leave')]).toEqual([1, 0]);
    expect(requests.filter((path) => path === '/api/chats/1/')).toHaveLength(1);
    await show(createElement(Rooms, { ids: [1] }));
    await pass(10_000);
    expect(chat.count('leave')).toBe(0);
    await show(createElement(Rooms, { ids: [2] }));
    await pass(10_000);
    expect(text()).toBe('live Work 0');
    expect(chat.received.filter(({ action }) => action === 'leave')).toEqual([
      { action: 'leave', room_id: '1' },
    ]);
    await show(createElement(Rooms, { ids: [1] }));
    await pass();
    expect(text()).toBe('live Lunch 3');
    expect(warned.mock.calls).toEqual([]);
  });

  test('is left if it was rendered and never mounted', async () => {
    const client = clientOf();
    const never = new Promise<never>(() => {});
    const Suspended = () => {
      useRoom(1);
      throw never;
    };
    const { Suspense } = await import('react');
    const suspended = createElement(Suspense, { fallback: 'Waiting' }, createElement(Suspended));
    const { text } = await render(createElement(ChatProvider, { client }, suspended));
    expect([text(), chat.count('join')]).toEqual(['Waiting', 1]);
    await pass(6_000);
    expect(chat.count('leave')).toBe(1);
  });

  test('is opened again if the app leaves it while a component shows it', async () => {
    const { client, latest } = await results(() => useMessages(1));
    await act(async () => client.room(1).leave());
    await pass();
    await act(async () => void chat.addMessage('two'));
    await pass(20_000);
    expect(latest().messages).toMatchObject([{ text: 'two' }]);
    expect([chat.count('join'), chat.count('leave')]).toEqual([2, 1]);
  });

  test('has an error while its details cannot be loaded', async () => {
    const details = answers['/api/chats/1/'];
    delete answers['/api/chats/1/'];
    const { latest } = await results(() => useMembers(1));
    expect(latest()).toMatchObject({ members: [], loading: false, error: { code: 'ROOM_NOT_FOUND' } });
    Object.assign(answers, { '/api/chats/1/': details });
    await act(() => latest().reload());
    expect(latest()).toMatchObject({ members: { length: 3 }, hasMore: false, error: undefined });
  });
});

/** The requests for the room's details. */
const detailsLoads = () => requests.filter((path) => path === '/api/chats/1/').length;

describe('the users of a room', () => {
  const presence = (user_id: number, status: string) => ({
    type: 'presence',
    user_id,
    status,
    last_seen: AT,
  });

  test('have their presence from the start, and when it changes', async () => {
    const { latest } = await results(() => usePresence(1));
    const states = () => [...latest()].map(([id, { status }]) => `${id} ${status}`);
    expect(states()).toEqual(['1 online', '2 online', '3 offline']);
    await receive(presence(3, 'online'));
    expect(states()).toEqual(['1 online', '2 online', '3 online']);
    const loaded = requests.length;
    answers['/api/chats/1/'] = () => ({ ...summary(1, 'Lunch'), members: [member(2, 'bob')] });
    await receive(presence(2, 'offline'));
    await receive(presence(2, 'offline'));
    await pass(300);
    expect(states()).toContain('2 offline');
    expect(requests.length).toBe(loaded + 1);
  });

  test('type, with their names', async () => {
    const { latest } = await results(() => useTyping(1));
    await receive({ type: 'typing', user_id: 2, typing: true });
    await receive({ type: 'typing', user_id: 9, typing: true });
    expect(latest()).toEqual([
      { user_id: '2', name: 'bob' },
      { user_id: '9', name: undefined },
    ]);
  });

  test('have read a message if their read mark covers it', async () => {
    const { all, latest } = await results(() => useReadBy(1, 2));
    await receive({ type: 'message_seen', message_id: 1, user_id: 2 });
    expect(latest()).toEqual([]);
    await receive({ type: 'message_seen', message_id: 3, user_id: 3 });
    await receive({ type: 'message_seen', message_id: 3, user_id: 1 });
    expect(latest()).toEqual([{ user_id: '3', name: 'carol' }]);
    const renders = all.length;
    const before = latest();
    await receive({ type: 'typing', user_id: 2, typing: true });
    expect([all.length, latest()]).toEqual([renders, before]);
  });

  test('have their names in all hooks, including members who joined later', async () => {
    const { latest } = await results(() => [useUsers(), useRoom(1)] as const);
    expect([...latest()[0]]).toEqual([
      ['1', { name: 'alice' }],
      ['2', { name: 'bob' }],
      ['3', { name: 'carol' }],
    ]);
    answers['/api/chats/1/'] = () => ({ ...summary(1, 'Lunch'), members: [member(4, 'dave')] });
    await receive(presence(4, 'online'));
    await pass(300);
    expect(latest()[0].get('4')).toEqual({ name: 'dave' });
  });

  // The server refuses a load after the user was removed, and browsers log each refused request.
  test('are loaded once if the room opens with a log that has a new member', async () => {
    chat.addChange({ type: 'member_added', user_id: 2, role: 'member', by: 1 });
    await results(() => useMembers(1));
    await pass(300);
    expect(detailsLoads()).toBe(1);
    await act(async () => chat.addChange({ type: 'member_added', user_id: 3, role: 'member', by: 1 }));
    await pass(300);
    expect(detailsLoads()).toBe(2);
  });
});

describe('the room list', () => {
  const last = (username: string) => ({
    id: 1,
    chat: 1,
    sender: { id: 2, username, email: '', user_type: '' },
    content: 'Hi',
    timestamp: AT,
    type: 'text',
    status: 'sent',
    edited: false,
  });

  test('is loaded once for several components, and has unread counts', async () => {
    const { latest } = await results(() => [useRooms(), useUnread(2), useUnread('1'), useUnread()] as const);
    const [list, two, one, all] = latest();
    expect(list).toMatchObject({ loading: false, error: undefined, hasMore: false });
    expect([list.rooms.map(({ name }) => name), two, one, all]).toEqual([['Lunch', 'Work'], 3, 2, 5]);
    await pass(1_000);
    // Once at first, and once because the inbox opened.
    expect(requests.filter((path) => path === '/api/chats/')).toHaveLength(2);
  });

  test('has new messages, in the same form as a room has them', async () => {
    const { latest } = await results(() => useRooms());
    answers['/api/chats/'] = () => ({ chats: [summary(1, 'Lunch', last('bob'))], next_cursor: null });
    await pass(1_000);
    const listed = latest().rooms[0]?.last_message as Message;
    expect(listed).toMatchObject({ message_id: 1, text: 'Hi', sender_name: 'bob' });
    const message = { ...listed, message_id: 2, text: 'Hello' };
    await act(async () =>
      chat.socket.deliver({ type: 'chat_message', message_id: 2, seq: 2, room_id: 1, message }),
    );
    expect(latest().rooms[0]).toMatchObject({
      unread: 1,
      last_message: { text: 'Hello', sender_name: 'bob' },
    });
  });

  test('names a direct room after its other member', async () => {
    answers['/api/chats/'] = () => ({ chats: [summary('direct:1:2', '')], next_cursor: null });
    answers['/api/chats/direct%3A1%3A2/members/'] = () => ({
      members: [member(1, 'alice'), member(2, 'bob')],
    });
    const { latest } = await results(() => useRooms());
    await pass(1_000);
    expect(latest().rooms[0]?.name).toBe('bob');
    expect(requests.filter((path) => path.endsWith('/members/'))).toHaveLength(1);
  });

  test('has the reason why it could not be loaded', async () => {
    delete answers['/api/chats/'];
    const { latest } = await results(() => useRooms());
    expect(latest()).toMatchObject({ rooms: [], loading: false, error: { code: 'ROOM_NOT_FOUND' } });
  });
});

describe('an upload', () => {
  const file = new Blob(['notes']);

  function uploadAnswers() {
    const stored = Promise.withResolvers<object>();
    answers['/api/chats/1/files/'] = () => ({
      file_id: 'f',
      upload: { url: 'http://chat.test/put', headers: {} },
    });
    answers['/put'] = () => stored.promise;
    vi.stubGlobal('XMLHttpRequest', undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    return stored;
  }

  test('has its progress, and resolves to what a message needs', async () => {
    const stored = uploadAnswers();
    const { latest } = await results(() => useUpload(1));
    expect(latest().progress).toBeUndefined();
    const { ended } = await start(() => latest().upload(file));
    await pass();
    expect(latest().progress).toBe(0);
    stored.resolve({});
    await pass();
    expect(await ended).toEqual({ file: 'f', type: 'file' });
    expect([latest().progress, latest().error]).toEqual([undefined, undefined]);
  });

  test('that is canceled resolves to undefined without an error', async () => {
    uploadAnswers();
    const { latest } = await results(() => useUpload(1));
    const { cancel } = latest();
    const { ended } = await start(() => latest().upload(file));
    await pass();
    await act(async () => cancel());
    expect(await ended).toBeUndefined();
    expect([latest().progress, latest().error, latest().cancel]).toEqual([undefined, undefined, cancel]);
  });

  test('cancels the one before it', async () => {
    const stored = uploadAnswers();
    const { latest } = await results(() => useUpload(1));
    const first = await start(() => latest().upload(file));
    const second = await start(() => latest().upload(file));
    expect(await first.ended).toBeUndefined();
    expect(latest().progress).toBe(0);
    stored.resolve({});
    await pass();
    expect(await second.ended).toMatchObject({ file: 'f' });
  });

  test('continues in the open room after its component has unmounted', async () => {
    const stored = uploadAnswers();
    const { client, latest, unmount } = await results(() => useUpload(1));
    const { ended } = await start(() => latest().upload(file));
    await pass();
    await unmount();
    await pass(10_000);
    expect([client.room(1).state, chat.count('leave')]).toEqual(['live', 0]);
    stored.resolve({});
    await pass();
    expect(await ended).toMatchObject({ file: 'f' });
    await pass(10_000);
    expect(chat.count('leave')).toBe(1);
  });

  test('that fails has an error until the next one starts', async () => {
    const { latest } = await results(() => useUpload(1));
    await act(async () => void (await latest().upload(file)));
    expect(latest()).toMatchObject({ error: { code: 'ROOM_NOT_FOUND' } });
    uploadAnswers();
    await start(() => latest().upload(file));
    expect([latest().progress, latest().error]).toEqual([0, undefined]);
  });
});

type Components = Record<string, FunctionComponent<object>>;

/** Bundles an example of docs/react.md with the sources, and imports its components and the provider that they use. */
async function documented(name: string): Promise<Components> {
  vi.useRealTimers();
  const root = join(import.meta.dirname, '../..');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/rendered-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const example of reactExamples()) writeFileSync(join(folder, example.name), example.source);
  const outfile = join(folder, 'out.mjs');
  await build({
    stdin: {
      contents: `export * from './${name}'; export { ChatProvider } from '@your-org/parley/react';`,
      resolveDir: folder,
    },
    alias: {
      '@your-org/parley/react': join(root, 'client/react/index.ts'),
      '@your-org/parley/client': join(root, 'client/index.ts'),
    },
    external: ['react', 'react/*', 'react-dom'],
    jsx: 'automatic',
    bundle: true,
    format: 'esm',
    outfile,
    logLevel: 'silent',
  });
  const loaded = (await import(pathToFileURL(outfile).href)) as Components;
  vi.useFakeTimers();
  return loaded;
}

const element = (component: unknown, properties: object) =>
  createElement(component as FunctionComponent<object>, properties);

describe('the examples of docs/react.md', () => {
  test('show rooms, open one and send a message', async () => {
    const { App } = await documented('app.tsx');
    chat.addMessage('one');
    const { text, click } = await render(element(App, { client: clientOf() }));
    expect(text()).toBe('liveLunch (2) Work (3) ');
    await click('button');
    await pass();
    expect(text()).toContain('bob: one');
    await click('section button');
    await pass();
    expect(text()).toContain('alice: Hello');
  });

  test('show members, readers, an upload and pinned messages', async () => {
    const people = await documented('people.tsx');
    const attach = await documented('attach.tsx');
    const client = clientOf();
    const shown = (components: Components, name: string, properties: object) =>
      render(
        element(components['ChatProvider'], { client, children: element(components[name], properties) }),
      );
    expect((await shown(people, 'People', { id: 1 })).text()).toBe(
      'alice, member, onlinebob, member, onlinecarol, member, offline',
    );
    const readers = await shown(people, 'ReadBy', { id: 1, message: 1 });
    expect(readers.text()).toBe('Read by nobody');
    await receive({ type: 'message_seen', message_id: 1, user_id: 2 });
    expect(readers.text()).toBe('Read by bob');
    expect((await shown(attach, 'Attach', { id: 1 })).text()).toBe('');
    const message = { id: 1, content: 'one', sender: { id: 2, username: 'bob' }, type: 'text' };
    let messages: readonly object[] = [];
    answers['/api/chats/1/pins/'] = async () => ({ pins: messages.map((each) => ({ message: each })) });
    const pins = await shown(await documented('pins.tsx'), 'Pins', { id: 1 });
    expect(pins.text()).toBe('');
    messages = [message];
    await receive({ type: 'message_pinned', message_id: 1, by: 1, seq: 1 });
    await pass();
    expect(pins.text()).toBe('bob: one');
  });

  test('render on a server and in the browser without a difference', async () => {
    const { Page } = await documented('page.tsx');
    const properties = { url: 'http://chat.test', token: async () => '' };
    const html = renderToString(element(Page, properties));
    expect(html).toContain('connecting');
    expect(html).toContain('Loading');
    const target = newElement();
    target.innerHTML = html;
    const warned = vi.spyOn(console, 'error');
    vi.stubGlobal('WebSocket', chat.options().WebSocket);
    vi.stubGlobal('fetch', chat.options().fetch);
    onTestFinished(() => void vi.unstubAllGlobals());
    const root = await act(async () => hydrateRoot(target, element(Page, properties)));
    expect(warned.mock.calls).toEqual([]);
    act(() => root.unmount());
  });
});

test('hydrates a client that is connected and has data already, without a difference', async () => {
  chat.addMessage('one');
  const client = clientOf();
  const Texts = () => {
    const { messages, loading } = useMessages(1);
    return `${useConnection().state} ${loading} ${messages.map(({ text }) => text)}`;
  };
  const node = createElement(ChatProvider, { client }, createElement(Texts));
  await client.room(1).ready();
  const html = renderToString(node);
  const target = newElement();
  target.innerHTML = html;
  const warned = vi.spyOn(console, 'error');
  const root = await act(async () => hydrateRoot(target, node));
  expect(html).toContain('connecting true');
  expect(target.textContent).toBe('live false one');
  expect(warned.mock.calls).toEqual([]);
  act(() => root.unmount());
});

test('renders on a server without WebSocket, fetch, crypto and document', () => {
  const path = (file: string) => JSON.stringify(join(import.meta.dirname, '../../client', file));
  const script = `
    for (const name of ['WebSocket', 'fetch', 'crypto', 'XMLHttpRequest']) delete globalThis[name];
    const { createElement } = await import('react');
    const { renderToString } = await import('react-dom/server');
    const { ChatClient } = await import(${path('index.ts')});
    const hooks = await import(${path('react/index.ts')});
    const client = new ChatClient({ url: 'http://chat.test', token: 'x', autoConnect: false });
    const Page = () => {
      hooks.useUpload(1);
      return [
        hooks.useConnection().state, hooks.useRooms().loading, hooks.useRoom(1).state, hooks.useUnread(),
        hooks.useMessages(1).messages.length, hooks.useMembers(1).members.length, hooks.usePresence(1).size,
        hooks.useTyping(1).length, hooks.useReadBy(1, 1).length, hooks.useUsers().size,
      ].join(' ');
    };
    console.log(renderToString(createElement(hooks.ChatProvider, { client }, createElement(Page))));
  `;
  const cwd = join(import.meta.dirname, '../..');
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd,
    encoding: 'utf8',
  });
  expect(output).toBe('connecting true connecting 0 0 0 0 0 0 0\n');
});

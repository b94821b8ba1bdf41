// @vitest-environment happy-dom
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { act, createElement, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type Room } from '../../client/index.ts';
import { useClientState, useMessages, usePresence, useRoom, useTyping } from '../../client/react/index.ts';
import { clientExamples } from '../support/documented.ts';
import { FakeChat } from '../support/fake-chat.ts';

// React requires this flag, also while a test unmounts its components.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let chat: FakeChat;

beforeEach(() => {
  vi.useFakeTimers();
  chat = new FakeChat();
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => act(() => vi.advanceTimersByTimeAsync(ms));

function clientOf(): ChatClient {
  const client = new ChatClient(chat.options());
  onTestFinished(() => client.close());
  return client;
}

interface Page {
  readonly document: { createElement(name: string): Element & { readonly textContent: string } };
}

/** Renders into a new element. Returns functions that read its text and render another node in its place. */
async function render(node: ReactNode) {
  const element = (globalThis as unknown as Page).document.createElement('div');
  const root = createRoot(element);
  onTestFinished(() => act(() => root.unmount()));
  const show = (next: ReactNode) => act(async () => root.render(createElement(StrictMode, null, next)));
  await show(node);
  await pass();
  return { text: () => element.textContent, show };
}

function RoomText({ room }: { room: Room }) {
  const messages = useMessages(room);
  const typing = useTyping(room);
  const presence = usePresence(room);
  const list = messages.map(({ text, status }) => `${text} ${status}`).join(', ');
  return createElement('p', null, `${room.state} [${list}] ${typing} ${presence.get('2')?.status ?? ''}`);
}

function Chat({ client, id }: { client: ChatClient; id: number }) {
  const state = useClientState(client);
  return createElement('div', null, `${state} `, createElement(RoomText, { room: useRoom(client, id) }));
}

test('a room renders pending and stored messages, typing and presence', async () => {
  const client = clientOf();
  chat.addMessage('one');
  const { text } = await render(createElement(Chat, { client, id: 1 }));
  expect(text()).toBe('live live [one send]  ');
  chat.dropAnswer = ({ action }) => action === 'send';
  await act(async () => void client.room(1).send('two'));
  expect(text()).toContain('[one send, two pending]');
  chat.dropAnswer = () => false;
  await pass(10_000);
  expect(text()).toContain('[one send, two send]');
  await act(async () => {
    chat.broadcast('1', { type: 'typing', user_id: 2, typing: true });
    chat.broadcast('1', {
      type: 'presence',
      user_id: 2,
      status: 'online',
      last_seen: '2026-03-02T09:20:00.000Z',
    });
  });
  expect(text()).toContain('2 online');
});

test('the client state is rendered', async () => {
  const client = clientOf();
  const { text } = await render(createElement(Chat, { client, id: 1 }));
  await act(async () => chat.socket.disconnect());
  expect(text()).toMatch(/^offline offline/);
  await pass(500);
  expect(text()).toMatch(/^live live/);
});

test('strict mode joins a room once, and a room without a component is left', async () => {
  const client = clientOf();
  const warned = vi.spyOn(console, 'error');
  onTestFinished(() => warned.mockRestore());
  const { text, show } = await render(createElement(Chat, { client, id: 1 }));
  expect([chat.count('join'), chat.count('leave')]).toEqual([1, 0]);
  chat.addMessage('in room 2', { room: '2' });
  await show(createElement(Chat, { client, id: 2 }));
  await pass();
  expect(text()).toContain('[in room 2 send]');
  expect(chat.received.filter(({ action }) => action === 'leave')).toEqual([
    { action: 'leave', room_id: '1' },
  ]);
  expect(warned.mock.calls).toEqual([]);
});

test('useMessages does not render again when only typing changes', async () => {
  const client = clientOf();
  const renders = vi.fn();
  function Messages({ room }: { room: Room }) {
    renders(useMessages(room).length);
    return null;
  }
  await render(createElement(Messages, { room: client.room(1) }));
  const before = renders.mock.calls.length;
  await act(async () => chat.broadcast('1', { type: 'typing', user_id: 2, typing: true }));
  expect(renders.mock.calls.length).toBe(before);
});

test('the component of docs/client.md shows a room', async () => {
  vi.useRealTimers();
  const root = join(import.meta.dirname, '../..');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/rendered-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { source = '' } = clientExamples().find(({ name }) => name === 'chat.tsx') ?? {};
  const outfile = join(folder, 'chat.mjs');
  await build({
    stdin: { contents: source, loader: 'tsx', resolveDir: root },
    alias: { 'parley/react': join(root, 'client/react/index.ts') },
    jsx: 'automatic',
    packages: 'external',
    bundle: true,
    format: 'esm',
    outfile,
  });
  const documented = (await import(pathToFileURL(outfile).href)) as { Chat: typeof Chat };
  vi.useFakeTimers();
  chat.addMessage('one');
  const { text } = await render(createElement(documented.Chat, { client: clientOf(), id: 1 }));
  expect(text()).toBe('liveoneSay hello');
});

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePages, openBrowser, openPage } from '../support/browser.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;
let server: Server;

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const [, example = ''] = /^```html index.html\n([\s\S]*?)^```$/m.exec(read('docs/web-components.md')) ?? [];
const head = '<!doctype html><title>Another app</title><link rel="icon" href="data:,">';

const addressOf = (host: string) => `http://${host}:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  server = createServer(async ({ url = '' }, response) => {
    const [, script] = /^\/((?:client|elements[\w-]*)\.js)$/.exec(url) ?? [];
    response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
    if (script) response.end(read(`dist/client/${script}`));
    else if (url === '/chat-token') response.end(await stack.token('alice'));
    else if (url === '/elements')
      response.end(head + example.replace('https://chat.example.com', stack.stack.edgeUrl));
    else response.end(head);
  });
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  [stack, browser] = await Promise.all([
    startTestStack({}, { allowedOrigins: addressOf('127.0.0.1') }),
    openBrowser(),
  ]);
});

afterAll(async () => {
  await Promise.all([closePages(), stack?.stop()]);
  server.close();
});

/** Uses the typed client for what it can do over HTTP and sockets. Text, since the test runner rewrites imports. */
const useClient = (url: string, token: string) => `(async () => {
  const { ChatClient } = await import('/client.js');
  const client = new ChatClient(${JSON.stringify({ url, token })});
  try {
    const { id } = await client.createRoom({ name: 'Elsewhere' });
    const room = client.room(id);
    const file = new File(['my notes'], 'notes.txt', { type: 'text/plain' });
    const { file_url } = await room.send('Notes', await room.upload(file));
    const fetched = await (await client.fetch(file_url)).text();
    const linked = await (await fetch(await client.fileUrl(file_url))).text();
    const error = await client.fetch('/api/chats/none/').catch(({ code }) => code);
    return { fetched, linked, error };
  } finally {
    client.close();
  }
})()`;

const visit = async (host: string) => {
  const { page, context } = await openPage(browser, addressOf(host));
  try {
    return await page.evaluate(useClient(stack.stack.edgeUrl, await stack.token('alice')));
  } finally {
    await context.close();
  }
};

test('the typed client works on a page of an allowed origin: rooms, messages and files', async () => {
  expect(await visit('127.0.0.1')).toEqual({
    fetched: 'my notes',
    linked: 'my notes',
    error: 'NOT_A_MEMBER',
  });
});

test('it does not work on a page of any other origin', async () => {
  await expect(visit('localhost')).rejects.toThrow('Could not reach the chat');
});

test('the cookie does not work on a page of an allowed origin of another site', async () => {
  const { page, context } = await openPage(browser, addressOf('127.0.0.1'));
  const value = await stack.token('alice');
  await context.addCookies([{ name: 'sessionid', value, url: stack.stack.edgeUrl, sameSite: 'Lax' }]);
  const read = page.evaluate(async (url) => {
    return (await fetch(url, { credentials: 'include' })).status;
  }, `${stack.stack.edgeUrl}/api/chats/`);
  await expect(read).rejects.toThrow('Failed to fetch');
  await context.close();
});

test('the elements show a chat and a room, and are styled by custom properties', async () => {
  const options = { serviceWorkers: 'allow' } as const;
  const address = `${addressOf('127.0.0.1')}/elements`;
  const { page, context, errors } = await openPage(browser, address, options);
  const [chat, room] = [page.locator('parley-chat'), page.locator('parley-room')];
  await page.evaluate(`(() => {
    const room = document.createElement('parley-room');
    Object.assign(room, { room: '1', url: document.querySelector('parley-chat').url });
    document.body.append(room);
    const heading = document.createElement('style');
    heading.textContent = 'h2, p { color: rgb(255, 0, 0) !important; }';
    document.head.append(heading);
  })()`);
  await room.evaluate((element, token) => element.setAttribute('token', token), await stack.token('bob'));

  await chat.getByRole('link', { name: /Everybody/ }).click();
  const write = async (element: typeof chat, text: string) => {
    const box = element.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill(text);
    await box.press('Enter');
  };
  await write(chat, 'Hello from the chat');
  await room.getByText('Hello from the chat', { exact: true }).waitFor();
  await write(room, 'Hello from the room');
  await chat.locator('.bubble').getByText('Hello from the room', { exact: true }).waitFor();

  // Formatting and emoji load later, from files beside the script.
  await write(room, 'Hello **in bold**');
  await chat.locator('.bubble strong').getByText('in bold').waitFor();
  await chat.getByRole('button', { name: 'Emoji', exact: true }).click();
  await chat.getByRole('textbox', { name: 'Search emoji' }).fill('rocket');
  await chat.getByRole('gridcell', { name: 'rocket' }).click();
  await chat.getByRole('dialog').waitFor({ state: 'detached' });
  const box = chat.getByRole('textbox', { name: 'Message', exact: true });
  expect(await box.inputValue()).toBe('🚀');
  await box.fill('');

  // Only the chat's own page has a service worker.
  expect(await page.evaluate('navigator.serviceWorker.getRegistrations()')).toEqual([]);

  // The element takes the user from its attribute, if it has one.
  const token = JSON.stringify(await stack.token('bob'));
  const named = `(async (token) => {
    const room = document.createElement('parley-room');
    Object.assign(room, { url: document.querySelector('parley-chat').url, user: '9', token });
    document.body.append(room);
    while (room.client?.state !== 'live') await new Promise((resume) => setTimeout(resume, 10));
    const { user } = room.client;
    room.remove();
    return user;
  })(${token})`;
  expect(await page.evaluate(named)).toBe('9');

  const heading = chat.getByRole('heading', { name: 'Chats' });
  const color = (locator: typeof heading) => locator.evaluate((element) => getComputedStyle(element).color);
  expect(await color(heading)).toBe('rgb(102, 51, 153)');
  expect(await color(room.getByText('Hello from the room', { exact: true }))).not.toBe('rgb(255, 0, 0)');
  expect(new URL(page.url()).hash).toBe('');
  expect(await room.getByRole('link', { name: 'Back to rooms' }).count()).toBe(0);

  await chat.evaluate((element) => element.setAttribute('lang', 'ar'));
  await chat.getByRole('heading', { name: 'الدردشات' }).waitFor();
  await chat.locator('.bubble').getByText('Hello from the room', { exact: true }).waitFor();
  expect(await color(chat.getByRole('heading', { name: 'الدردشات' }))).toBe('rgb(102, 51, 153)');
  const direction = (selector: string) =>
    page.locator(selector).evaluate((element) => getComputedStyle(element).direction);
  expect([await direction('parley-chat .shell'), await direction('html')]).toEqual(['rtl', 'ltr']);
  await chat.evaluate((element) => element.setAttribute('lang', 'en'));
  await heading.waitFor();

  // Narrow: either the list or the room.
  await chat.evaluate((element) => element.setAttribute('style', 'width: 20rem'));
  await chat.getByRole('link', { name: 'Back to rooms' }).click();
  await chat.getByRole('link', { name: /Everybody/ }).waitFor();

  const states = await chat.evaluate(async (element) => {
    const { client } = element as unknown as { client: { state: string } };
    document.body.append(element);
    await Promise.resolve();
    const moved = client.state;
    element.remove();
    await Promise.resolve();
    return [moved, client.state, 'client' in element && element.client];
  });
  expect(states).toEqual(['live', 'offline', undefined]);

  const drafts = () => page.evaluate(() => Object.keys(localStorage).filter((key) => /drafts/.test(key)));
  await room.getByRole('textbox', { name: 'Message', exact: true }).fill('A draft');
  await expect.poll(drafts).toHaveLength(1);
  await room.evaluate((element) => Reflect.get(element, 'client').close({ forget: true }));
  expect(await drafts()).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

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

const script = readFileSync(new URL('../../dist/client/client.js', import.meta.url), 'utf8');

const addressOf = (host: string) => `http://${host}:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  server = createServer((request, response) => {
    const isScript = request.url === '/client.js';
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html' });
    response.end(
      isScript ? script : '<!doctype html><title>Another app</title><link rel="icon" href="data:,">',
    );
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

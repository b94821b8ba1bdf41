import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePages, openBrowser, openPage } from '../support/browser.ts';
import { exampleFolder } from '../support/examples.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const root = join(import.meta.dirname, '../..');

let stack: TestStack;
let browser: Browser;
const examples = exampleFolder();
let ports: { readonly react: number; readonly rendering: number };
const children: ChildProcess[] = [];
let reactPage: PreviewServer;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program, and returns its first line that matches. */
async function firstLine(
  pattern: RegExp,
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (pattern.test(line)) return line;
  throw new Error(`${command} ended before it printed ${pattern}.`);
}

beforeAll(async () => {
  ports = { react: await freePort(), rendering: await freePort() };
  const allowedOrigins = [ports.react, ports.rendering].map((port) => `http://localhost:${port}`).join();
  [stack, browser] = await Promise.all([startTestStack({}, { allowedOrigins }), openBrowser()]);
});

afterAll(async () => {
  for (const child of children) child.kill();
  await Promise.all([closePages(), reactPage?.close(), stack?.stop()]);
  examples.remove();
});

test('the examples have no type errors', async () => {
  for (const name of ['react', 'server-rendering']) examples.copy(name);
  const config = { extends: './server-rendering/tsconfig.json', include: ['*/*.ts', '*/*.tsx'] };
  writeFileSync(join(examples.folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  expect((await promisify(execFile)(process.execPath, [tsc, '-p', examples.folder])).stdout).toBe('');
});

test('two people sign in and chat in the React example, on an origin of its own', async () => {
  const directory = examples.copy('react');
  process.env['VITE_CHAT_URL'] = stack.stack.edgeUrl;
  await build({ root: directory, logLevel: 'error' });
  delete process.env['VITE_CHAT_URL'];
  reactPage = await preview({ root: directory, preview: { port: ports.react, strictPort: true } });
  const url = `http://localhost:${ports.react}/`;
  const pages = await Promise.all([openPage(browser, url), openPage(browser, url)]);
  const [alice, bob] = pages.map(({ page }) => page) as [Page, Page];

  const signIn = async (page: Page, name: string, password = name) => {
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const say = async (page: Page, text: string) => {
    await page.getByLabel('Message').fill(text);
    await page.getByLabel('Message').press('Enter');
  };
  await signIn(alice, 'alice');
  await signIn(bob, 'bob');
  await say(alice, 'Hello bob');
  await bob.getByText('alice: Hello bob').waitFor();
  await say(bob, 'Hello alice');
  await alice.getByText('bob: Hello alice').waitFor();
  expect(pages.map(({ errors }) => errors)).toEqual([[], []]);

  await alice.reload();
  await signIn(alice, 'alice', 'wrong');
  await expect.poll(() => alice.getByRole('alert').textContent()).toMatch(/password/);
});

test('a page with a chat is rendered on the server and connects in the browser', async () => {
  const directory = examples.copy('server-rendering');
  const url = await firstLine(/^http/, process.execPath, ['server.ts'], directory, {
    CHAT_URL: stack.stack.edgeUrl,
    PORT: String(ports.rendering),
  });
  expect(await (await fetch(url)).text()).toContain('<p role="status">connecting</p>');
  const { page, errors } = await openPage(browser, url);
  await page.getByText('live', { exact: true }).waitFor();
  await expect.poll(() => page.locator('p').count()).toBeGreaterThan(1);
  expect(errors).toEqual([]);
});

const python = '/usr/bin/python3';
const websockets = await promisify(execFile)(python, ['-c', 'import websockets']).then(
  () => true,
  () => false,
);

// CI installs Debian's python3-websockets. Without it, the example cannot run.
test.skipIf(!websockets)('the Python example sends a message and prints those of the room', async () => {
  const token = await stack.token('carol');
  const args = ['chat.py', stack.stack.edgeUrl, token, '1', 'Hello from Python'];
  expect(await firstLine(/./, python, args, join(root, 'examples/python'))).toBe('3 Hello from Python');
});

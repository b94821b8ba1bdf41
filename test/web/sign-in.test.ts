import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { adminOf } from '../support/admin.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { pageTests, signIn } from '../support/person.ts';

const chat = pageTests();

const submit = (page: Page, label = 'Sign in') =>
  page.getByRole('button', { name: label, exact: true }).click();

/** Sends a message in the open room, and waits until the chat has stored it. */
async function say(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await composer.fill(text);
  await composer.press('Enter');
  const message = page.getByRole('article').filter({ hasText: text }).last();
  await message.getByText(/^(Sent|Delivered|Read)$/).waitFor();
}

/** Counts the requests to an address. */
function requestsTo(page: Page, path: RegExp) {
  const found: string[] = [];
  page.on('request', (request) => {
    if (path.test(request.url())) found.push(request.url());
  });
  return found;
}

const stored = (page: Page, storage: 'localStorage' | 'sessionStorage') =>
  page.evaluate(`JSON.parse(${storage}.getItem('parley:session'))`) as Promise<Record<string, unknown>>;

test('a session outlives its token: it is renewed before it expires, and after the chat rejects it', async () => {
  const { page, context } = await openPage(await openBrowser(), 'about:blank');
  await page.clock.install();
  await page.goto(`${chat.stack.stack.edgeUrl}/#/1`);
  await signIn(page, 'alice');
  await say(page, 'Before the hour');
  const refreshes = requestsTo(page, /\/login\/refresh\//);
  const before = await stored(page, 'sessionStorage');
  await page.clock.fastForward('59:30');
  await expect.poll(() => refreshes.length).toBe(1);
  await expect.poll(async () => (await stored(page, 'localStorage'))['token']).not.toBe(before['token']);
  await say(page, 'After the renewal');

  // The chat rejects the token of a new connection. The page gets another token without asking the user.
  await page.route('**/api/chats/**', (route) => route.fulfill({ status: 401, json: {} }), { times: 1 });
  await page.getByRole('link', { name: /Alice alone/ }).click();
  await page.getByRole('button', { name: 'Members' }).click();
  await page.getByRole('dialog').getByText('alice').first().waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => refreshes.length).toBe(2);
  await say(page, 'After the rejection');
  await context.close();
});

test('a new tab is signed in, and another user can sign in there without changing the first tab', async () => {
  const { page: alice, context } = await chat.open();
  await signIn(alice, 'alice');
  const bob = await context.newPage();
  await bob.goto(`${chat.stack.stack.edgeUrl}/#/1`);
  await bob.getByText('Signed in as alice').waitFor();
  await bob.getByRole('button', { name: 'Switch account' }).click();
  await bob.getByRole('button', { name: 'Continue as alice' }).waitFor();
  await signIn(bob, 'bob');
  await alice.goto(`${chat.stack.stack.edgeUrl}/#/1`);
  await bob.goto(`${chat.stack.stack.edgeUrl}/#/1`);
  await Promise.all([alice.reload(), bob.reload()]);
  await alice.getByText('Signed in as alice').waitFor();
  await bob.getByText('Signed in as bob').waitFor();
  await say(alice, 'From the first tab');
  await bob.getByText('From the first tab', { exact: true }).waitFor();
  await say(bob, 'From the second tab');
  await alice.getByText('From the second tab', { exact: true }).waitFor();

  // Signing out ends the session in the tabs that share it.
  const second = await context.newPage();
  await second.goto(chat.stack.stack.edgeUrl);
  await second.getByText('Signed in as bob').waitFor();
  const { refreshToken } = await stored(bob, 'sessionStorage');
  await submit(second, 'Sign out');
  await bob.getByText('You signed out in another tab.').waitFor();
  await alice.getByText('Signed in as alice').waitFor();
  await bob.reload();
  await bob.getByLabel('Password').waitFor();
  expect(await stored(bob, 'localStorage')).toBeNull();
  await expect
    .poll(async () => {
      const { status } = await fetch(`${chat.stack.stack.edgeUrl}/api/login/refresh/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ refresh_token: refreshToken }),
      });
      return status;
    })
    .toBe(401);
  await context.close();
});

test('shows a banned user the reason at once, and keeps the session until the ban ends', async () => {
  const admin = adminOf(chat.stack);
  const { page, context } = await chat.open();
  await signIn(page, 'carol');
  await admin.ban('3');
  onTestFinished(() => admin.unban('3').then(() => undefined));
  await page.getByText(/^No access: this account is banned/).waitFor();
  await page.getByLabel('Password').waitFor();
  await admin.unban('3');
  await page.getByRole('button', { name: 'Continue as carol' }).click();
  await page.getByText('Signed in as carol').waitFor();
  await context.close();
});

const storages = `[localStorage, sessionStorage]`;

test.each([
  [
    'is blocked',
    `for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } });
    delete window.BroadcastChannel;
    navigator.locks.request = () => Promise.reject(new DOMException('blocked', 'SecurityError'));
    Object.defineProperty(Navigator.prototype, 'serviceWorker', {
      get() { throw new DOMException('blocked', 'SecurityError'); },
    });`,
  ],
  ['is full', `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };`],
  [
    'has broken values',
    `for (const storage of ${storages})
      if (!storage.getItem('started')) {
        storage.setItem('started', 'yes');
        storage.setItem('parley:session', storage === localStorage ? '{"token":' : '{"token":7}');
        storage.setItem('parley:' + location.origin + ':1', 'null');
      }`,
  ],
  [
    'has other values',
    `for (const storage of ${storages})
      if (!storage.getItem('started')) {
        storage.setItem('started', 'yes');
        storage.setItem('parley:session', 'no JSON');
        storage.setItem('parley:' + location.origin + ':1', '{}');
      }`,
  ],
])('signing in, sending and reloading work if the storage %s', async (_how, script) => {
  const { page, context, errors } = await openPage(await openBrowser(), 'about:blank');
  const texts: (string | null)[] = [];
  await page.exposeFunction('noteText', (text: string) => texts.push(text));
  await page.addInitScript(script);
  await page.addInitScript(noteWelcomes);
  await page.goto(`${chat.stack.stack.edgeUrl}/#/1`);
  await signIn(page, 'alice');
  await say(page, 'With a strange storage');
  await page.reload();
  if (/broken|other/.test(_how)) await say(page, 'After a reload');
  else await signIn(page, 'alice');
  // The address has a room, so the page never asks for one.
  expect(texts).toEqual([]);
  await submit(page, 'Sign out');
  await page.locator('[name=username]:focus').waitFor();
  expect(errors).toEqual([]);
  await context.close();
});

/** Runs in the page: reports each text that asks the user to choose a room. */
const noteWelcomes = `new MutationObserver(() => {
  const welcome = document.querySelector('.welcome');
  if (welcome) noteText(welcome.textContent);
}).observe(document, { childList: true, subtree: true });`;

test('the focus stays on the page when its user signs in and out', async () => {
  const { page, context } = await chat.open();
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password').fill('alice');
  await page.keyboard.press('Enter');
  await page.locator('h1:focus').waitFor();
  await page.getByRole('link', { name: /Everybody/ }).waitFor();
  expect(await page.locator('h1:focus').count()).toBe(1);
  await submit(page, 'Sign out');
  await page.locator('[name=username]:focus').waitFor();
  await context.close();
});

describe('passwords', () => {
  const rules =
    /^Use at least 12 characters, with a lowercase letter, an uppercase letter, a digit, and a symbol/;

  test('a temporary password is replaced by a new one that follows the rules', async () => {
    const cognito = new CognitoIdentityProviderClient({
      endpoint: chat.stack.stack.servicesUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
    });
    onTestFinished(() => cognito.destroy());
    await cognito.send(
      new AdminCreateUserCommand({
        UserPoolId: chat.stack.stack.outputs['UserPoolId'],
        Username: 'erin',
        TemporaryPassword: 'Temporary-pass-1',
      }),
    );
    const { page, context } = await chat.open();
    await page.getByLabel('User name').fill('erin');
    await page.getByLabel('Password').fill('Temporary-pass-1');
    await submit(page);
    await page.getByText('Your password is temporary.').waitFor();
    await page.locator('[name="attribute:email"]:focus').waitFor();
    await page.getByText(rules).waitFor();
    await page.getByLabel('Email address').fill('erin@example.com');
    await page.getByLabel('New password').fill('too short');
    await submit(page, 'Save and sign in');
    await page.locator('[name=password]:focus[aria-invalid=true]').waitFor();
    await page.getByText(/^Password not changed/).waitFor();
    await page.getByLabel('New password').fill('A-lasting-pass-1');
    await submit(page, 'Save and sign in');
    await page.getByText('Signed in as erin').waitFor();
    await context.close();
  });

  test('a forgotten password is replaced with the code from the e-mail', async () => {
    const { page, context } = await chat.open();
    await page.getByLabel('User name').fill('dave');
    await submit(page, 'Forgot your password?');
    expect(await page.locator('[name=username]:focus').inputValue()).toBe('dave');
    await submit(page, 'Send a code');
    await page.getByText('If dave has a verified email address, a code is on its way.').waitFor();
    await page.getByLabel('Code').fill('000000x');
    await page.getByLabel('New password').fill('A-lasting-pass-1');
    await submit(page, 'Save and sign in');
    await page.getByText('the code is wrong').waitFor();
    await page.locator('[name=code]:focus[aria-invalid=true]').waitFor();
    expect(await page.getByLabel('New password').getAttribute('aria-invalid')).toBe('false');
    const mail = chat.stack.lines.findLast((line) => line.includes('dave@example.com')) ?? '';
    await page.getByLabel('Code').fill(/\d{6}$/.exec(mail)?.[0] ?? '');
    await submit(page, 'Save and sign in');
    await page.getByText('Signed in as dave').waitFor();
    await context.close();
  });
});

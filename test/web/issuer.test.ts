import { createServer } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePages, openBrowser, openPage } from '../support/browser.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;
let issuer: string;

/** Returns a free port. The template names the issuer, so its port must be known before the stack starts. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

beforeAll(async () => {
  const services = await freePort();
  issuer = `http://127.0.0.1:${services}`;
  [stack, browser] = await Promise.all([
    startTestStack(
      { ports: { edge: 0, socket: 0, dynamodb: 0, services } },
      { issuer, audience: 'parley', jwksUri: `${issuer}/.well-known/jwks.json`, clientId: 'parley-page' },
    ),
    openBrowser(),
  ]);
});

afterAll(async () => {
  await closePages();
  await stack?.stop();
});

const open = (path = '') => openPage(browser, `${stack.stack.edgeUrl}/${path}`);

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function signInAtIssuer(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name: 'Local issuer' }).waitFor();
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(name);
  await press(page, 'Sign in');
}

/** Changes what the tab remembers while its user is at the issuer. */
const remember = (page: Page, change: object) =>
  page.evaluate((change) => {
    const remembered = JSON.parse(sessionStorage.getItem('parley:sign-in') ?? '{}');
    sessionStorage.setItem('parley:sign-in', JSON.stringify({ ...remembered, ...change }));
  }, change);

/** Starts a sign-in whose answer does not match what the tab remembers. */
async function signInWith(page: Page, change: object): Promise<void> {
  await page.getByText(/^You'll sign in at 127\.0\.0\.1/).waitFor();
  await press(page, 'Sign in');
  await page.getByRole('heading', { name: 'Local issuer' }).waitFor();
  const address = page.url();
  // Another page of the chat's origin reaches the same storage.
  await page.goto(`${stack.stack.edgeUrl}/api/login/`);
  await remember(page, change);
  await page.goto(address);
  await signInAtIssuer(page, 'alice');
}

test('signs in at the issuer, stays signed in, and keeps each tab’s user', async () => {
  const { page, context, errors } = await open('#/1');
  await context.clock.install();
  await press(page, 'Sign in');
  await signInAtIssuer(page, 'alice');
  await page.getByText('Signed in as alice').waitFor();
  await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
  expect(page.url()).toBe(`${stack.stack.edgeUrl}/#/1`);

  // The refresh token rotates, so the second renewal needs the answer of the first.
  for (const _hour of [1, 2]) {
    const renewed = page.waitForResponse(/\/oauth\/token/);
    await page.clock.fastForward('59:30');
    expect((await renewed).status()).toBe(200);
  }
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await composer.fill('Two hours later');
  await composer.press('Enter');
  await page
    .getByRole('article')
    .filter({ hasText: 'Two hours later' })
    .getByText(/^(Sent|Delivered|Read)$/)
    .waitFor();

  const other = await context.newPage();
  await other.goto(stack.stack.edgeUrl);
  await other.getByText('Signed in as alice').waitFor();
  await press(other, 'Switch account');
  await press(other, 'Sign in');
  // The issuer remembers alice, but asks for her password again.
  await signInAtIssuer(other, 'bob');
  await other.getByText('Signed in as bob').waitFor();
  await page.reload();
  await page.getByText('Signed in as alice').waitFor();

  const revoked = page.waitForResponse(/\/oauth\/revoke/);
  await press(page, 'Sign out');
  expect((await revoked).status()).toBe(200);
  await page.getByText(/^You'll sign in at/).waitFor();
  expect(errors).toEqual([]);
  await context.close();
});

describe('shows an error for', () => {
  test('a cancelled sign-in, after which another one succeeds', async () => {
    const { page, context } = await open();
    await press(page, 'Sign in');
    await press(page, 'Cancel');
    await page.getByText('The sign-in was cancelled or not allowed').waitFor();
    expect(page.url()).toBe(`${stack.stack.edgeUrl}/`);
    await press(page, 'Sign in');
    await signInAtIssuer(page, 'carol');
    await page.getByText('Signed in as carol').waitFor();
    await context.close();
  });

  test('a token for another sign-in', async () => {
    const { page, context } = await open();
    await signInWith(page, { nonce: 'x'.repeat(43) });
    await page.getByText('the answer of the sign-in service is not valid').waitFor();
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, location.search])).toEqual([
      0,
      0,
      '',
    ]);
    await context.close();
  });

  test('an answer to a sign-in that this tab has not started', async () => {
    const { page, context } = await open('?code=stolen&state=forged');
    await page.getByText("the sign-in didn't start in this tab").waitFor();
    expect(page.url()).toBe(`${stack.stack.edgeUrl}/`);
    await press(page, 'Sign in');
    await signInAtIssuer(page, 'alice');
    await page.getByText('Signed in as alice').waitFor();
    // It does not end a session.
    await page.goto(`${stack.stack.edgeUrl}/?code=stolen&state=forged`);
    await page.getByText('Signed in as alice').waitFor();
    await context.close();
  });

  test('an unreachable issuer', async () => {
    const { page, context } = await open();
    await page.getByText(/^You'll sign in at/).waitFor();
    await page.route(/openid-configuration/, (route) => route.abort());
    await press(page, 'Sign in');
    await page.getByText("Couldn't connect.").waitFor();
    await context.close();
  });
});

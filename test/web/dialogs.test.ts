import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from '../support/browser.ts';
import { arrive, type Person } from '../support/person.ts';
import { picture } from '../support/picture.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  const url = stack.stack.edgeUrl;
  [alice, bob] = await Promise.all([arrive(browser, url, 'alice'), arrive(browser, url, 'bob')]);
  // The chat knows those who have connected once.
  await bob.page.locator('.banner').waitFor({ state: 'detached' });
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Runs in the page: two clicks before anything is drawn. */
const clickTwice = (button: HTMLElement) => {
  button.click();
  button.click();
};

/** Counts what goes out while something is done. */
async function posted(page: Page, path: RegExp, deed: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const onRequest = (request: { method(): string; url(): string }) => {
    if (request.method() === 'POST' && path.test(request.url())) count++;
  };
  page.on('request', onRequest);
  await deed();
  page.off('request', onRequest);
  return count;
}

const rooms = ({ page }: Person, name: string) =>
  page.getByRole('navigation').locator('.room-name').getByText(name, { exact: true });

test('two quick clicks make one room, and whom nobody knows in it is named', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Garden');
  await page.getByLabel('User ids of the others, with commas between').fill('2, nobody-9');
  const made = await posted(page, /\/api\/chats\/$/, async () => {
    await page.getByRole('button', { name: 'Make the room' }).evaluate(clickTwice);
    await page.getByText('Nobody with this id has signed in yet: nobody-9.').waitFor();
  });
  expect(made).toBe(1);
  await page.getByRole('button', { name: 'Go to the room' }).click();
  await page.getByRole('heading', { name: 'Garden' }).waitFor();
  await rooms(alice, 'Garden').waitFor();
  expect(await rooms(alice, 'Garden').count()).toBe(1);
});

test('two quick clicks add one member, an id that nobody has signed in with shows, and a refused one stays', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'Members' }).click();
  const field = page.getByLabel('Add somebody by their user id');
  await field.fill('nobody-10');
  const added = await posted(page, /\/members\/$/, async () => {
    await page.getByRole('button', { name: 'Add', exact: true }).evaluate(clickTwice);
    await page.getByText('Nobody with this id has signed in yet: nobody-10.').waitFor();
  });
  expect(added).toBe(1);
  expect(await page.getByText('member, not here yet').count()).toBe(2);
  expect(await field.inputValue()).toBe('');
  await page.route('**/members/', (route) => route.abort());
  await field.fill('3');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('dialog').getByText('The chat does not answer').waitFor();
  expect(await field.inputValue()).toBe('3');
  await page.unroute('**/members/');
  await page.getByRole('button', { name: 'Close' }).click();
});

test('two quick clicks delete one message, and nothing is said against it', async () => {
  const { page } = alice;
  await alice.say('Not for here');
  await alice
    .message('Not for here')
    .getByText(/^(Sent|Delivered|Read)$/)
    .waitFor({ state: 'attached' });
  await alice.press('Not for here', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).evaluate(clickTwice);
  await alice.message('Message deleted').waitFor();
  // What comes after it on the same socket is there: so would be a refusal.
  await alice.say('All is well');
  await alice
    .message('All is well')
    .getByText(/^(Sent|Delivered|Read)$/)
    .waitFor({ state: 'attached' });
  expect(await page.locator('.notice').count()).toBe(0);
});

test('whoever leaves a room is out of it, and it is out of their list', async () => {
  const { page } = bob;
  await bob.enter('Garden');
  await page.getByRole('button', { name: 'Members' }).click();
  await page.getByRole('button', { name: 'Leave this room' }).evaluate(clickTwice);
  await page.getByText('Choose a room, or make one.').waitFor();
  await rooms(bob, 'Garden').waitFor({ state: 'detached' });
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('dialog').getByText('nobody-10').first().waitFor();
  expect(await alice.page.locator('.members').getByText('bob').count()).toBe(0);
  await alice.page.getByRole('button', { name: 'Close' }).click();
});

test('a picture of more than 5 MB shows when somebody asks for it', async () => {
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  // What stands behind a picture's end is no part of it.
  const buffer = Buffer.concat([picture(64, 40), Buffer.alloc(5_000_001)]);
  await bob.page
    .getByLabel('File to send')
    .setInputFiles({ name: 'wide.png', mimeType: 'image/png', buffer });
  await bob.say('A large one');
  const message = alice.message('A large one');
  await message.getByText('5.0 MB').waitFor();
  const shown = message.getByRole('img', { name: 'wide.png', exact: true });
  expect(await shown.count()).toBe(0);
  await message.getByRole('button', { name: 'Show' }).click();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64);
});

test('after a wrong password the field has the focus, and what was wrong belongs to it', async () => {
  const { page, context } = await openPage(browser, stack.stack.edgeUrl);
  await page.getByLabel('User name').fill('carol');
  await page.getByLabel('Password').fill('wrong');
  const asked = await posted(page, /\/login\//, async () => {
    await page.getByRole('button', { name: 'Sign in' }).evaluate(clickTwice);
    await page.locator('[name=password]:focus[aria-invalid=true]').waitFor();
  });
  expect(asked).toBe(1);
  const told = page.getByRole('alert').filter({ hasText: /./ });
  const problem = await told.textContent();
  expect(problem).toMatch(/password/i);
  const described = await page.getByLabel('Password').getAttribute('aria-describedby');
  expect(described).toBe(await told.getAttribute('id'));
  // What was typed is marked, so that the next key replaces it.
  await page.keyboard.type('carol');
  await page.keyboard.press('Enter');
  await page.getByText('Signed in as carol').waitFor();
  await context.close();
});

test('where the chat has no passwords it asks for a token, and takes none that is refused', async () => {
  const { page, context } = await openPage(browser, stack.stack.edgeUrl);
  const json = { error: 'NO_PASSWORD_LOGIN', message: 'There is no login by password: bring a token' };
  await page.route('**/api/login/', (route) => route.fulfill({ status: 501, json }));
  await page.getByLabel('User name').fill('carol');
  await page.getByLabel('Password').fill('carol');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const token = page.getByRole('textbox', { name: 'Token' });
  await token.fill('not.a.token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The token was refused').waitFor();
  await page.locator('[name=token]:focus').waitFor();
  await token.fill(await stack.token('carol'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: /Everybody/ }).waitFor();
  await context.close();
});

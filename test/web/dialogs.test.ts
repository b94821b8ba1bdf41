import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';
import { picture } from '../support/picture.ts';

const chat = pageTests();
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [alice, bob] = await Promise.all([chat.signIn('alice'), chat.signIn('bob')]);
  // The server knows a user's name once the user has connected.
  await bob.page.locator('.banner').waitFor({ state: 'detached' });
});

/** Runs in the page: clicks twice before the page renders. */
const clickTwice = (button: HTMLElement) => {
  button.click();
  button.click();
};

/** Counts the POST requests to a path while an action runs. */
async function countPosts(page: Page, path: RegExp, action: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const onRequest = (request: { method(): string; url(): string }) => {
    if (request.method() === 'POST' && path.test(request.url())) count++;
  };
  page.on('request', onRequest);
  await action();
  page.off('request', onRequest);
  return count;
}

const rooms = ({ page }: Person, name: string) =>
  page.getByRole('navigation').locator('.room-name').getByText(name, { exact: true });

/** Types into a field that searches people, and chooses an option. */
async function choose({ page }: Person, field: string, text: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field }).fill(text);
  await page.getByRole('option', { name: option }).click();
}

test('creates one room on a double click with a person found by name, and with an invited ID', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Garden');
  await choose(alice, 'People', 'BO', 'bob');
  await choose(alice, 'People', 'nobody-9', 'Invite nobody-9');
  const created = await countPosts(page, /\/api\/chats\/$/, async () => {
    await page.getByRole('button', { name: 'Create room' }).evaluate(clickTwice);
    await page.getByText('Invited: nobody-9.').waitFor();
  });
  expect(created).toBe(1);
  await page.getByRole('button', { name: 'Open room' }).click();
  await page.getByRole('heading', { name: 'Garden' }).waitFor();
  await rooms(alice, 'Garden').waitFor();
  expect(await rooms(alice, 'Garden').count()).toBe(1);
});

test('adds one member on a double click, marks an invited ID, and keeps the choice after an error', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'Members' }).click();
  await choose(alice, 'Add people', 'nobody-10', 'Invite nobody-10');
  const added = await countPosts(page, /\/members\/$/, async () => {
    await page.getByRole('button', { name: 'Add', exact: true }).evaluate(clickTwice);
    await page.getByText('Invited: nobody-10.').waitFor();
  });
  expect(added).toBe(1);
  expect(await page.getByText('member, invited').count()).toBe(2);
  const chosen = page.getByRole('list', { name: 'Chosen people' });
  expect(await chosen.count()).toBe(0);
  await page.route('**/members/', (route) => route.abort());
  await choose(alice, 'Add people', 'car', 'carol');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('dialog').getByText('Could not reach the chat').waitFor();
  expect(await chosen.textContent()).toBe('carol');
  await page.unroute('**/members/');
  await page.getByRole('button', { name: 'Close' }).click();
});

test('chooses people with the keyboard, and drops the answer to an earlier text', async () => {
  const { page } = alice;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/users/?query=ca*', async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByText('Direct message').click();
  const field = page.getByRole('combobox', { name: 'Person' });
  const asked = page.waitForRequest(/query=ca/);
  await field.fill('ca');
  await asked;
  await field.fill('b');
  await page.getByText('Nobody found').waitFor();
  expect(await field.getAttribute('aria-activedescendant')).toBeNull();
  await field.press('ArrowDown');
  const active = async () =>
    page.locator(`[id="${await field.getAttribute('aria-activedescendant')}"]`).innerText();
  expect(await active()).toMatch(/\nInvite b\n/);
  await field.fill('bo');
  await page.getByText('1 result').waitFor();
  expect(await active()).toMatch(/\nbob\n2$/);
  const answered = page.waitForResponse(/query=ca/);
  release();
  await answered;
  await field.press('ArrowDown');
  expect(await page.getByRole('option').allInnerTexts()).toEqual([
    expect.stringMatching(/\nbob\n/),
    expect.stringMatching(/\nInvite bo\n/),
  ]);
  await field.press('ArrowDown');
  // Escape closes the list, and not the dialog.
  await field.press('Escape');
  expect(await field.getAttribute('aria-expanded')).toBe('false');
  await field.press('ArrowUp');
  await field.press('Enter');
  await page.getByRole('button', { name: 'Remove bob' }).waitFor();
  expect(await field.inputValue()).toBe('');
  await field.press('Enter');
  await page.getByRole('heading', { name: 'bob' }).waitFor();
  await page.unroute('**/api/users/?query=ca*');
});

test('invites by ID in a chat without a search, and asks the server once', async () => {
  const carol = await chat.signIn('carol');
  let requests = 0;
  await carol.page.route('**/api/users/**', (route) => {
    requests++;
    return route.fulfill({ status: 403, json: { error: 'DIRECTORY_OFF', message: 'People not found' } });
  });
  await carol.page.getByRole('button', { name: 'New room' }).click();
  await choose(carol, 'People', 'nobody-11', 'Invite nobody-11');
  await choose(carol, 'People', 'nobody-12', 'Invite nobody-12');
  expect(requests).toBe(1);
  expect(await carol.page.getByRole('list', { name: 'Chosen people' }).innerText()).toBe(
    'nobody-11 (invited)\nnobody-12 (invited)',
  );
  await carol.context.close();
});

test('opens a direct room from an avatar, and copies a user ID', async () => {
  const { page, context } = alice;
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await alice.enter('Everybody');
  await page.getByRole('button', { name: 'Members' }).click();
  await page.getByRole('button', { name: 'Profile of alice' }).click();
  const own = page.getByRole('dialog', { name: 'alice (you)' });
  await own.getByRole('button', { name: 'Copy' }).click();
  await own.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await copied()).toBe('1');
  expect(await own.getByRole('button', { name: 'Send a message' }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Profile of carol' }).click();
  await page.getByRole('dialog', { name: 'carol' }).getByRole('button', { name: 'Send a message' }).click();
  await expect.poll(() => decodeURIComponent(page.url())).toMatch(/#\/direct:1:3$/);
  await bob.enter('Everybody');
  await bob.say('Write to me');
  await alice.enter('Everybody');
  await alice.message('Write to me').getByRole('button', { name: 'Profile of bob' }).click();
  await page.getByRole('dialog', { name: 'bob' }).getByRole('button', { name: 'Send a message' }).click();
  await expect.poll(() => decodeURIComponent(page.url())).toMatch(/#\/direct:1:2$/);
  await alice.enter('Garden');
});

test('gives the focus back when the user cancels, and deletes a message once on a double click', async () => {
  const { page } = alice;
  await alice.say('Not for here');
  await alice.receipt('Not for here', /^(Sent|Delivered|Read)$/);
  await alice.press('Not for here', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.locator('[aria-label=Delete]:focus').waitFor();
  await alice.press('Not for here', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).evaluate(clickTwice);
  await alice.message('Message deleted').waitFor();
  // An error for the deletion would have arrived before this message's answer.
  await alice.say('All is well');
  await alice.receipt('All is well', /^(Sent|Delivered|Read)$/);
  expect(await page.locator('.notice').count()).toBe(0);
});

test('leaves a room, which disappears from the list', async () => {
  const { page } = bob;
  await bob.enter('Garden');
  await page.getByRole('button', { name: 'Members' }).click();
  await page.getByRole('button', { name: 'Leave room' }).evaluate(clickTwice);
  await page.getByText('Select a room, or create one.').waitFor();
  await rooms(bob, 'Garden').waitFor({ state: 'detached' });
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('dialog').getByText('nobody-10').first().waitFor();
  await expect.poll(() => alice.page.locator('.members').getByText('bob').count()).toBe(0);
  await alice.page.getByRole('button', { name: 'Close' }).click();
});

test('shows a picture of more than 5 MB on request', async () => {
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  // Decoders ignore bytes after the end of a picture.
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

test('selects the password field after a wrong password, and links the error to it', async () => {
  const { page, context } = await chat.open();
  await page.getByLabel('User name').fill('carol');
  await page.getByLabel('Password').fill('wrong');
  const logins = await countPosts(page, /\/login\//, async () => {
    await page.getByRole('button', { name: 'Sign in' }).evaluate(clickTwice);
    await page.locator('[name=password]:focus[aria-invalid=true]').waitFor();
  });
  expect(logins).toBe(1);
  const alert = page.getByRole('alert').filter({ hasText: /./ });
  const problem = await alert.textContent();
  expect(problem).toMatch(/password/i);
  const described = await page.getByLabel('Password').getAttribute('aria-describedby');
  expect(described).toBe(await alert.getAttribute('id'));
  // The wrong password is selected, so typing replaces it.
  await page.keyboard.type('carol');
  await page.keyboard.press('Enter');
  await page.getByText('Signed in as carol').waitFor();
  await context.close();
});

test('asks for a token if the chat has no passwords, and rejects an invalid token', async () => {
  const { page, context } = await chat.open();
  const json = { error: 'NO_PASSWORD_LOGIN', message: 'There is no login by password: bring a token' };
  await page.route('**/api/login/', (route) => route.fulfill({ status: 501, json }));
  await page.getByLabel('User name').fill('carol');
  await page.getByLabel('Password').fill('carol');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const token = page.getByRole('textbox', { name: 'Token' });
  await token.fill('not.a.token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('the token is invalid or expired').waitFor();
  await page.locator('[name=token]:focus').waitFor();
  await token.fill(await chat.stack.token('carol'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: /Everybody/ }).waitFor();
  await context.close();
});

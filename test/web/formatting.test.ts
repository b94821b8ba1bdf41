import { beforeAll, expect, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';

const chat = pageTests();
let alice: Person;

const formatted = `**Plan** for *today*, see https://example.com/_a_(b):
* milk
* \`eggs\`
> Was that all?
Yes!
\`\`\`js
const a = '**';
\`\`\``;

beforeAll(async () => {
  alice = await chat.signIn('alice');
  await alice.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await alice.enter('Everybody');
  await alice.say(formatted);
});

const last = () => alice.page.getByRole('article').last();
const clipboard = () => alice.page.evaluate('navigator.clipboard.readText()');

test('links the addresses of every kind', async () => {
  await alice.say(
    '(see https://en.wikipedia.org/wiki/Mercury_(planet)) or www.example.com. Write to a@example.com!',
  );
  const links = last().getByRole('link');
  await links.nth(2).waitFor();
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(hrefs).toEqual([
    'https://en.wikipedia.org/wiki/Mercury_(planet)',
    'https://www.example.com',
    'mailto:a@example.com',
  ]);
});

test('shows formatting as elements, and a preview without markers', async () => {
  const message = alice.page.getByRole('article', { name: /Plan for today/ });
  await message.locator('strong').getByText('Plan').waitFor();
  expect(await message.locator('em').allTextContents()).toEqual(['today']);
  expect(await message.getByRole('link').getAttribute('href')).toBe('https://example.com/_a_(b)');
  expect(await message.getByRole('listitem').count()).toBe(2);
  expect(await message.locator('blockquote').textContent()).toBe('Was that all?');
  expect(await message.locator('.formatted > p').last().textContent()).toBe('Yes!');
  await alice.say('_now_ **here**');
  await alice.page.locator('.room-preview').getByText('You: now here').waitFor();
});

test('shows the typed text for an edit, and keeps line breaks and blanks of any text', async () => {
  await last().locator('em').waitFor();
  await alice.page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
  const field = alice.page.getByRole('textbox', { name: 'Edit message' });
  expect(await field.inputValue()).toBe('_now_ **here**');
  await field.fill('*a*\n\n   indented');
  await field.press('Enter');
  await last().locator('em').getByText('a', { exact: true }).waitFor();
  expect(await last().locator('.formatted').innerText()).toBe('a\n\n   indented');
});

test('copies code with a button that the keyboard reaches, and says so', async () => {
  const copy = alice.page.getByRole('button', { name: 'Copy code' });
  await copy.focus();
  await alice.page.keyboard.press('Enter');
  await alice.page.getByRole('status').getByText('Code copied').waitFor({ state: 'attached' });
  expect(await clipboard()).toBe("const a = '**';");
});

test('copies a whole formatted message as it was typed', async () => {
  await last()
    .locator('.formatted')
    .evaluate((text) => getSelection()?.selectAllChildren(text));
  await alice.page.keyboard.press('ControlOrMeta+c');
  expect(await clipboard()).toBe('*a*\n\n   indented');
});

test('copies the typed text of a message from its menu', async () => {
  await last().hover();
  await last().getByRole('button', { name: 'More actions' }).click();
  await alice.page.evaluate("navigator.clipboard.writeText('')");
  await alice.page.getByRole('menuitem', { name: 'Copy text' }).click();
  await expect.poll(clipboard).toBe('*a*\n\n   indented');
});

test('shows a message of only emoji larger than text', async () => {
  const size = () =>
    last()
      .locator('.text')
      .evaluate((text) => Number.parseFloat(getComputedStyle(text).fontSize));
  await alice.say('Hi');
  await alice.message('Hi').waitFor();
  const small = await size();
  await alice.say('🎉👍🏽');
  await alice.message('🎉👍🏽').waitFor();
  expect(await size()).toBeGreaterThan(2 * small);
});

test('does not move the messages while the parser loads', async () => {
  const { page } = alice;
  await page.route('**/formatted-text-*.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await page.addInitScript(`new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) globalThis.shifts = (globalThis.shifts ?? 0) + value;
  }).observe({ type: 'layout-shift', buffered: true });`);
  await page.reload();
  await page
    .getByRole('article', { name: /Plan for today/ })
    .locator('strong')
    .waitFor();
  expect(Number(await page.evaluate('globalThis.shifts ?? 0'))).toBeLessThan(0.05);
  expect(alice.errors).toEqual([]);
});

import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, openPage } from '../support/browser.ts';
import { arrive, type Person } from '../support/person.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  const url = stack.stack.edgeUrl;
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  [alice, bob] = await Promise.all([arrive(browser, url, 'alice'), arrive(browser, url, 'bob', phone)]);
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  await alice.say('Read it out, please: https://example.com/');
  await bob.message('Read it out, please: https://example.com/').waitFor();
  await bob.say('One of mine');
  await alice.press('One of mine', 'Reply');
  await alice.say('An answer');
  await bob.message('An answer').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** What axe finds serious in a page as it stands, by light and by dark. */
async function serious(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(),
    );
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      for (const { html } of nodes) found.push(`${colorScheme}: ${id}: ${html}`);
    }
  }
  return found;
}

describe('axe finds nothing serious, by light and by dark,', () => {
  test('where one signs in', async () => {
    const { page, context } = await openPage(browser, stack.stack.edgeUrl);
    await page.getByLabel('Password').waitFor();
    expect(await serious(page)).toEqual([]);
    await context.close();
  });

  test('in a room on the desk, with a message’s actions and emoji', async () => {
    await alice.press('One of mine', 'React');
    expect(await serious(alice.page)).toEqual([]);
    await alice.page.getByRole('button', { name: 'Heart' }).click();
    await alice.page.getByRole('button', { name: /1 reaction, by you/ }).waitFor();
    expect(await serious(alice.page)).toEqual([]);
  });

  test('in a room on the phone, and in the list of rooms', async () => {
    expect(await serious(bob.page)).toEqual([]);
    await bob.page.getByRole('link', { name: 'Back to the rooms' }).click();
    await bob.page.getByRole('link', { name: 'Everybody' }).waitFor();
    await alice.say('For the badge');
    await bob.page.getByText('1 unread message').waitFor({ state: 'attached' });
    expect(await serious(bob.page)).toEqual([]);
  });

  test.each(['Members', 'New room'])('in the dialog %s', async (name) => {
    await alice.page.getByRole('button', { name }).click();
    await alice.page.getByRole('dialog', { name }).waitFor();
    expect(await serious(alice.page)).toEqual([]);
    await alice.page.getByRole('button', { name: 'Close' }).click();
  });

  test('while one is offline', async () => {
    await bob.context.setOffline(true);
    await bob.page.evaluate(() => dispatchEvent(new Event('online')));
    await alice.page.emulateMedia({ colorScheme: 'light' });
    expect(await serious(bob.page)).toEqual([]);
    await bob.context.setOffline(false);
  });
});

describe('without a mouse', () => {
  test('arrow keys go from message to message, Tab to what can be done about it, Escape back', async () => {
    const { page } = alice;
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await alice.message('An answer').focus();
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toMatch(/^bob, .*: One of mine$/);
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^You, .*: Read it out, please/);
    await page.keyboard.press('ArrowDown');
    await alice.message('One of mine').getByRole('button', { name: 'Reply' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('article') !== null)).toBe(true);
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/: One of mine$/);
  });

  test('the log is one stop for Tab, and each message says who, when and what', async () => {
    expect(await alice.page.locator('article[tabindex="0"]').count()).toBe(1);
    const label = await alice.message('An answer').getAttribute('aria-label');
    expect(label).toMatch(/^You, \d.*: An answer$/);
  });

  test('Shift and Enter begin a line, and Enter sends both', async () => {
    const { page } = alice;
    const composer = page.getByRole('textbox', { name: 'Message' });
    await composer.focus();
    await page.keyboard.type('One line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('and another');
    await page.keyboard.press('Enter');
    await expect.poll(() => alice.texts()).toContain('One line\nand another');
  });
});

test('what others say is read out as it comes, and older messages are not', async () => {
  const log = alice.page.getByRole('log', { name: 'Messages' });
  expect(await log.getAttribute('aria-live')).toBe('off');
  await bob.enter('Everybody');
  await bob.say('Hear this');
  await alice.page.locator('[aria-live="polite"]').getByText('bob: Hear this').waitFor({ state: 'attached' });
});

test('on a phone one pane shows at a time, nothing is wider than the screen, and buttons fit a finger', async () => {
  const { page } = bob;
  expect(await page.getByRole('navigation').isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  for (const name of ['Send', 'Attach a file', 'Members', 'Back to the rooms']) {
    const box = await page.getByLabel(name, { exact: true }).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(40);
  }
});

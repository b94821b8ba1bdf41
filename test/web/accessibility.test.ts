import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';

const chat = pageTests();
let alice: Person;
let bob: Person;

beforeAll(async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  [alice, bob] = await Promise.all([chat.signIn('alice'), chat.signIn('bob', phone)]);
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  await alice.say('Read it out, please: https://example.com/');
  await bob.message('Read it out, please: https://example.com/').waitFor();
  await bob.say('One of mine');
  await alice.press('One of mine', 'Reply');
  await alice.say('An answer');
  await bob.message('An answer').waitFor();
});

/** Returns axe's serious findings for the current page, in the light and the dark theme. */
async function seriousFindings(page: Page): Promise<readonly string[]> {
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

describe('axe finds no serious problem in either theme', () => {
  test('on the sign-in page, and in the form for a forgotten password', async () => {
    const { page, context } = await chat.open();
    await page.getByLabel('Password').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('User name').fill('dave');
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByRole('button', { name: 'Send a code' }).click();
    await page.getByLabel('New password').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await context.close();
  });

  test('in a room on a desktop, with message actions and the emoji picker', async () => {
    await alice.press('One of mine', 'React');
    expect(await seriousFindings(alice.page)).toEqual([]);
    await alice.page.getByRole('button', { name: 'Heart' }).click();
    await alice.page.getByRole('button', { name: /1 reaction, by you/ }).waitFor();
    expect(await seriousFindings(alice.page)).toEqual([]);
  });

  test('in a room and in the room list on a phone', async () => {
    expect(await seriousFindings(bob.page)).toEqual([]);
    await bob.page.getByRole('link', { name: 'Back to rooms' }).click();
    await bob.page.getByRole('link', { name: 'Everybody' }).waitFor();
    await alice.say('For the badge');
    await bob.page.getByText('1 unread message').waitFor({ state: 'attached' });
    expect(await seriousFindings(bob.page)).toEqual([]);
  });

  test.each([
    ['Members', 'Add people', 'nobody'],
    ['New room', 'People', 'bob'],
  ])('in the %s dialog, with people to choose and a chosen one', async (name, field, person) => {
    const { page } = alice;
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog', { name }).waitFor();
    await page.getByRole('combobox', { name: field }).fill(person);
    await page.getByRole('option', { name: person }).first().click();
    await page.getByRole('combobox', { name: field }).fill('car');
    await page.getByRole('option', { name: 'Invite car' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('in a profile', async () => {
    const { page } = alice;
    await page.getByRole('button', { name: 'Profile of bob' }).first().click();
    await page.getByRole('dialog', { name: 'bob' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('while offline', async () => {
    await bob.context.setOffline(true);
    await bob.page.evaluate(() => dispatchEvent(new Event('online')));
    await alice.page.emulateMedia({ colorScheme: 'light' });
    expect(await seriousFindings(bob.page)).toEqual([]);
    await bob.context.setOffline(false);
  });
});

describe('with the keyboard', () => {
  test('arrow keys move between messages, Tab moves to the actions, and Escape moves back', async () => {
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

  test('Tab stops once in the log, and each message is labelled with author, time and text', async () => {
    expect(await alice.page.locator('article[tabindex="0"]').count()).toBe(1);
    const label = await alice.message('An answer').getAttribute('aria-label');
    expect(label).toMatch(/^You, \d.*: An answer$/);
  });

  test('Shift+Enter starts a new line, and Enter sends the message', async () => {
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

test('announces new messages of other members, and no older ones', async () => {
  const log = alice.page.getByRole('log', { name: 'Messages' });
  expect(await log.getAttribute('aria-live')).toBe('off');
  await bob.enter('Everybody');
  await bob.say('Hear this');
  await alice.page.locator('[aria-live="polite"]').getByText('bob: Hear this').waitFor({ state: 'attached' });
});

test('on a phone, shows one pane at a time, fits the screen and has buttons of at least 40 px', async () => {
  const { page } = bob;
  expect(await page.getByRole('navigation').isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  for (const name of ['Send', 'Attach a file', 'Members', 'Back to rooms']) {
    const box = await page.getByLabel(name, { exact: true }).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(40);
  }
});

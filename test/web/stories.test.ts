import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';

const chat = pageTests();
let bob: Person;

beforeAll(async () => {
  bob = await chat.signIn('bob');
  await bob.enter('Everybody');
});

/** Presses a key until the focused element has this name. @throws if it is not reached, or if the focus is invisible */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let stops = 0; stops < 40; stops++) {
    const { label, isVisible } = await page.evaluate(() => {
      const { activeElement: element } = document;
      if (!element || element === document.body) return { label: '', isVisible: false };
      const fields = (element as HTMLInputElement).labels ?? [];
      const label = [element.getAttribute('aria-label'), ...[...fields].map((each) => each.textContent)];
      const { outlineStyle, boxShadow, borderColor } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const isOnScreen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
      return {
        label: label.find(Boolean) ?? element.textContent ?? '',
        isVisible: isOnScreen && (outlineStyle !== 'none' || boxShadow !== 'none' || borderColor !== ''),
      };
    });
    if (name.test(label)) {
      expect([label, isVisible]).toEqual([label, true]);
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`The focus does not reach ${name} with ${key}.`);
}

test('told by the keyboard alone: sign in, open a room, write, edit, reply, react, sign out', async () => {
  const { page, context } = await chat.open();
  const { keyboard } = page;
  await page.getByLabel('User name').waitFor();
  await tabTo(page, /User name/);
  await keyboard.type('alice');
  await tabTo(page, /Password/);
  await keyboard.type('alice');
  await keyboard.press('Enter');
  await page.getByText('Signed in as alice').waitFor();

  await keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await keyboard.type('Every');
  await page.getByRole('option', { name: /Everybody/ }).waitFor();
  await keyboard.press('Enter');
  const box = page.getByRole('textbox', { name: 'Message', exact: true });
  await expect.poll(() => box.evaluate((field) => field === document.activeElement)).toBe(true);
  await keyboard.type('Hello from my keybord');
  await keyboard.press('Enter');
  await bob.message('Hello from my keybord').waitFor();

  await page
    .getByText(/^(Sent|Delivered|Read)$/)
    .last()
    .waitFor({ state: 'attached' });
  await keyboard.press('ArrowUp');
  for (let letter = 0; letter < 4; letter++) await keyboard.press('Backspace');
  await keyboard.type('board');
  await keyboard.press('Enter');
  await bob.message('Hello from my keyboard').waitFor();

  await bob.say('Hello, Alice');
  await page.getByText('Hello, Alice').last().waitFor();
  await tabTo(page, /^bob, .*: Hello, Alice$/, 'Shift+Tab');
  await tabTo(page, /^Reply$/);
  await keyboard.press('Enter');
  await keyboard.type('Nice to meet you');
  await keyboard.press('Enter');
  await bob.message('Nice to meet you').waitFor();

  await tabTo(page, /^You, .*: Nice to meet you$/, 'Shift+Tab');
  await keyboard.press('ArrowUp');
  await tabTo(page, /^React/);
  await keyboard.press('Enter');
  await tabTo(page, /^Heart$/, 'ArrowRight');
  await keyboard.press('Enter');
  await bob.page.getByRole('button', { name: /1 reaction, by alice/ }).waitFor();

  await tabTo(page, /^Sign out$/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.getByLabel('User name').waitFor();
  await context.close();
});

/** Returns what a screen reader finds in an element, without times and addresses. */
const treeOf = async (part: Locator): Promise<string> =>
  (await part.ariaSnapshot()).replaceAll(/\d\d:\d\d(.[AP]M)?/g, 'TIME').replaceAll(/^ *- \/.*\n/gm, '');

test('told by the tree of a screen reader: rooms, messages, an announcement, a dialog', async () => {
  const { page } = await chat.signIn('carol');
  const rooms = page.getByRole('navigation', { name: 'Rooms' });
  await rooms.getByRole('link', { name: /^Everybody/ }).click();
  const room = page.getByRole('main').getByRole('region', { name: 'Room' });
  await room.getByRole('heading', { name: 'Everybody' }).waitFor();
  const log = room.getByRole('log', { name: 'Messages' });
  await log.getByText('Nice to meet you').waitFor();
  expect(await treeOf(rooms)).toMatch(/link "Everybody TIME alice: Nice to meet you"/);
  const messages = await treeOf(log);
  expect(messages).toContain('article "alice, TIME, edited: Hello from my keyboard"');
  expect(messages).toContain('article "bob, TIME: Hello, Alice"');
  expect(messages).toMatch(
    /article "alice, TIME: Nice to meet you"'?:\n(.*\n)*? +- button "bob Hello, Alice"/,
  );
  await expect.poll(() => treeOf(log)).toContain('button "❤️ 1 reaction, by alice"');

  await bob.say('Welcome, Carol');
  await log.getByText('Welcome, Carol').waitFor();
  await expect.poll(() => treeOf(room)).toMatch(/paragraph: "bob: Welcome, Carol"/);
  expect(await treeOf(room)).toMatch(/textbox "Message":?\n(.*\n)* *- button "Send" \[disabled\]/);

  await room.getByRole('button', { name: 'Members' }).click();
  const members = page.getByRole('dialog', { name: 'Members' });
  await members.getByText('alice').waitFor();
  expect(await treeOf(members)).toMatch(/^- dialog "Members":\n +- heading "Members" \[level=2\]/);
  await page.keyboard.press('Escape');
  await members.waitFor({ state: 'detached' });
});

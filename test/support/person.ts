import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { closePages, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { sharedTestStack } from './shared-stack.ts';
import type { TestStack } from './stack.ts';

/** A user of the chat page, in a browser context of their own. */
export interface Person extends WatchedPage {
  /** Opens a room by its name in the list. */
  enter(room: string): Promise<void>;
  /** Opens a room by its id. */
  goTo(room: string): Promise<void>;
  /** Types a message and sends it with Enter. */
  say(text: string): Promise<void>;
  /** The message with a text. */
  message(text: string): Locator;
  /** Waits until the user's own message has this receipt. */
  receipt(text: string, receipt: string | RegExp): Promise<void>;
  /** Hovers over a message and presses one of its buttons. */
  press(text: string, button: string): Promise<void>;
  /** Deletes a message and confirms the dialog. */
  remove(text: string): Promise<void>;
  /** Returns the texts of all visible messages, from top to bottom. */
  texts(): Promise<readonly string[]>;
}

/** Signs in with the form and waits for the rooms. The passwords of demo users are their names. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(`Signed in as ${name}`).waitFor();
}

/**
 * Starts a stack for the tests of a file, and stops it after them. Call it at the top of the file.
 * @param start starts the stack
 */
export function pageTests(start: () => Promise<TestStack> = sharedTestStack) {
  let stack: TestStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([start(), openBrowser()]);
  });
  afterAll(async () => {
    await closePages();
    await stack?.stop();
  });
  return {
    get stack() {
      return stack;
    },
    /** Opens the page as a signed-out user. */
    open: (options: BrowserContextOptions = {}) => openPage(browser, stack.stack.edgeUrl, options),
    /** Opens the page and signs a demo user in; `url` replaces the edge's address. */
    async signIn(
      name: string,
      options: BrowserContextOptions = {},
      url = stack.stack.edgeUrl,
    ): Promise<Person> {
      const watched = await openPage(browser, url, options);
      await signIn(watched.page, name);
      return personAt(watched);
    },
  };
}

function personAt(watched: WatchedPage): Person {
  const { page } = watched;
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  const message = (text: string) =>
    page.getByRole('article').filter({ has: page.locator('.text').getByText(text, { exact: true }) });
  const press = async (text: string, button: string) => {
    await message(text).hover();
    await message(text).getByRole('button', { name: button }).click();
  };
  return {
    ...watched,
    message,
    press,
    async enter(room) {
      await page
        .getByRole('link')
        .filter({ has: page.locator('.room-name').getByText(room, { exact: true }) })
        .click();
      // Until the page has rendered the room, it shows the composer of the previous one. Small screens hide the list.
      await page
        .locator('a.room[aria-current="page"]')
        .filter({ has: page.locator('.room-name').getByText(room, { exact: true }) })
        .waitFor({ state: 'attached' });
      await composer.waitFor();
    },
    async goTo(room) {
      // Only the hash changes, so the page does not load again.
      await page.goto(new URL(`#/${room}`, page.url()).href);
    },
    async say(text) {
      await composer.fill(text);
      await composer.press('Enter');
    },
    async receipt(text, receipt) {
      await message(text).getByText(receipt, { exact: true }).waitFor();
    },
    async remove(text) {
      await press(text, 'Delete');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    },
    texts: () => page.locator('article .text').allTextContents(),
  };
}

import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage, type WatchedPage } from './browser.ts';

/** Somebody at the page, in a browser of their own. */
export interface Person extends WatchedPage {
  /** Opens a room by its name in the list. */
  enter(room: string): Promise<void>;
  /** Writes a message as one does, and sends it with Enter. */
  say(text: string): Promise<void>;
  /** The message with a text. */
  message(text: string): Locator;
  /** Points at a message and presses one of its buttons. */
  press(text: string, button: string): Promise<void>;
  /** The texts of all messages that show, from top to bottom. */
  texts(): Promise<readonly string[]>;
}

/** Fills in the form and waits for the rooms. The demo's passwords are the names. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(`Signed in as ${name}`).waitFor();
}

/** Signs a demo user in. */
export async function arrive(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const watched = await openPage(browser, url, options);
  const { page } = watched;
  await signIn(page, name);
  return personAt(watched);
}

function personAt(watched: WatchedPage): Person {
  const { page } = watched;
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  const message = (text: string) =>
    page.getByRole('article').filter({ has: page.locator('.text').getByText(text, { exact: true }) });
  return {
    ...watched,
    message,
    async enter(room) {
      await page
        .getByRole('link')
        .filter({ has: page.locator('.room-name').getByText(room, { exact: true }) })
        .click();
      await composer.waitFor();
    },
    async say(text) {
      await composer.fill(text);
      await composer.press('Enter');
    },
    async press(text, button) {
      await message(text).hover();
      await message(text).getByRole('button', { name: button }).click();
    },
    texts: () => page.locator('article .text').allTextContents(),
  };
}

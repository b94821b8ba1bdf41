import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { adminOf } from '../support/admin.ts';
import { type Person, pageTests } from '../support/person.ts';
import { newRoom } from '../support/rooms.ts';

const chat = pageTests();
let alice: Person;
let bob: Person;
let room: string;

const field = ({ page }: Person) => page.getByRole('textbox', { name: 'Message', exact: true });
const people = ({ page }: Person) => page.getByRole('listbox', { name: 'People to mention' });
/** The room in the list. */
const listed = (person: Person) => person.page.locator('a.room').filter({ hasText: 'test' });

beforeAll(async () => {
  const admin = adminOf(chat.stack);
  // A name with a blank, whose first word is another person's name.
  await admin.putUser('2', { name: 'bob lee' });
  await admin.putUser('3', { name: 'bob' });
  room = await newRoom(chat.stack, 'alice', 'bob', 'carol');
  [alice, bob] = await Promise.all([chat.signIn('alice'), chat.signIn('bob')]);
});

describe('a mention', () => {
  test('is completed by keyboard, marked in the message, and counted in the list', async () => {
    await alice.goTo(room);
    await field(alice).pressSequentially('Hi @bo');
    await people(alice).getByRole('option', { name: 'bob lee' }).waitFor();
    expect(await people(alice).locator('.person-name').allTextContents()).toEqual(['bob lee', 'bob']);
    // The message box names the selected person to screen readers.
    const selected = () => alice.page.locator('[role=option][aria-selected=true]');
    expect(await field(alice).getAttribute('aria-activedescendant')).toBe(
      await selected().getAttribute('id'),
    );
    await field(alice).press('ArrowDown');
    expect(await selected().locator('.person-name').textContent()).toBe('bob');
    await field(alice).press('ArrowUp');
    await field(alice).press('Enter');
    await people(alice).waitFor({ state: 'detached' });
    expect(await field(alice).inputValue()).toBe('Hi @bob lee ');
    await field(alice).pressSequentially('at noon?');
    await field(alice).press('Enter');
    await alice.message('Hi @bob lee at noon?').locator('.mention').waitFor();
    await listed(bob).getByText('1 mention, ').waitFor({ state: 'attached' });
    await bob.goTo(room);
    expect(await bob.message('Hi @bob lee at noon?').locator('.mention.own').textContent()).toBe('@bob lee');
    await listed(bob).getByText('1 mention, ').waitFor({ state: 'detached' });
  });

  test('is chosen with the mouse, undone, and removed with its text', async () => {
    await field(alice).pressSequentially('@');
    await people(alice).getByRole('option', { name: 'bob', exact: true }).click();
    expect(await field(alice).inputValue()).toBe('@bob ');
    await field(alice).press('Escape');
    await field(alice).fill('Hello bob');
    await field(alice).press('Enter');
    await alice.message('Hello bob').waitFor();
    expect(await alice.message('Hello bob').locator('.mention').count()).toBe(0);
  });

  test('list closes with Escape, and Enter then sends what was typed', async () => {
    await field(alice).pressSequentially('Ask @bo');
    await people(alice).waitFor();
    await field(alice).press('Escape');
    await people(alice).waitFor({ state: 'detached' });
    await field(alice).press('Enter');
    await alice.message('Ask @bo').waitFor();
  });
});

/** What a page's notifications showed, and how many tones it played. */
interface Observed {
  readonly shown: readonly { readonly title: string; readonly body: string }[];
  readonly tones: number;
}

/** Replaces notifications, sounds and the focus in a page. A string, because this file has no types of the browser. */
const fakes = `
  globalThis.observed = { shown: [], tones: 0 };
  globalThis.inFront = true;
  document.hasFocus = () => globalThis.inFront;
  globalThis.Notification = class {
    static permission = localStorage.getItem('permission') ?? 'default';
    static async requestPermission() {
      return (this.permission = 'granted');
    }
    constructor(title, { body }) {
      globalThis.observed.shown.push({ title, body });
      globalThis.last = this;
    }
    close() {}
  };
  const { OscillatorNode } = globalThis;
  globalThis.OscillatorNode = class extends OscillatorNode {
    constructor(...options) {
      super(...options);
      globalThis.observed.tones++;
    }
  };`;

const observed = (page: Page): Promise<Observed> => page.evaluate('globalThis.observed');
const bodies = async (page: Page) => (await observed(page)).shown.map(({ body }) => body);

/** Moves the page to the front, or away from it. */
const setFocus = (page: Page, isFocused: boolean) =>
  page.evaluate(
    `globalThis.inFront = ${isFocused}; dispatchEvent(new Event('${isFocused ? 'focus' : 'blur'}'))`,
  );

async function choose(page: Page, level: string): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitemradio', { name: level }).click();
}

describe('notifications', () => {
  let page: Page;

  beforeAll(async () => {
    ({ page } = bob);
    await bob.context.addInitScript(fakes);
    await alice.receipt('Ask @bo', /Read/);
    await page.reload();
    await bob.goTo('1');
    await page.getByRole('button', { name: 'Turn on notifications' }).click();
    await page.getByRole('button', { name: 'Turn on notifications' }).waitFor({ state: 'detached' });
  });

  test('show sender and text once, with a sound, and a number in title and icon; a click opens the room', async () => {
    await alice.say('**Lunch** at noon?');
    await expect.poll(() => bodies(page)).toEqual(['alice: Lunch at noon?']);
    await expect.poll(() => page.title()).toMatch(/^\(1\) .*Parley$/);
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toMatch(/^data:image\/png/);
    expect((await observed(page)).shown[0]?.title).toBe('test');
    expect((await observed(page)).tones).toBe(2);
    await page.evaluate('globalThis.last.onclick()');
    await bob.message('Lunch at noon?').waitFor();
    await expect.poll(() => page.title()).toBe('test · Parley');
    expect(await page.locator('link[rel=icon]').getAttribute('href')).not.toMatch(/^data:image\/png/);
  });

  test('are not shown while the user reads the room, but when the page is in the background', async () => {
    await alice.say('You see this');
    await bob.message('You see this').waitFor();
    await setFocus(page, false);
    await alice.say('You do not see this');
    await expect.poll(() => bodies(page)).toEqual(['alice: Lunch at noon?', 'alice: You do not see this']);
    await setFocus(page, true);
  });

  test('appear in one of several tabs, and in none while the user reads the room in another', async () => {
    // The permission is the same in all tabs.
    await page.evaluate(`localStorage.setItem('permission', 'granted')`);
    const second = await bob.context.newPage();
    await second.goto(page.url());
    await second.getByText('Signed in as bob').waitFor();
    await second.getByRole('button', { name: 'Notifications' }).waitFor();
    // The title has the name of the room once notifications are loaded.
    await expect.poll(() => second.title()).toBe('test · Parley');
    await setFocus(page, false);
    await alice.say('Read in the second tab');
    await bob.message('Read in the second tab').waitFor();
    await second.getByText('Read in the second tab').first().waitFor();
    await setFocus(second, false);
    const before = [...(await bodies(page)), ...(await bodies(second))];
    await alice.say('In one tab');
    const added = async () => [...(await bodies(page)), ...(await bodies(second))].slice(before.length);
    await expect.poll(added).toHaveLength(1);
    await second.getByText('In one tab').first().waitFor();
    expect([...(await bodies(page)), ...(await bodies(second))]).not.toContain(
      'alice: Read in the second tab',
    );
    expect(await added()).toHaveLength(1);
    await second.close();
    await setFocus(page, true);
  });

  test('follow the choice for the room, and hide sender and text on request', async () => {
    const before = (await bodies(page)).length;
    await choose(page, 'Mentions only');
    await page.getByRole('button', { name: 'Notifications' }).click();
    await page.getByRole('checkbox', { name: 'Show the sender and the text' }).uncheck();
    await page.getByRole('button', { name: 'Close' }).click();
    await setFocus(page, false);
    await alice.say('Nothing for bob');
    await alice.say('@bob lee, this is for you');
    await expect.poll(async () => (await bodies(page)).slice(before)).toEqual(['New message']);
    await setFocus(page, true);
  });

  test('stay off where the browser blocks them, which the settings say', async () => {
    await page.evaluate(`localStorage.setItem('permission', 'denied')`);
    await page.reload();
    await page.getByRole('button', { name: 'Notifications' }).click();
    await page.getByText('Notifications are blocked.').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Show notifications' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Turn on notifications' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();
    expect(bob.errors).toEqual([]);
  });

  test('of a phone, their settings and the title go when the user signs out', async () => {
    await page.evaluate(`localStorage.setItem('permission', 'granted')`);
    await page.reload();
    await expect.poll(() => page.title()).toBe('test · Parley');
    // The title comes from the list. A page without its socket yet would catch up, which shows no notification.
    await bob.say('Back');
    await bob.receipt('Back', /Sent|Delivered|Read/);
    // Browsers of phones have no constructor. Their notifications belong to the service worker, and outlive the page.
    await page.evaluate(`
      globalThis.Notification = class { static permission = 'granted'; constructor() { throw new TypeError(); } };
      globalThis.open = [];
      Object.defineProperty(navigator.serviceWorker, 'ready', {
        value: Promise.resolve({
          showNotification: async (title) => void open.push({ title, close() { open = []; } }),
          getNotifications: async () => open,
        }),
      });
      localStorage.setItem('parley:emoji', '{"recent":["🚀"],"tone":3}');`);
    await setFocus(page, false);
    await alice.say('@bob lee, on your phone');
    await expect.poll(() => page.evaluate('open.length')).toBe(1);
    expect(await page.title()).toBe('(1) test · Parley');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    await expect.poll(() => page.evaluate('open.length')).toBe(0);
    expect(await page.title()).toBe('Parley');
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual(['permission']);
    expect(bob.errors).toEqual([]);
  });
});

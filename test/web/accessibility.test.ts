import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { permitNotifications } from '../support/browser.ts';
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

/** The rules that depend on colours. The themes differ only in these. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** Returns axe's serious findings for the current page, in the light and the dark theme. */
async function seriousFindings(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const options: axe.RunOptions = {
      resultTypes: ['violations'],
      ...(colorScheme === 'dark' && { runOnly: colourRules }),
    };
    const { violations } = await page.evaluate(
      (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
      options,
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
    await alice.say('**Code** and a list:\n- one\n```\nlet a;\n```');
    await alice.page.getByRole('button', { name: 'Copy code' }).waitFor();
    await alice.press('One of mine', 'React');
    expect(await seriousFindings(alice.page)).toEqual([]);
    await alice.page.getByRole('button', { name: 'More emoji' }).click();
    await alice.page.getByRole('textbox', { name: 'Search emoji' }).fill('smiling');
    await alice.page.getByRole('gridcell').first().waitFor();
    expect(await seriousFindings(alice.page)).toEqual([]);
    await alice.page.keyboard.press('Escape');
    await alice.press('One of mine', 'React');
    await alice.page.getByRole('button', { name: 'Heart' }).click();
    await alice.page.getByRole('button', { name: /1 reaction, by you/ }).waitFor();
    expect(await seriousFindings(alice.page)).toEqual([]);
  });

  test('with files to send, one of them refused, and a draft in the room list', async () => {
    const { page } = alice;
    const file = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') };
    const picture = { name: 'hills.png', mimeType: 'image/png', buffer: Buffer.from('broken') };
    const empty = { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('') };
    await page.getByLabel('File to send').setInputFiles([file, picture, empty]);
    await page.getByText('the file is empty').waitFor();
    const s3 = `${chat.stack.stack.s3Url}/**`;
    await page.route(s3, (route) => route.abort());
    await alice.say('Both');
    await page.getByRole('button', { name: 'Send hills.png again' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    for (const name of ['plan.txt', 'hills.png']) {
      await page.getByRole('button', { name: `Remove ${name}` }).click();
    }
    await page.unroute(s3);
    await alice.enter('bob');
    await page.getByText('Draft: Both').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await alice.enter('Everybody');
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('');
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

  test('in the menu and the settings of a room', async () => {
    const { page } = alice;
    await page.getByRole('button', { name: 'Room menu' }).click();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Room settings' }).click();
    await page.getByRole('dialog', { name: 'Room settings' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('in the search of a room, with and without results', async () => {
    const { page } = alice;
    await page.getByRole('button', { name: 'Search messages' }).click();
    await page.getByRole('searchbox').fill('answer');
    await page.locator('mark').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('searchbox').fill('no such words');
    await page.getByText('No messages found').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('in the menu of a message, a report, and the list of reports', async () => {
    const { page } = alice;
    await alice.press('One of mine', 'More actions');
    await page.getByRole('menuitem', { name: 'Pin message' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Report message' }).click();
    await page.getByRole('dialog', { name: 'Report message' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Report', exact: true }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('menuitem', { name: 'Reported messages' }).click();
    await page.getByRole('button', { name: 'Resolve' }).waitFor();
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

  test('in the room switcher, the list of keys, and the list of people who have read a message', async () => {
    const { page } = alice;
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await alice.press('An answer', 'More actions');
    await page.getByRole('menuitem', { name: 'Read by' }).click();
    await page.getByRole('dialog', { name: 'Read by' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('in the list of people to mention, a message with a mention, and the notification settings', async () => {
    const { page } = alice;
    const field = page.getByRole('textbox', { name: 'Message', exact: true });
    await field.pressSequentially('Hi @');
    await page.getByRole('listbox', { name: 'People to mention' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await field.fill('@bob, is it readable?');
    await field.press('Enter');
    // The list of rooms covers the room on a phone.
    await bob.goTo(decodeURIComponent(new URL(page.url()).hash.slice(2)));
    await bob.page.locator('.mention.own').waitFor();
    await alice.page.locator('.mention').waitFor();
    expect(await seriousFindings(bob.page)).toEqual([]);
    await page.addInitScript(permitNotifications);
    await page.reload();
    await page.getByRole('button', { name: 'Turn on notifications' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Notifications', exact: true }).click();
    await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
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
  await bob.say('Hear this');
  await alice.page.locator('[aria-live="polite"]').getByText('bob: Hear this').waitFor({ state: 'attached' });
  // The message may be deleted or hidden later, so its text does not stay there.
  await alice.page.locator('[aria-live="polite"]').getByText('bob: Hear this').waitFor({ state: 'detached' });
});

test('on a phone, shows one pane at a time, fits the screen and has buttons of at least 40 px', async () => {
  const { page } = bob;
  expect(await page.getByRole('navigation').isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  for (const name of ['Send', 'Attach files', 'Pinned messages', 'Members', 'Room menu', 'Back to rooms']) {
    const box = await page.getByLabel(name, { exact: true }).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(40);
  }
});

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
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

/** Types into a field that searches people, chooses an option, and waits until the page shows the choice. */
async function choose({ page }: Person, field: string, text: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field }).fill(text);
  await page.getByRole('option', { name: option }).click();
  const chosen = page.getByRole('list', { name: 'Chosen people' });
  await chosen.getByText(option.replace('Invite ', '')).waitFor();
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
  await page.getByRole('dialog').getByText("Couldn't connect.").waitFor();
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
  await page.getByText('No results').waitFor();
  expect(await field.getAttribute('aria-activedescendant')).toBeNull();
  await field.press('ArrowDown');
  const active = async () =>
    page.locator(`[id="${await field.getAttribute('aria-activedescendant')}"]`).innerText();
  expect(await active()).toMatch(/^Invite b\n/);
  await field.fill('bo');
  await page.getByText('1 result').waitFor();
  expect(await active()).toMatch(/^bob\n2$/);
  const answered = page.waitForResponse(/query=ca/);
  release();
  await answered;
  await field.press('ArrowDown');
  expect(await page.getByRole('option').allInnerTexts()).toEqual([
    expect.stringMatching(/^bob\n/),
    expect.stringMatching(/^Invite bo\n/),
  ]);
  await field.press('ArrowDown');
  // Escape closes the list, and not the dialog.
  await field.press('Escape');
  expect(await field.getAttribute('aria-expanded')).toBe('false');
  await field.press('ArrowUp');
  // Safari reports this key when Enter accepts a word of an input method.
  await field.evaluate((input) => {
    const options = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
    input.dispatchEvent(new KeyboardEvent('keydown', options));
  });
  expect(await field.inputValue()).toBe('bo');
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
  // The button can be pressed again, and says so.
  await own.getByRole('button', { name: 'Copy', exact: true }).waitFor();
  expect(await own.getByRole('button', { name: 'Message', exact: true }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Profile of carol' }).click();
  await page
    .getByRole('dialog', { name: 'carol' })
    .getByRole('button', { name: 'Message', exact: true })
    .click();
  await expect.poll(() => decodeURIComponent(page.url())).toMatch(/#\/direct:1:3$/);
  await bob.enter('Everybody');
  await bob.say('Write to me');
  await alice.enter('Everybody');
  await alice.message('Write to me').getByRole('button', { name: 'Profile of bob' }).click();
  await page
    .getByRole('dialog', { name: 'bob' })
    .getByRole('button', { name: 'Message', exact: true })
    .click();
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
  await alice.message('This message was deleted').waitFor();
  // An error for the deletion would have arrived before this message's answer.
  await alice.say('All is well');
  await alice.receipt('All is well', /^(Sent|Delivered|Read)$/);
  expect(await page.locator('.notice').count()).toBe(0);
});

test('leaves a room, which disappears from the list', async () => {
  const { page } = bob;
  await bob.enter('Garden');
  await chooseInMenu(bob, 'Leave room');
  const question = page.getByRole('dialog', { name: 'Leave room?' });
  await question.getByRole('button', { name: 'Leave', exact: true }).evaluate(clickTwice);
  await page.getByText('Select a room to start chatting.').waitFor();
  await rooms(bob, 'Garden').waitFor({ state: 'detached' });
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('dialog').getByText('nobody-10').first().waitFor();
  await expect.poll(() => alice.page.locator('.members').getByText('bob').count()).toBe(0);
  await alice.page.getByRole('button', { name: 'Close' }).click();
});

test('deletes a room, which disappears from the list', async () => {
  const { page } = alice;
  await alice.enter('Garden');
  await chooseInMenu(alice, 'Room settings');
  await page.getByRole('button', { name: 'Delete room' }).click();
  const question = page.getByRole('dialog', { name: 'Delete room?' });
  await question.getByRole('button', { name: 'Delete room' }).evaluate(clickTwice);
  await page.getByText('Select a room to start chatting.').waitFor();
  await rooms(alice, 'Garden').waitFor({ state: 'detached' });
});

/** Opens the menu of the open room, and chooses an item. */
async function chooseInMenu({ page }: Person, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menu').getByText(item, { exact: true }).click();
}

test('gives the focus back to the button of the menu that opened a dialog, even after success', async () => {
  const { page } = alice;
  await alice.enter('Everybody');
  const hasFocus = (label: string) => page.locator(`[aria-label="${label}"]:focus`).waitFor();
  await chooseInMenu(alice, 'Room settings');
  await page.keyboard.press('Escape');
  await hasFocus('Room menu');
  await chooseInMenu(alice, 'Room settings');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await hasFocus('Room menu');
});

test('renames a room, and its members see the new name at once', async () => {
  const { page } = alice;
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  for (const name of ['All hands', 'Everybody']) {
    await chooseInMenu(alice, 'Room settings');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    for (const person of [alice, bob]) {
      await person.page.getByRole('heading', { name }).waitFor();
      await rooms(person, name).waitFor();
    }
  }
  // A member without a role cannot change the room.
  await bob.page.getByRole('button', { name: 'Room menu' }).click();
  expect(await bob.page.getByRole('menuitem').allInnerTexts()).not.toContain('Room settings');
  await bob.page.keyboard.press('Escape');
});

test('shows members why they cannot write: only moderators may, slow mode, and an archived room', async () => {
  const set = async (field: string, option: string) => {
    await chooseInMenu(alice, 'Room settings');
    await alice.page.getByLabel(field).selectOption(option);
    await alice.page.getByRole('button', { name: 'Save' }).click();
    await alice.page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const archive = async (button: string) => {
    await chooseInMenu(alice, 'Room settings');
    await alice.page.getByRole('button', { name: button, exact: true }).click();
    await alice.page.getByRole('button', { name: 'Close' }).click();
  };
  const { page } = bob;
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  await bob.say('Before the change');
  await alice.message('Before the change').waitFor();
  await set('Who can send messages', 'Only owners and moderators');
  await page.getByText('Only owners and moderators can send messages here.').waitFor();
  await alice.say('Only for a moment');
  // Members may still react, and change their own messages.
  await bob.message('Only for a moment').hover();
  await bob.message('Only for a moment').getByRole('button', { name: 'React' }).waitFor();
  expect(await bob.message('Only for a moment').getByRole('button', { name: 'Reply' }).count()).toBe(0);
  await bob.press('Before the change', 'Edit');
  await page.getByRole('textbox', { name: 'Edit message' }).fill('After the change');
  await page.keyboard.press('Enter');
  await alice.message('After the change').waitFor();
  await page.getByText('Only owners and moderators can send messages here.').waitFor();
  await set('Who can send messages', 'Everyone');
  await bob.say('Slowly');
  await alice.message('Slowly').waitFor();
  await set('Slow mode', 'One message every 30 seconds');
  await page.getByText('Slow mode is on.').waitFor();
  await bob.say('Too early');
  const send = page.getByRole('button', { name: 'Send', exact: true });
  expect(await send.isDisabled()).toBe(true);
  await set('Slow mode', 'Off');
  await send.click();
  await alice.message('Too early').waitFor();
  await archive('Archive room');
  for (const person of [alice, bob]) await person.page.getByText('This room is archived.').waitFor();
  await bob.message('Slowly').hover();
  await bob.message('Slowly').getByRole('button', { name: 'More actions' }).waitFor();
  expect(
    await bob
      .message('Slowly')
      .getByRole('button', { name: /^(React|Reply|Edit|Delete)$/ })
      .count(),
  ).toBe(0);
  await archive('Unarchive room');
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
});

test('reports a message, which a moderator finds in a list and resolves', async () => {
  const { page } = alice;
  await alice.press('Slowly', 'More actions');
  await page.getByRole('menuitem', { name: 'Report message' }).click();
  await page.getByLabel('Violence or threats').check();
  await page.getByLabel('Note (optional)').fill('It threatens our pace');
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await chooseInMenu(alice, 'Reported messages');
  const reported = page.getByRole('dialog', { name: 'Reported messages' });
  await reported.getByText('alice: Violence or threats. It threatens our pace').waitFor();
  expect(await reported.getByText('Slowly').count()).toBe(1);
  await reported.getByRole('button', { name: 'Resolve' }).click();
  await reported.getByText('No reports').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
});

describe('the search of a room', () => {
  const field = ({ page }: Person) => page.getByRole('searchbox', { name: 'Words in a message' });
  const results = ({ page }: Person) =>
    page.getByRole('dialog', { name: 'Search messages' }).getByRole('listitem');

  test('marks the found words, goes to a result, and is still there afterwards', async () => {
    const { page } = alice;
    await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
    await bob.say('Crème brûlée <b>today</b>');
    await alice.message('Crème brûlée <b>today</b>').waitFor();
    await page.getByRole('button', { name: 'Search messages' }).click();
    await field(alice).and(page.locator(':focus')).fill('BRULEE today');
    await page.getByRole('status').getByText('1 message', { exact: true }).waitFor();
    expect(await results(alice).locator('mark').allTextContents()).toEqual(['brûlée', 'today']);
    expect(await results(alice).innerText()).toMatch(/^bob\s.+\sCrème brûlée <b>today<\/b>$/s);
    await page.getByText('Searched the whole room').waitFor();
    await results(alice).getByRole('button').click();
    await page.locator('article.marked:focus').getByText('Crème brûlée').waitFor();
    await chooseInMenu(alice, 'Search messages');
    await field(alice).press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Search messages' }).click();
    expect(await field(alice).inputValue()).toBe('BRULEE today');
    expect(await results(alice).count()).toBe(1);
    await field(alice).fill('no such words');
    await page.getByText('No messages found').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('says how far back it has looked, searches further, and repeats after an error', async () => {
    const { page } = alice;
    await alice.enter('Everybody');
    const found = (id: number, content: string) => ({
      ...{ id, chat: 1, content, sender: { id: 2, username: 'bob', email: '', user_type: '' } },
      ...{
        sender_name: 'bob',
        timestamp: '2020-01-02T12:00:00.000Z',
        type: 'text',
        status: 'read',
        edited: false,
      },
    });
    const cursors: (string | null)[] = [];
    const answer = (cursor: string | null) => {
      if (cursor === null) return { messages: [], next_cursor: 'a', searched_to: null };
      const to = (message_id: number, day: string) => ({ message_id, created_at: `${day}T12:00:00.000Z` });
      if (cursor === 'a') {
        return { messages: [found(9, 'needle 1')], next_cursor: 'b', searched_to: to(9, '2026-03-03') };
      }
      return { messages: [found(2, 'needle 2')], next_cursor: null, searched_to: to(1, '2020-01-02') };
    };
    await page.route('**/search/?q=needle*', async (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      cursors.push(cursor);
      const error = { error: 'OUT_OF_ORDER', message: 'The search is out of order.' };
      if (cursors.filter((each) => each === 'b').length === 1)
        await route.fulfill({ status: 409, json: error });
      else await route.fulfill({ json: answer(cursor) });
    });
    await page.getByRole('button', { name: 'Search messages' }).click();
    await field(alice).fill('needle');
    // An empty page is followed by the next one at once.
    await page.getByText('Searched back to March 3, 2026').waitFor();
    expect(cursors).toEqual([null, 'a']);
    await page.getByRole('button', { name: 'Search earlier messages' }).click();
    await page.getByText('The search is out of order.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Searched the whole room').waitFor();
    expect(await results(alice).locator('.message-link-text').allTextContents()).toEqual([
      'needle 1',
      'needle 2',
    ]);
    expect(cursors).toEqual([null, 'a', 'b', 'b']);
    await page.unroute('**/search/?q=needle*');
    await page.getByRole('button', { name: 'Close' }).click();
  });
});

test('pins a message, goes to it from the list of pinned messages, and unpins it', async () => {
  const { page } = alice;
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  await bob.say('Lunch is at one');
  await alice.press('Lunch is at one', 'More actions');
  await page.getByRole('menuitem', { name: 'Pin message' }).click();
  await bob.page.getByRole('button', { name: 'Pinned messages' }).click();
  // A member without a role sees the pins, and cannot change them.
  const pinned = bob.page.getByRole('dialog', { name: 'Pinned messages' });
  await pinned.getByText('Lunch is at one').waitFor();
  expect(await pinned.getByRole('button', { name: 'Unpin' }).count()).toBe(0);
  await pinned.getByText('Lunch is at one').click();
  await bob.page.locator('article.marked:focus').getByText('Lunch is at one').waitFor();
  await page.getByRole('button', { name: 'Pinned messages' }).click();
  await page.getByRole('button', { name: 'Unpin: Lunch is at one' }).click();
  await page.getByText('No pinned messages yet').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
});

test('hides the messages of a blocked person until they are unblocked, and shows why a block failed', async () => {
  const { page } = alice;
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  await bob.say('Buy now');
  await alice.press('Buy now', 'More actions');
  await page.getByRole('menuitem', { name: 'Block bob' }).click();
  const question = page.getByRole('dialog', { name: 'Block bob?' });
  await page.route('**/api/blocks/*/', (route) => route.abort());
  await question.getByRole('button', { name: 'Block' }).click();
  await question.getByText("Couldn't connect.").waitFor();
  await page.unroute('**/api/blocks/*/');
  const phone = await chat.signIn('alice');
  await phone.enter('Everybody');
  await phone.message('Buy now').waitFor();
  await question.getByRole('button', { name: 'Block' }).click();
  await alice.message('Buy now').waitFor({ state: 'detached' });
  await phone.message('Buy now').waitFor({ state: 'detached' });
  await phone.goTo('direct:1:2');
  await phone.page.getByText('You blocked bob.').waitFor();
  await bob.say('Last chance');
  await bob.receipt('Last chance', /^(Sent|Delivered|Read)$/);
  await alice.goTo('direct:1:2');
  await page.getByText('You blocked bob.').waitFor();
  await alice.enter('Everybody');
  expect(await alice.message('Last chance').count()).toBe(0);
  await chooseInMenu(alice, 'Blocked people');
  await page.getByRole('button', { name: 'Unblock bob' }).click();
  await page.getByText("You haven't blocked anyone.").waitFor();
  await page.locator('dialog :focus').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await phone.page.getByText('You blocked bob.').waitFor({ state: 'detached' });
  await phone.enter('Everybody');
  await phone.message('Buy now').waitFor();
  for (const text of ['Buy now', 'Last chance']) await alice.message(text).waitFor();
});

test('blocks a person from the menu or the profile of a direct room, which then says so and unblocks them', async () => {
  const { page } = alice;
  const pane = page.getByRole('main');
  await Promise.all([alice.goTo('direct:1:2'), bob.goTo('direct:1:2')]);
  await bob.page.getByRole('heading', { name: 'alice' }).waitFor();
  await bob.say('Buy two');
  await alice.message('Buy two').waitFor();
  await chooseInMenu(alice, 'Block bob');
  await page.getByRole('dialog', { name: 'Block bob?' }).getByRole('button', { name: 'Block' }).click();
  await pane.getByText('You blocked bob. Their messages are hidden.').waitFor();
  await pane.getByText('Messages from bob are hidden.').waitFor();
  expect(await pane.getByText('No messages yet').count()).toBe(0);
  const row = page.getByRole('navigation').getByRole('link').filter({ hasText: /^bob/ });
  await row.getByText('Messages from bob are hidden.').waitFor();
  await pane.getByRole('button', { name: 'Unblock' }).click();
  await alice.message('Buy two').waitFor();
  await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
  await alice.message('Buy two').getByRole('button', { name: 'Profile of bob' }).click();
  const profile = page.getByRole('dialog', { name: 'bob', exact: true });
  await profile.getByRole('button', { name: 'Block' }).click();
  await page.getByRole('dialog', { name: 'Block bob?' }).getByRole('button', { name: 'Block' }).click();
  await profile.getByText('You blocked bob. Their messages are hidden.').waitFor();
  await profile.getByRole('button', { name: 'Unblock' }).click();
  await profile.getByRole('button', { name: 'Block' }).waitFor();
  await profile.getByRole('button', { name: 'Close' }).click();
  await alice.message('Buy two').waitFor();
  await chooseInMenu(alice, 'Block bob');
  await page.getByRole('dialog', { name: 'Block bob?' }).getByRole('button', { name: 'Block' }).click();
  await pane.getByText('You blocked bob.').waitFor();
  await chooseInMenu(alice, 'Unblock bob');
  await alice.message('Buy two').waitFor();
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
});

test('pins a room to the top, chooses notifications with the keyboard, and hides a room until another user writes', async () => {
  const { page } = alice;
  const names = () => page.locator('.room-name').allInnerTexts();
  await alice.enter('Alice alone');
  await chooseInMenu(alice, 'Pin to top');
  await expect.poll(async () => (await names())[0]).toMatch(/^Alice alone/);
  const button = page.getByRole('button', { name: 'Room menu' });
  await button.press('Enter');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await page.locator('[aria-label="Room menu"]:focus').waitFor();
  await expect
    .poll(async () => {
      await button.press('Enter');
      const checked = await page.getByRole('menuitemradio', { checked: true }).allInnerTexts();
      await page.keyboard.press('Escape');
      return checked;
    })
    .toEqual(['Mentions only']);
  await chooseInMenu(alice, 'Unpin from top');
  await alice.enter('Everybody');
  await chooseInMenu(alice, 'Hide room');
  await page.getByText('Select a room to start chatting.').waitFor();
  await rooms(alice, 'Everybody').waitFor({ state: 'detached' });
  await bob.say('Are you there?');
  await rooms(alice, 'Everybody').waitFor();
});

test('lists hidden rooms, and unhides them from the list and from the menu of the room', async () => {
  const { page } = alice;
  const hide = async (room: string) => {
    await alice.enter(room);
    await chooseInMenu(alice, 'Hide room');
    await rooms(alice, room).waitFor({ state: 'detached' });
  };
  await hide('Alice alone');
  await hide('bob');
  await page.getByRole('button', { name: 'Hidden rooms' }).click();
  const hidden = page.getByRole('dialog', { name: 'Hidden rooms' });
  await hidden.getByRole('button', { name: 'Unhide bob' }).click();
  await rooms(alice, 'bob').waitFor();
  await expect.poll(() => hidden.getByRole('listitem').allInnerTexts()).toHaveLength(1);
  await hidden.getByText('Alice alone').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await alice.goTo('2');
  await chooseInMenu(alice, 'Unhide room');
  await rooms(alice, 'Alice alone').waitFor();
  await page.getByRole('button', { name: 'Hidden rooms' }).click();
  await page.getByText('No hidden rooms').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
});

test('goes to rooms and people with Ctrl+K', async () => {
  const open = async ({ page }: Person, text: string) => {
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.locator('dialog [role=combobox]:focus').waitFor();
    await page.keyboard.type(text);
  };
  // The server finds people who have connected.
  const carol = await chat.signIn('carol');
  await carol.context.close();
  const { page } = alice;
  await alice.enter('Everybody');
  await open(alice, '');
  // Without a text, the first choice is the latest room that is not open.
  expect(await page.getByRole('option', { selected: true }).innerText()).not.toContain('Everybody');
  await page.keyboard.press('Escape');
  await open(alice, 'alon');
  await page.getByRole('option', { name: 'Alice alone', selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Alice alone' }).waitFor();
  await page.locator('textarea:focus').waitFor();
  await open(alice, 'nobody of this name');
  await page.getByText('No results').waitFor();
  await page.keyboard.press('Escape');
  await open(bob, 'car');
  await bob.page.getByRole('option', { name: 'carol', selected: true }).getByText('Start a chat').waitFor();
  await bob.page.keyboard.press('Enter');
  await expect.poll(() => decodeURIComponent(bob.page.url())).toMatch(/#\/direct:2:3$/);
  await bob.page.locator('textarea:focus').waitFor();
});

test('shows the keys after a question mark, but not while the user types one', async () => {
  const { page } = alice;
  await page.getByRole('textbox', { name: 'Message' }).press('?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByRole('textbox', { name: 'Message' }).fill('');
  await page.getByRole('button', { name: 'Room menu' }).focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).locator('h2:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[aria-label="Room menu"]:focus').waitFor();
});

test('shows who has read a message, and mutes a member', async () => {
  const { page } = alice;
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  await alice.say('Please read this');
  await alice.receipt('Please read this', 'Read');
  await alice.press('Please read this', 'More actions');
  await page.getByRole('menuitem', { name: 'Read by' }).click();
  await page.getByRole('region', { name: 'Read by 1 person' }).getByText('bob').waitFor();
  await page.getByRole('region', { name: 'Not read by 1 person yet' }).getByText('carol').waitFor();
  await page.keyboard.press('Escape');
  const change = async (item: string) => {
    await page.getByRole('button', { name: 'Members' }).click();
    await page.locator('dialog [role=combobox]:focus').waitFor();
    await page.getByRole('button', { name: 'More about bob' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await change('Mute for 1 hour');
  await page.getByText(/, muted until \d/).waitFor();
  await page.keyboard.press('Escape');
  await bob.page.getByText(/muted/).first().waitFor();
  await change('Unmute');
  await bob.page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.keyboard.press('Escape');
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
  await message.getByText('5 MB').waitFor();
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

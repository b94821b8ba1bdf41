import type { BrowserContext, Locator, Page, WebSocketRoute } from 'playwright-core';
import { permitNotifications } from '../../support/browser.ts';
import { picture } from '../../support/picture.ts';

/** The page in a browser without cookies and storage. */
export interface Guest {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly isPhone: boolean;
  /** The address of the page. */
  readonly url: string;
}

/** A state of the page that has a picture of its own. */
export interface State {
  readonly name: string;
  /** The browser's language; English by default. */
  readonly locale?: string;
  show(guest: Guest): Promise<unknown>;
}

/** Opens the page, and waits for the fields of the sign-in form. */
async function openSignIn({ page, url }: Guest): Promise<void> {
  await page.goto(url);
  await page.locator('input').first().waitFor();
}

/** Opens the page and signs in a demo user, whose password is the name. `at` is the hash of the address. */
async function signIn({ page, url }: Guest, user = 'alice', at = ''): Promise<void> {
  await page.goto(`${url}/${at}`);
  const fields = page.locator('input');
  await fields.nth(0).fill(user);
  await fields.nth(1).fill(user);
  await page.locator('form button[type="submit"]').click();
  await page.locator('.shell').waitFor();
}

/** Opens a room as Alice, and waits for its messages. */
async function openRoom(guest: Guest, room = 'party'): Promise<void> {
  await signIn(guest, 'alice', `#/${room}`);
  await guest.page.locator('article').last().waitFor();
}

const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name }).first();

/** Opens the menu of the room, and chooses an item. */
async function chooseInRoomMenu(guest: Guest, item: string, room?: string): Promise<void> {
  await openRoom(guest, room);
  await button(guest.page, 'Room menu').click();
  await guest.page.getByRole('menuitem', { name: item }).click();
  await guest.page.getByRole('dialog').waitFor();
}

/** Returns a message that contains a text. */
const message = (page: Page, text: string): Locator =>
  page.getByRole('article').filter({ hasText: text }).last();

/** Shows the actions of a message, by the pointer or by the focus. */
async function showActions({ page, isPhone }: Guest, text: string): Promise<Locator> {
  const found = message(page, text);
  await found.scrollIntoViewIfNeeded();
  if (isPhone) await found.tap();
  else await found.hover();
  await found.focus();
  return found;
}

/** Shows the actions of a message at the top of the timeline. */
async function showActionsAtTop(guest: Guest): Promise<void> {
  await openRoom(guest);
  const found = message(guest.page, 'I asked the neighbours');
  await found.evaluate((row) => row.scrollIntoView({ block: 'start' }));
  await found.evaluate((row) => row.focus({ preventScroll: true }));
  await found.locator('.actions').waitFor();
}

/** Opens the menu of a message, and chooses an item. */
async function chooseInMessageMenu(guest: Guest, text: string, item?: string | RegExp): Promise<void> {
  await openRoom(guest);
  const found = await showActions(guest, text);
  await found.getByRole('button', { name: 'More actions' }).click();
  if (item === undefined) return guest.page.getByRole('menu').waitFor();
  await guest.page.getByRole('menuitem', { name: item }).click();
  await guest.page.getByRole('dialog').waitFor();
}

const box = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true });

/** Sends two messages, so that slow mode makes the user wait. */
async function sayTwice(guest: Guest, room: string): Promise<void> {
  await signIn(guest, 'bob', `#/${room}`);
  for (const text of ['The first one', 'The second one']) {
    await box(guest.page).fill(text);
    await box(guest.page).press('Enter');
  }
  await guest.page.getByText('Slow mode is on.').first().waitFor();
}

const files = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name:
      index === 0
        ? 'A picture of the garden.png'
        : `The minutes of meeting ${index}, with all tables and notes.pdf`,
    mimeType: index === 0 ? 'image/png' : 'application/pdf',
    buffer: index === 0 ? picture(64, 48) : Buffer.from('%PDF-1.4 paper'),
  }));

/** Opens a room, writes in it, and lets the server say that the room was deleted. */
async function loseRoom(guest: Guest): Promise<void> {
  const sockets: WebSocketRoute[] = [];
  await guest.page.routeWebSocket(/\/ws/, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  await openRoom(guest);
  const field = guest.page.locator('.composer textarea');
  await field.fill('I can bring the two long tables, and Bob brings\nthe chairs from the');
  for (const socket of sockets) socket.send(JSON.stringify({ type: 'room_deleted', room_id: 'party' }));
  await guest.page.locator('.unsent').waitFor();
}

/** Opens the direct room of a person whom Alice has blocked. */
async function openBlocked(guest: Guest): Promise<void> {
  await guest.page.route('**/api/blocks/', (route) =>
    route.fulfill({ json: { blocks: [{ user_id: 2, blocked_at: '2026-03-03T12:00:00.000Z' }] } }),
  );
  await signIn(guest, 'alice', '#/direct:1:2');
  await guest.page.locator('.write-block').waitFor();
}

/** All states of the page that have a picture. */
export const states: readonly State[] = [
  { name: 'sign in', show: openSignIn },
  {
    name: 'sign in, wrong password',
    async show({ page, url }) {
      await page.goto(url);
      await page.getByLabel('User name').fill('alice');
      await page.getByLabel('Password').fill('wrong');
      await button(page, 'Sign in').click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'sign in, forgotten password',
    async show({ page, url }) {
      await page.goto(url);
      await page.getByLabel('User name').fill('dave');
      await button(page, 'Forgot your password?').click();
      await button(page, 'Send a code').click();
      await page.getByLabel('New password').waitFor();
    },
  },
  {
    name: 'no rooms',
    async show(guest) {
      await guest.page.route('**/api/chats/?*', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ json: { ...(await response.json()), chats: [] } });
      });
      await signIn(guest, 'dave');
      await guest.page.getByText('No rooms yet').waitFor();
    },
  },
  {
    name: 'room list',
    show: (guest) => signIn(guest).then(() => guest.page.locator('a.room').nth(3).waitFor()),
  },
  { name: 'room', show: openRoom },
  {
    name: 'room without messages',
    show: (guest) => signIn(guest, 'alice', '#/2').then(() => button(guest.page, 'Room menu').waitFor()),
  },
  {
    name: 'direct room',
    show: (guest) =>
      signIn(guest, 'alice', '#/direct:1:2').then(() => button(guest.page, 'Room menu').waitFor()),
  },
  {
    name: 'room with unread messages',
    async show(guest) {
      // The next picture of the room has the same unread messages.
      await guest.page.routeWebSocket(/\/ws/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((data) => {
          if (JSON.parse(String(data)).action !== 'seen') server.send(data);
        });
      });
      await openRoom(guest, 'list');
    },
  },
  {
    name: 'room, scrolled to earlier messages',
    async show(guest) {
      await openRoom(guest);
      await message(guest.page, 'Who comes to the summer party?').scrollIntoViewIfNeeded();
      // The message under the pointer would show its actions.
      await guest.page.mouse.move(0, 0);
    },
  },
  { name: 'archived room', show: (guest) => openRoom(guest, 'past') },
  {
    name: 'unknown room',
    show: (guest) => signIn(guest, 'alice', '#/nowhere').then(() => guest.page.getByRole('alert').waitFor()),
  },
  { name: 'direct room of a blocked person', show: openBlocked },
  {
    name: 'menu of a direct room',
    async show(guest) {
      await signIn(guest, 'alice', '#/direct:1:2');
      await button(guest.page, 'Room menu').click();
      await guest.page.getByRole('menu').waitFor();
    },
  },
  { name: 'deleted room, unsent text', show: loseRoom },
  {
    name: 'message actions',
    async show(guest) {
      await openRoom(guest);
      await showActions(guest, 'I asked the neighbours');
    },
  },
  { name: 'message actions at the top', show: showActionsAtTop },
  {
    name: 'reactions to choose',
    async show(guest) {
      await openRoom(guest);
      await (await showActions(guest, 'I asked the neighbours'))
        .getByRole('button', { name: 'React' })
        .click();
    },
  },
  { name: 'message menu', show: (guest) => chooseInMessageMenu(guest, 'I asked the neighbours') },
  {
    name: 'report message',
    show: (guest) => chooseInMessageMenu(guest, 'I asked the neighbours', 'Report message'),
  },
  { name: 'block a person', show: (guest) => chooseInMessageMenu(guest, 'I asked the neighbours', /^Block/) },
  {
    name: 'delete a message',
    async show(guest) {
      await openRoom(guest);
      const found = await showActions(guest, 'Wonderful. See you at 7');
      await found.getByRole('button', { name: 'Delete' }).click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'profile',
    async show(guest) {
      // A phone with a large font shows no avatars beside the messages.
      await openRoom(guest);
      await button(guest.page, 'Members').click();
      await button(guest.page, /^More about Bob/).click();
      await guest.page.getByRole('menuitem', { name: 'View profile' }).click();
      await guest.page.getByRole('button', { name: 'Copy', exact: true }).waitFor();
    },
  },
  {
    name: 'room switcher',
    async show(guest) {
      await openRoom(guest);
      await guest.page.keyboard.press('Control+k');
      await guest.page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'keyboard shortcuts',
    async show(guest) {
      await openRoom(guest);
      await button(guest.page, 'Room menu').press('?');
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'who has read a message',
    show: (guest) => chooseInMessageMenu(guest, 'Wonderful. See you at 7', 'Read by'),
  },
  {
    name: 'remove a member',
    async show(guest) {
      await openRoom(guest);
      await button(guest.page, 'Members').click();
      await button(guest.page, /^Remove/).click();
      await guest.page.getByRole('dialog').nth(1).waitFor();
    },
  },
  {
    name: 'members',
    async show(guest) {
      await openRoom(guest);
      await button(guest.page, 'Members').click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'room menu',
    async show(guest) {
      await openRoom(guest);
      await button(guest.page, 'Room menu').click();
    },
  },
  { name: 'room settings', show: (guest) => chooseInRoomMenu(guest, 'Room settings') },
  { name: 'reported messages', show: (guest) => chooseInRoomMenu(guest, 'Reported messages') },
  { name: 'blocked people', show: (guest) => chooseInRoomMenu(guest, 'Blocked people') },
  { name: 'leave room', show: (guest) => chooseInRoomMenu(guest, 'Leave room') },
  {
    name: 'pinned messages',
    async show(guest) {
      await openRoom(guest);
      await button(guest.page, 'Pinned messages').click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'search with results',
    async show(guest) {
      await chooseInRoomMenu(guest, 'Search messages');
      await guest.page.getByRole('searchbox').fill('we');
      await guest.page.locator('mark').first().waitFor();
    },
  },
  {
    name: 'search without results',
    async show(guest) {
      await guest.page.route('**/search/?q=*', (route) =>
        route.fulfill({
          json: {
            ...{ messages: [], next_cursor: 'WzUwMV0' },
            searched_to: { message_id: 501, created_at: '2026-03-03T12:00:00.000Z' },
          },
        }),
      );
      await chooseInRoomMenu(guest, 'Search messages');
      await guest.page.getByRole('searchbox').fill('lunch');
      await guest.page.getByText('Searched back to').waitFor();
    },
  },
  {
    name: 'new room',
    async show(guest) {
      await signIn(guest);
      await button(guest.page, 'New room').click();
      await guest.page.getByRole('dialog').waitFor();
      await guest.page.getByRole('combobox').fill('bob');
      await guest.page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'hidden rooms',
    async show(guest) {
      await signIn(guest);
      await button(guest.page, 'Hidden rooms').click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'reply',
    async show(guest) {
      await openRoom(guest);
      await (await showActions(guest, 'I asked the neighbours'))
        .getByRole('button', { name: 'Reply' })
        .click();
      await box(guest.page).fill('They are nice.\nLet us invite them.');
    },
  },
  {
    name: 'edit',
    async show(guest) {
      await openRoom(guest);
      await box(guest.page).press('ArrowUp');
    },
  },
  {
    name: 'people to mention',
    async show(guest) {
      await openRoom(guest);
      await box(guest.page).pressSequentially('Ask @');
      await guest.page.getByRole('listbox').waitFor();
    },
  },
  {
    name: 'notifications suggested',
    async show(guest) {
      await guest.page.addInitScript(permitNotifications);
      await signIn(guest);
      await button(guest.page, 'Turn on notifications').waitFor();
    },
  },
  {
    name: 'notification settings',
    async show(guest) {
      await guest.page.addInitScript(permitNotifications);
      await signIn(guest);
      await button(guest.page, 'Turn on notifications').click();
      await button(guest.page, 'Notifications').click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'files to send',
    async show(guest) {
      await openRoom(guest);
      await guest.page.locator('input[type="file"]').setInputFiles(files(3));
      await guest.page.getByText('A picture of the garden.png').waitFor();
    },
  },
  {
    name: 'text too long',
    async show(guest) {
      await openRoom(guest);
      await box(guest.page).fill('Much to say. '.repeat(700));
    },
  },
  {
    name: 'offline',
    async show(guest) {
      // The browser keeps open sockets although it is offline.
      let isOffline = false;
      const sockets: WebSocketRoute[] = [];
      await guest.page.routeWebSocket(/\/ws/, (socket) => {
        if (isOffline) return void socket.close();
        socket.connectToServer();
        sockets.push(socket);
      });
      await openRoom(guest);
      isOffline = true;
      await Promise.all(sockets.map((socket) => socket.close()));
      await guest.context.setOffline(true);
      await box(guest.page).fill('Later');
      await box(guest.page).press('Enter');
      await guest.page.getByText("You're offline.").waitFor();
    },
  },
  {
    name: 'all emoji',
    async show(guest) {
      await openRoom(guest);
      await (await showActions(guest, 'I asked the neighbours'))
        .getByRole('button', { name: 'React' })
        .click();
      await button(guest.page, 'More emoji').click();
      await guest.page.getByRole('grid').waitFor();
    },
  },
  {
    name: 'emoji for a message',
    async show(guest) {
      await openRoom(guest);
      await button(guest.page, 'Emoji').click();
      await guest.page.getByRole('grid').waitFor();
      await guest.page.getByRole('dialog').locator('input').fill('cake');
    },
  },
  {
    name: 'languages',
    async show(guest) {
      await signIn(guest);
      await button(guest.page, 'Language').click();
      await guest.page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'large picture',
    async show(guest) {
      await openRoom(guest);
      await guest.page.getByRole('img', { name: 'The garden.png', exact: true }).waitFor();
      await guest.page.locator('.picture-box').last().click();
      await guest.page.locator('.lightbox img').waitFor();
    },
  },
  {
    name: 'request of a person',
    show: (guest) =>
      signIn(guest, 'carol', '#/direct:3:4').then(() => button(guest.page, 'Accept').waitFor()),
  },
  { name: 'slow mode', show: (guest) => sayTwice(guest, 'slow') },
  {
    name: 'refused message',
    async show(guest) {
      await guest.page.routeWebSocket(/\/ws/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((data) => {
          const frame = JSON.parse(String(data));
          if (frame.action !== 'send') return server.send(data);
          const error = { type: 'error', code: 'MESSAGE_REFUSED', message: 'Please be kind to each other.' };
          socket.send(JSON.stringify({ ...error, client_id: frame.client_id, room_id: frame.room_id }));
        });
      });
      await openRoom(guest);
      await box(guest.page).fill('You are all late!');
      await box(guest.page).press('Enter');
      await button(guest.page, 'Discard').waitFor();
    },
  },
  {
    name: 'ended session',
    async show(guest) {
      await openRoom(guest);
      await guest.page.route('**/api/**', (route) =>
        route.fulfill({ status: 401, json: { error: 'UNAUTHENTICATED', message: 'Sign in.' } }),
      );
      await guest.page.routeWebSocket(/\/ws/, (socket) => void socket.close());
      await guest.context.clearCookies();
      await guest.page.reload();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  { name: 'Arabic, sign in', locale: 'ar', show: openSignIn },
  { name: 'Arabic, room', locale: 'ar', show: openRoom },
  { name: 'Arabic, direct room of a blocked person', locale: 'ar', show: openBlocked },
  { name: 'Arabic, deleted room, unsent text', locale: 'ar', show: loseRoom },
  {
    name: 'Arabic, new room',
    locale: 'ar',
    async show(guest) {
      await signIn(guest);
      await guest.page.locator('.side-head .icon-button').first().click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  { name: 'Arabic, message actions at the top', locale: 'ar', show: showActionsAtTop },
  {
    name: 'Arabic, message menu',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      const found = await showActions(guest, 'I asked the neighbours');
      await found.locator('[aria-haspopup="menu"]').click();
      await guest.page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'Arabic, all emoji',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      const found = await showActions(guest, 'I asked the neighbours');
      await found.locator('.actions button').first().click();
      await guest.page.locator('.emoji-quick button').last().click();
      await guest.page.getByRole('grid').waitFor();
    },
  },
  {
    name: 'Arabic, reactions to choose',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      const found = await showActions(guest, 'I asked the neighbours');
      await found.locator('.actions button').first().click();
      await guest.page.locator('.emoji-quick').waitFor();
    },
  },
  {
    name: 'Arabic, emoji for a message',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      await guest.page.locator('.composer [aria-haspopup="dialog"]').click();
      await guest.page.getByRole('grid').waitFor();
    },
  },
  {
    name: 'Arabic, people to mention',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      await guest.page.locator('.composer textarea').pressSequentially('Ask @');
      await guest.page.getByRole('listbox').waitFor();
    },
  },
  {
    name: 'Arabic, large picture',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      await guest.page.getByRole('img', { name: 'The garden.png', exact: true }).waitFor();
      await guest.page.locator('.picture-box').last().click();
      await guest.page.locator('.lightbox img').waitFor();
    },
  },
  {
    name: 'Arabic, room menu',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      await guest.page.locator('.room-header [aria-haspopup="menu"]').click();
      await guest.page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'Arabic, members',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      await guest.page.locator('.room-header button').nth(-2).click();
      await guest.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'Arabic, keyboard shortcuts',
    locale: 'ar',
    async show(guest) {
      await openRoom(guest);
      await guest.page.locator('.room-header [aria-haspopup="menu"]').press('?');
      await guest.page.getByRole('dialog').waitFor();
    },
  },
];

import type { Locator } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { type Chatter, enter, enterInbox, type Frame, typed } from '../support/chat.ts';
import { askingAs } from '../support/http.ts';
import { type Person, pageTests, signIn } from '../support/person.ts';
import { newRoom, putLog } from '../support/rooms.ts';
import { alice as author, messageOf } from '../support/sample.ts';

const COUNT = 120;
const UNREAD = 18;

const chat = pageTests();
let alice: Chatter;
let bob: Person;
let room: string;

/** Creates a room with messages of alice. */
async function roomWithMessages(count: number): Promise<string> {
  const id = await newRoom(chat.stack, 'alice', 'bob');
  const messages = Array.from({ length: count }, (_, index) =>
    messageOf({ id: index + 1, room: id, author, text: `Message ${index + 1}` }),
  );
  await putLog(chat.stack, id, messages);
  return id;
}

/** Creates a room with messages of alice. Bob has not read the last ones. */
async function roomWithUnread(unread: number, count = COUNT): Promise<string> {
  const id = await roomWithMessages(count);
  const reader = await enterInbox(chat.stack, 'bob');
  reader.send({ action: 'seen', room_id: id, message_id: count - unread });
  await reader.next(typed('message_seen'));
  await reader.close();
  return id;
}

const unreadOf = async (id: string): Promise<unknown> => {
  const asBob = await askingAs(chat.stack, 'bob');
  const { body } = await asBob('GET /chats/');
  return (body['chats'] as { id: string; unread: number }[]).find((each) => each.id === id)?.unread;
};

/** Whether a message or a line is inside the visible part of the timeline. */
const isVisible = (shown: Locator) =>
  shown.evaluate((element) => {
    const view = element.closest('.scroller')?.getBoundingClientRect();
    const { top, bottom } = element.getBoundingClientRect();
    return view !== undefined && top >= view.top && bottom <= view.bottom + 2;
  });

const divider = ({ page }: Person) => page.locator('.unread-mark');
const endButton = ({ page }: Person) => page.locator('.to-end');
const scroll = ({ page }: Person, by: number) =>
  page.locator('.scroller').evaluate((scroller, by) => {
    scroller.scrollTop += by;
  }, by);
const toEnd = ({ page }: Person) =>
  page.locator('.scroller').evaluate((scroller) => {
    scroller.scrollTop = scroller.scrollHeight;
  });
/** Returns the focused message or button. */
const focused = ({ page }: Person) =>
  page.evaluate(() => {
    const active = document.activeElement;
    return active?.getAttribute('data-id') ?? active?.tagName;
  });

beforeAll(async () => {
  [room, bob] = await Promise.all([
    roomWithUnread(UNREAD),
    chat.signIn('bob', {
      viewport: { width: 1280, height: 560 },
      permissions: ['clipboard-read', 'clipboard-write'],
    }),
  ]);
  alice = await enter(chat.stack, 'alice', `room=${room}`);
});

test('opens a room at its first unread message, and marks only visible messages as read', async () => {
  await bob.goTo(room);
  const first = bob.message(`Message ${COUNT - UNREAD + 1}`);
  await first.waitFor();
  expect(await isVisible(divider(bob))).toBe(true);
  expect(await isVisible(first)).toBe(true);
  expect(await isVisible(bob.message(`Message ${COUNT}`))).toBe(false);
  const label = await endButton(bob).textContent();
  const below = Number(/^ (\d+) new messages$/.exec(label ?? '')?.[1]);
  expect(below).toBeGreaterThan(0);
  expect(below).toBeLessThan(UNREAD);
  await expect.poll(() => unreadOf(room)).toBe(below);
  await toEnd(bob);
  await expect.poll(() => unreadOf(room)).toBe(0);
  await endButton(bob).waitFor({ state: 'detached' });
});

test('counts new messages below while the user reads earlier ones', async () => {
  await scroll(bob, -1_500);
  await bob.page.getByRole('button', { name: 'Jump to latest' }).waitFor();
  await alice.say('First below');
  await bob.page.getByRole('button', { name: '1 new message', exact: true }).waitFor();
  await alice.say('Second below');
  const button = bob.page.getByRole('button', { name: '2 new messages' });
  await button.waitFor();
  expect(await unreadOf(room)).toBe(2);
  await button.click();
  await button.waitFor({ state: 'detached' });
  expect(await isVisible(divider(bob))).toBe(true);
  await expect.poll(() => unreadOf(room)).toBe(0);
});

test('returns to the same place after a look at another room', async () => {
  await scroll(bob, -2_500);
  /** Runs in the page: returns the message in the middle and its position. */
  const middle = (scroller: Element) => {
    const { top, height } = scroller.getBoundingClientRect();
    const rows = [...scroller.querySelectorAll<HTMLElement>('[data-id]')];
    const row = rows.find((each) => each.getBoundingClientRect().bottom > top + height / 2);
    return [row?.dataset['id'], Math.round(row?.querySelector('.bubble')?.getBoundingClientRect().top ?? 0)];
  };
  const scroller = bob.page.locator('.scroller');
  const before = await scroller.evaluate(middle);
  expect(Number(before[0])).toBeLessThan(COUNT - 20);
  await bob.enter('Everybody');
  await bob.enter('test');
  await bob.page.locator('[data-id]').first().waitFor();
  expect(await scroller.evaluate(middle)).toEqual(before);
  await bob.page.getByRole('button', { name: 'Jump to latest' }).click();
});

test('copies the link of a message, and opens it', async () => {
  await toEnd(bob);
  await bob.press(`Message ${COUNT}`, 'More actions');
  await bob.page.getByRole('menuitem', { name: 'Copy link' }).click();
  await bob.page.getByText('Copied', { exact: true }).waitFor();
  const link = await bob.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(new URL(`#/${room}/${COUNT}`, bob.page.url()).href);
  await bob.page.goto(link.replace(/\d+$/, '7'));
  await bob.page.reload();
  const linked = bob.message('Message 7');
  await linked.waitFor();
  expect(await isVisible(linked)).toBe(true);
  await expect.poll(() => focused(bob)).toBe('7');
});

test('shows the quote of a deleted message as plain text', async () => {
  const { message_id: quoted } = await alice.say('Soon deleted');
  await alice.say('A reply', { reply_to: quoted });
  await endButton(bob).click();
  await bob.message('A reply').getByRole('button', { name: 'Soon deleted' }).waitFor();
  alice.send({ action: 'delete', message_id: quoted });
  await bob.message('A reply').getByText('This message was deleted').waitFor();
  await bob.goTo(room);
  await bob.page.reload();
  const reply = bob.message('A reply');
  await reply.getByText('Message not available').waitFor();
  expect(await reply.locator('button.quote').count()).toBe(0);
});

test('keeps the focus on a message after a reaction to it and after its deletion', async () => {
  await bob.say('Shall I stay?');
  await bob.receipt('Shall I stay?', /Sent|Delivered|Read/);
  const row = bob.message('Shall I stay?');
  const id = await row.getAttribute('data-id');
  await bob.press('Shall I stay?', 'React');
  await row.getByRole('button', { name: 'Thumbs up' }).press('Enter');
  const chip = row.getByRole('button', { name: '👍 1 reaction' });
  await chip.waitFor();
  expect(await focused(bob)).not.toBe('BODY');
  await chip.press('Enter');
  await chip.waitFor({ state: 'detached' });
  expect(await focused(bob)).toBe(id);
  await row.getByRole('button', { name: 'Delete' }).press('Enter');
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await bob.page.locator(`[data-id="${id}"]`).getByText('This message was deleted').waitFor();
  await expect.poll(() => focused(bob)).toBe(id);
});

test('keeps the order of reactions when the user adds and removes one', async () => {
  const { message_id } = await alice.say('Which one?');
  for (const emoji of ['👍', '🎉', '👀']) {
    alice.send({ action: 'react', message_id, emoji });
    // Alice still has the frames of reactions to earlier messages, with the same emoji.
    const isEcho = (frame: Frame) => frame['emoji'] === emoji && frame['message_id'] === message_id;
    await alice.next(typed('message_reacted', isEcho));
  }
  const row = bob.message('Which one?');
  const chips = row.locator('.reaction');
  await row.getByRole('button', { name: '👀 1 reaction' }).waitFor();
  await row.getByRole('button', { name: '👍 1 reaction' }).click();
  const order = () => chips.allTextContents();
  expect(await order()).toEqual(['👍 2', '🎉 1', '👀 1']);
  await row.getByRole('button', { name: '👍 2 reactions, by alice and you' }).click();
  await row.getByRole('button', { name: '👍 1 reaction, by alice' }).waitFor();
  expect(await order()).toEqual(['👍 1', '🎉 1', '👀 1']);
});

/** Returns a time zone in which it is after 11 PM. */
function lateTimeZone(): string {
  const ahead = (23 - new Date().getUTCHours() + 12) % 24;
  // The names of these zones count the hours behind UTC.
  const behind = 12 - ahead;
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`;
}

test('renames the days at midnight while the page stays open', async () => {
  const { page } = await chat.open({ timezoneId: lateTimeZone() });
  await page.clock.install();
  await signIn(page, 'alice');
  await page.goto(new URL(`#/${room}`, page.url()).href);
  const today = page.locator('.day', { hasText: 'Today' });
  await today.waitFor();
  // Shorter than a token is valid, because a page that connects again renders all messages again.
  await page.clock.fastForward((60 - new Date().getUTCMinutes()) * 60_000);
  await page.locator('.day', { hasText: 'Yesterday' }).waitFor();
  expect(await today.count()).toBe(0);
});

test('opens a room at its first message if all of its messages are unread', async () => {
  const unread = await roomWithMessages(COUNT);
  await bob.page.reload();
  await bob.goTo(unread);
  const first = bob.message('Message 1');
  await first.waitFor();
  await expect.poll(() => isVisible(divider(bob))).toBe(true);
  expect(await isVisible(first)).toBe(true);
  expect(await isVisible(bob.message(`Message ${COUNT}`))).toBe(false);
});

test('follows the link of a message in the same tab, even for the second time', async () => {
  await alice.say(`Look at ${new URL(`#/${room}/7`, bob.page.url()).href}`);
  await bob.goTo(room);
  const link = bob.page.locator('.scroller').getByRole('link', { name: `#/${room}/7` });
  for (let time = 0; time < 2; time++) {
    await link.click();
    await expect.poll(() => focused(bob)).toBe('7');
    await endButton(bob).click();
  }
  expect(bob.context.pages()).toHaveLength(1);
});

test('shows what a reply quotes, even if the quoted message is further back than the loaded ones', async () => {
  const id = await newRoom(chat.stack, 'alice', 'bob');
  const messages = Array.from({ length: COUNT }, (_, index) =>
    messageOf({
      ...{ id: index + 1, room: id, author, text: `Message ${index + 1}` },
      ...(index + 1 === COUNT && { replyTo: 7 }),
    }),
  );
  await putLog(chat.stack, id, messages);
  const reader = await enterInbox(chat.stack, 'bob');
  reader.send({ action: 'seen', room_id: id, message_id: COUNT });
  await reader.next(typed('message_seen'));
  await reader.close();
  await bob.goTo(id);
  await bob.page.getByRole('button', { name: 'alice Message 7', exact: true }).waitFor();
  expect(await bob.page.locator('article[data-id="7"]').count()).toBe(0);
});

test('only says that there is no access when a link names a message of a room of others', async () => {
  const others = await newRoom(chat.stack, 'alice');
  await bob.page.goto(new URL(`#/${others}/4`, bob.page.url()).href);
  await bob.page.locator('.refused-note').waitFor();
  expect(await bob.page.getByText("Can't show this message").count()).toBe(0);
});

test('says that it loads messages while it loads the first unread one', async () => {
  const id = await roomWithUnread(590, 600);
  // Each frame takes a while, so that the user sees that the page loads.
  await bob.page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => void setTimeout(() => socket.send(frame), 50));
  });
  await bob.page.reload();
  const opened = bob.goTo(id);
  await bob.page.getByText('Loading messages…').waitFor();
  await opened;
  await bob.message('Message 11').waitFor();
  expect(await isVisible(divider(bob))).toBe(true);
  await bob.page.getByText('Loading messages…').waitFor({ state: 'detached' });
});

test('causes no browser errors', () => {
  expect(bob.errors).toEqual([]);
});

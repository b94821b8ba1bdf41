import { beforeAll, expect, test } from 'vitest';
import { enter, enterInbox, typed } from '../support/chat.ts';
import { usualOrLong } from '../support/long.ts';
import { type Person, pageTests } from '../support/person.ts';
import { newRoom, putLog } from '../support/rooms.ts';
import { alice as author, messageOf } from '../support/sample.ts';

/** Many times the 120 messages that the page shows. */
const COUNT = usualOrLong(1_500, 5_000);
/** A page that shows 120 messages has about 2,000 nodes. */
const MAX_NODES = 3_000;
/** Pixels per step of scrolling. The message in the middle must still be on the page after a step. */
const STEP = 3_000;

const chat = pageTests();
let bob: Person;
let room: string;

/** Creates a room with messages of different heights, which bob has read. */
async function createLongRoom(): Promise<string> {
  const room = await newRoom(chat.stack, 'alice', 'bob');
  const messages = Array.from({ length: COUNT }, (_, index) => index + 1).map((id) =>
    messageOf({
      id,
      room,
      author,
      text: `Message ${id}${' and some more of it'.repeat(id % 7 ? 0 : id % 19)}`,
    }),
  );
  await putLog(chat.stack, room, messages);
  const reader = await enterInbox(chat.stack, 'bob');
  reader.send({ action: 'seen', room_id: room, message_id: COUNT });
  await reader.next(typed('message_seen'));
  await reader.close();
  return room;
}

beforeAll(async () => {
  [room, bob] = await Promise.all([createLongRoom(), chat.signIn('bob')]);
  await bob.goTo(room);
  await bob.message(`Message ${COUNT}`).waitFor();
  await bob.page.locator('.banner').waitFor({ state: 'detached' });
}, 180_000);

/**
 * Runs in the page: scrolls until a message shows. Returns how many messages it saw, the most nodes, the largest jump,
 * and the share of the steps in which it could measure a jump.
 */
async function scrollThrough({ by, until }: { by: number; until: number }) {
  const scroller = document.querySelector<HTMLElement>('.scroller');
  if (!scroller) throw new Error('Could not scroll: the page has no timeline.');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const seen = new Set<number>();
  let nodes = 0;
  let jump = 0;
  let still = 0;
  let steps = 0;
  let measured = 0;
  while (!seen.has(until)) {
    steps += 1;
    const known = seen.size;
    const rows = [...scroller.querySelectorAll<HTMLElement>('[data-id]')];
    for (const { dataset } of rows) seen.add(Number(dataset['id']));
    still = seen.size > known ? 0 : still + 1;
    if (still > 2_000)
      throw new Error(
        `Scrolling stopped after ${seen.size} messages: no more appeared. Look at use-scroll-window.ts.`,
      );
    nodes = Math.max(nodes, document.querySelectorAll('*').length);
    const view = scroller.getBoundingClientRect();
    // Measures the bubble: the author above it disappears when an older message of the same author loads.
    const middle = rows
      .find((row) => row.getBoundingClientRect().bottom > view.top + view.height / 2)
      ?.querySelector('.bubble');
    const before = middle?.getBoundingClientRect().top ?? 0;
    const from = scroller.scrollTop;
    scroller.scrollTop += by;
    const moved = from - scroller.scrollTop;
    await frame();
    await frame();
    // The message in the middle moves by the scrolled distance, whatever is added or removed around it.
    if (middle?.isConnected) {
      measured += 1;
      jump = Math.max(jump, Math.abs(middle.getBoundingClientRect().top - before - moved));
    }
  }
  return { seen: seen.size, nodes, jump, measured: measured / steps };
}

test('opens a long room at the newest message with a bounded number of nodes', async () => {
  expect(await bob.page.locator('*').count()).toBeLessThan(MAX_NODES);
  const atEnd = await bob.page
    .locator('.scroller')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  expect(atEnd).toBeLessThan(2);
});

test('scrolls up through all messages without jumps, with a bounded number of nodes', async () => {
  const { seen, nodes, jump, measured } = await bob.page.evaluate(scrollThrough, { by: -STEP, until: 1 });
  expect(seen).toBe(COUNT);
  expect(nodes).toBeLessThan(MAX_NODES);
  expect(jump).toBeLessThan(3);
  expect(measured).toBeGreaterThan(0.9);
}, 240_000);

test('scrolls down again', async () => {
  const { nodes, jump, measured } = await bob.page.evaluate(scrollThrough, { by: STEP, until: COUNT });
  expect(nodes).toBeLessThan(MAX_NODES);
  expect(jump).toBeLessThan(3);
  expect(measured).toBeGreaterThan(0.9);
}, 240_000);

test('does not move the visible messages when a reaction is added', async () => {
  await bob.page.evaluate(scrollThrough, { by: -STEP, until: COUNT - 300 });
  /** Runs in the page: returns the message in the middle and its position. */
  const middle = (scroller: Element) => {
    const { top, height } = scroller.getBoundingClientRect();
    const rows = [...scroller.querySelectorAll<HTMLElement>('[data-id]')];
    const row = rows.find((each) => each.getBoundingClientRect().bottom > top + height / 2);
    return {
      id: Number(row?.dataset['id']),
      top: row?.querySelector('.bubble')?.getBoundingClientRect().top,
    };
  };
  const scroller = bob.page.locator('.scroller');
  const before = await scroller.evaluate(middle);
  const alice = await enter(chat.stack, 'alice', `room=${room}`);
  alice.send({ action: 'react', message_id: before.id, emoji: '👍' });
  const row = bob.page.locator(`[data-id="${before.id}"]`);
  await row.getByRole('button', { name: '👍 1 reaction' }).waitFor();
  await alice.close();
  const after = await row.locator('.bubble').evaluate((bubble) => bubble.getBoundingClientRect().top);
  expect(Math.abs(after - (before.top ?? 0))).toBeLessThan(2);
}, 120_000);

test('returns to the newest message by the button and by sending a message', async () => {
  await bob.page.evaluate(scrollThrough, { by: -STEP, until: COUNT - 300 });
  await bob.page.getByRole('button', { name: 'Jump to latest' }).click();
  await bob.message(`Message ${COUNT}`).waitFor();
  await bob.page.getByRole('button', { name: 'Jump to latest' }).waitFor({ state: 'detached' });
  await bob.page.evaluate(scrollThrough, { by: -STEP, until: COUNT - 300 });
  await bob.say('The newest of all');
  await expect.poll(() => bob.texts().then((texts) => texts.at(-1))).toBe('The newest of all');
  await bob.page.getByRole('button', { name: 'Jump to latest' }).waitFor({ state: 'detached' });
}, 120_000);

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { enter } from '../support/chat.ts';
import { arrive, type Person } from '../support/person.ts';
import { newRoom, putLog } from '../support/rooms.ts';
import { alice as author, messageOf } from '../support/sample.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const COUNT = 5_000;
/** A page of 120 messages has some 2,000. */
const MOST_NODES = 3_000;

let stack: TestStack;
let browser: Browser;
let bob: Person;
let room: string;

/** A room in which much was said, of lines of different heights. */
async function longRoom(): Promise<string> {
  const room = await newRoom(stack, 'alice', 'bob');
  const said = Array.from({ length: COUNT }, (_, index) => index + 1).map((id) =>
    messageOf({
      id,
      room,
      author,
      text: `Message ${id}${' and some more of it'.repeat(id % 7 ? 0 : id % 19)}`,
    }),
  );
  await putLog(stack, room, said);
  return room;
}

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  let person: Person;
  [room, person] = await Promise.all([longRoom(), arrive(browser, stack.stack.edgeUrl, 'bob')]);
  bob = person;
  await bob.page.evaluate((id) => {
    location.hash = `#/${id}`;
  }, room);
  await bob.message(`Message ${COUNT}`).waitFor();
  await bob.page.locator('.banner').waitFor({ state: 'detached' });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Runs in the page: scrolls to an end as a wheel does, and says what came by. */
async function scrollThrough({ by, until }: { by: number; until: number }) {
  const scroller = document.querySelector<HTMLElement>('.scroller');
  if (!scroller) throw new Error('Nothing was scrolled: there is no timeline');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const seen = new Set<number>();
  let nodes = 0;
  let jump = 0;
  let still = 0;
  while (!seen.has(until)) {
    const known = seen.size;
    const rows = [...scroller.querySelectorAll<HTMLElement>('[data-id]')];
    for (const { dataset } of rows) seen.add(Number(dataset['id']));
    still = seen.size > known ? 0 : still + 1;
    if (still > 2_000)
      throw new Error(`Nothing more came by after ${seen.size} messages: look at use-window.ts`);
    nodes = Math.max(nodes, document.querySelectorAll('*').length);
    const view = scroller.getBoundingClientRect();
    // What it says, not the whole row: above the text its author goes when older messages of theirs come.
    const middle = rows
      .find((row) => row.getBoundingClientRect().bottom > view.top + view.height / 2)
      ?.querySelector('.bubble');
    const before = middle?.getBoundingClientRect().top ?? 0;
    const from = scroller.scrollTop;
    scroller.scrollTop += by;
    const moved = from - scroller.scrollTop;
    await frame();
    await frame();
    // What one looks at moves by what one scrolls, whatever comes and goes above and below it.
    if (middle?.isConnected) {
      jump = Math.max(jump, Math.abs(middle.getBoundingClientRect().top - before - moved));
    }
  }
  return { seen: seen.size, nodes, jump };
}

test('a room of 5,000 messages opens at the newest with a bounded number of nodes', async () => {
  expect(await bob.page.locator('*').count()).toBeLessThan(MOST_NODES);
  const atEnd = await bob.page
    .locator('.scroller')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  expect(atEnd).toBeLessThan(2);
});

test('one scrolls up to the first of 5,000: each comes by, nothing jumps, and the nodes stay bounded', async () => {
  const { seen, nodes, jump } = await bob.page.evaluate(scrollThrough, { by: -1_500, until: 1 });
  expect(seen).toBe(COUNT);
  expect(nodes).toBeLessThan(MOST_NODES);
  expect(jump).toBeLessThan(3);
}, 240_000);

test('and down again', async () => {
  const { nodes, jump } = await bob.page.evaluate(scrollThrough, { by: 1_500, until: COUNT });
  expect(nodes).toBeLessThan(MOST_NODES);
  expect(jump).toBeLessThan(3);
}, 240_000);

test('a reaction to what one reads moves nothing of it', async () => {
  await bob.page.evaluate(scrollThrough, { by: -1_500, until: COUNT - 300 });
  /** Runs in the page: the message in the middle, and where its text is. */
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
  const alice = await enter(stack, 'alice', `room=${room}`);
  alice.send({ action: 'react', message_id: before.id, emoji: '👍' });
  const row = bob.page.locator(`[data-id="${before.id}"]`);
  await row.getByRole('button', { name: '👍 1 reaction' }).waitFor();
  await alice.close();
  const after = await row.locator('.bubble').evaluate((bubble) => bubble.getBoundingClientRect().top);
  expect(Math.abs(after - (before.top ?? 0))).toBeLessThan(2);
}, 120_000);

test('one button leads back to the newest, and so does writing something', async () => {
  await bob.page.evaluate(scrollThrough, { by: -1_500, until: COUNT - 300 });
  await bob.page.getByRole('button', { name: 'Newest' }).click();
  await bob.message(`Message ${COUNT}`).waitFor();
  await bob.page.getByRole('button', { name: 'Newest' }).waitFor({ state: 'detached' });
  await bob.page.evaluate(scrollThrough, { by: -1_500, until: COUNT - 300 });
  await bob.say('The newest of all');
  await expect.poll(() => bob.texts().then((texts) => texts.at(-1))).toBe('The newest of all');
  await bob.page.getByRole('button', { name: 'Newest' }).waitFor({ state: 'detached' });
}, 120_000);

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { arrive, type Person } from '../support/person.ts';
import { picture } from '../support/picture.ts';
import { newRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

interface Asked {
  readonly action: string;
  readonly message?: string;
  readonly client_id?: string;
  readonly room_id?: string;
}

let stack: TestStack;
let browser: Browser;
let alice: Person;
let bob: Person;
let room: string;
/** What bob's frames meet: `lost` on their way, or an error's fields in place of an answer. */
let toll: (asked: Asked) => 'lost' | object | undefined;

/** Frames of bob's sockets go through the toll from the page's next load on. */
async function withToll(page: Page): Promise<void> {
  await page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      const asked = JSON.parse(String(data)) as Asked;
      const met = toll(asked);
      const { client_id, room_id } = asked;
      if (met === undefined) server.send(data);
      else if (met !== 'lost') socket.send(JSON.stringify({ type: 'error', client_id, room_id, ...met }));
    });
  });
  await page.reload();
  await page.getByText('Signed in as bob').waitFor();
}

const goTo = async ({ page }: Person, id: string) => {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${id}`);
};

const field = ({ page }: Person) => page.getByRole('textbox', { name: 'Message', exact: true });
const editField = ({ page }: Person) => page.getByRole('textbox', { name: 'Edit the message' });

/** Looks at another room, and comes back. */
async function lookAway(person: Person): Promise<void> {
  await goTo(person, 'direct:1:2');
  await person.page.getByRole('heading', { name: /^(alice|bob)$/ }).waitFor();
  await goTo(person, room);
  await person.page.getByRole('heading', { name: 'test' }).waitFor();
}

beforeAll(async () => {
  toll = () => undefined;
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  const { edgeUrl } = stack.stack;
  [alice, bob] = await Promise.all([arrive(browser, edgeUrl, 'alice'), arrive(browser, edgeUrl, 'bob')]);
  await withToll(bob.page);
});

beforeEach(async () => {
  toll = () => undefined;
  room = await newRoom(stack, 'alice', 'bob');
  for (const person of [alice, bob]) {
    await goTo(person, room);
    await person.page.getByRole('heading', { name: 'test' }).waitFor();
  }
  await bob.say('Old text');
  await bob.message('Old text').getByText('Read', { exact: true }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

describe('whoever looks at another room and comes back', () => {
  test('finds a draft, a half-done edit and a chosen file as they were', async () => {
    await field(bob).fill('A draft');
    await bob.page.getByLabel('File to send').setInputFiles({
      name: 'hills.png',
      mimeType: 'image/png',
      buffer: picture(64, 40),
    });
    await bob.press('Old text', 'Edit');
    await editField(bob).fill('Half a new te');
    await lookAway(bob);
    expect(await editField(bob).inputValue()).toBe('Half a new te');
    await editField(bob).press('Escape');
    await bob.page.getByRole('img', { name: 'Preview of hills.png' }).waitFor();
    expect(await field(bob).inputValue()).toBe('A draft');
    await bob.page.getByRole('button', { name: 'Remove hills.png' }).click();
  });

  test('finds what was refused, and can send it again or discard it', async () => {
    toll = ({ action }) => (action === 'send' ? { code: 'MUTED', message: 'You are muted' } : undefined);
    await bob.say('One');
    await bob.say('Two');
    await bob.page.getByText('Not sent. You are muted').nth(1).waitFor();
    await lookAway(bob);
    await bob.page.getByText('Not sent. You are muted').nth(1).waitFor();
    // What is refused stands below, and is not what is read.
    for (const text of ['Meanwhile', 'And then']) {
      await alice.say(text);
      await alice.message(text).getByText('Read', { exact: true }).waitFor();
    }
    toll = () => undefined;
    await bob.message('Two').getByRole('button', { name: 'Discard' }).click();
    await bob.message('One').getByRole('button', { name: 'Try again' }).click();
    await alice.message('One').waitFor();
    await expect.poll(() => bob.texts()).toEqual(['Old text', 'Meanwhile', 'And then', 'One']);
  });

  test('finds a file on its way, with its words, and it lands', async () => {
    const { promise: onItsWay, resolve: arrives } = Promise.withResolvers<void>();
    await bob.page.route(`${stack.stack.s3Url}/**`, async (route) => {
      if (route.request().method() === 'PUT') await onItsWay;
      await route.continue();
    });
    onTestFinished(() => bob.page.unroute(`${stack.stack.s3Url}/**`));
    const file = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') };
    await bob.page.getByLabel('File to send').setInputFiles(file);
    await bob.say('The plan');
    const uploading = bob.page.getByRole('progressbar', { name: 'Uploading plan.txt' });
    await uploading.waitFor();
    await field(bob).fill('Written meanwhile');
    await lookAway(bob);
    await uploading.waitFor();
    await bob.page.locator('.attachment').getByText('The plan').waitFor();
    await bob.enter('alice');
    arrives();
    await alice.message('The plan').getByRole('button', { name: 'Save plan.txt' }).waitFor();
    await goTo(bob, room);
    await bob.message('The plan').waitFor();
    expect(await bob.page.locator('.attachment').count()).toBe(0);
    expect(await field(bob).inputValue()).toBe('Written meanwhile');
    await field(bob).fill('');
  });

  test('finds an edit and a reaction that wait for an answer, also after a reload', async () => {
    toll = ({ action }) => (action === 'edit' || action === 'react' ? 'lost' : undefined);
    await bob.press('Old text', 'Edit');
    await editField(bob).fill('New text');
    await editField(bob).press('Enter');
    await bob.message('New text').getByText('saving…').waitFor();
    await bob.press('New text', 'React');
    await bob.message('New text').getByRole('button', { name: 'Heart' }).click();
    const waiting = async () => {
      await bob.message('New text').getByText('saving…').waitFor();
      await bob.message('New text').getByRole('button', { name: '❤️ 1 reaction, by you' }).waitFor();
    };
    await waiting();
    await lookAway(bob);
    await waiting();
    await bob.page.reload();
    await waiting();
    expect(await alice.texts()).toEqual(['Old text']);
    toll = () => undefined;
    await bob.page.reload();
    await alice.message('New text').getByRole('button', { name: '❤️ 1 reaction, by bob' }).waitFor();
    await bob.message('New text').getByText('saving…').waitFor({ state: 'detached' });
  });

  test('finds where a message stood that was deleted while one looked', async () => {
    await alice.say('Gone soon');
    await bob.message('Gone soon').waitFor();
    await alice.message('Gone soon').getByText('Read', { exact: true }).waitFor();
    await alice.press('Gone soon', 'Delete');
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    for (const person of [alice, bob]) {
      await person.message('Message deleted').waitFor();
      await lookAway(person);
      await expect.poll(() => person.texts()).toEqual(['Old text', 'Message deleted']);
    }
  });
});

test('what one rewrites of a message that somebody deletes is in the field, and an answer to it says so', async () => {
  await bob.press('Old text', 'Edit');
  await editField(bob).fill('Old text, at length');
  await alice.press('Old text', 'Reply');
  await field(alice).fill('An answer');
  await alice.press('Old text', 'Delete');
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await bob.page.getByText(/that you were editing was deleted/).waitFor();
  expect(await field(bob).inputValue()).toBe('Old text, at length');
  await alice.page.getByText('What you reply to was deleted').waitFor();
  await field(alice).press('Enter');
  await bob.message('An answer').waitFor();
  expect(await bob.message('An answer').locator('.quote').count()).toBe(0);
  await field(bob).fill('');
});

test('who has to slow down is told for how long, and then it goes out', async () => {
  let held = true;
  toll = ({ action }) => {
    if (action !== 'send' || !held) return undefined;
    held = false;
    return { code: 'RATE_LIMITED', message: 'Too many', retry_after_ms: 4_000 };
  };
  await bob.say('Too fast');
  await bob.page.getByText(/Slow down: your messages go out in \d s/).waitFor();
  await alice.message('Too fast').waitFor();
  await bob.page.getByText(/Slow down/).waitFor({ state: 'detached' });
});

test('what waits is counted in all rooms, and whoever signs out is asked, and leaves nothing behind', async () => {
  const { page } = bob;
  toll = ({ action }) => (action === 'send' ? 'lost' : undefined);
  await bob.say('Waits here');
  await bob.enter('alice');
  await bob.say('Waits there');
  await page.routeWebSocket(/\/ws\//, (socket) => void socket.close());
  await page.reload();
  await page.getByText(/2 messages wait/).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  const question = page.getByRole('dialog', { name: 'Sign out now?' });
  await question.getByText('2 things that you did are not sent yet').waitFor();
  await question.getByRole('button', { name: 'Stay' }).click();
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toContain('Waits there');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await question.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password').waitFor();
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

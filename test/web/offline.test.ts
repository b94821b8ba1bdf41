import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { arrive, type Person, signIn } from '../support/person.ts';
import { newRoom } from '../support/rooms.ts';
import { type SeverableWay, severableWay } from '../support/severable.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;
let way: SeverableWay;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
});

beforeEach(async () => {
  const { edgeUrl } = stack.stack;
  const room = await newRoom(stack, 'alice', 'bob');
  way = await severableWay(edgeUrl);
  onTestFinished(async () => {
    await Promise.all([alice.context.close(), bob.context.close()]);
    await way.close();
  });
  // Bob's way can be cut; alice's is the edge's own.
  [alice, bob] = await Promise.all([arrive(browser, edgeUrl, 'alice'), arrive(browser, way.url, 'bob')]);
  for (const { page } of [alice, bob]) {
    await page.evaluate((id) => {
      location.hash = `#/${id}`;
    }, room);
  }
  await alice.say('Are you there?');
  await bob.message('Are you there?').waitFor();
  await bob.say('Yes.');
  await alice.message('Yes.').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function lose(): Promise<void> {
  way.cut();
  await bob.context.setOffline(true);
  await bob.page.getByText(/You are offline\.|Connecting…/).waitFor();
}

async function comeBack(): Promise<void> {
  way.mend();
  await bob.context.setOffline(false);
}

const written = ['First, from the tunnel', 'Second, from the tunnel', 'Third, from the tunnel'];

test('what is written offline lands once and in order, and what the others did meanwhile is there', async () => {
  await lose();
  for (const text of written) await bob.say(text);
  await bob.page.getByText(/3 messages wait and are sent when you are back/).waitFor();
  expect(await bob.texts()).toEqual(['Are you there?', 'Yes.', ...written]);

  await alice.say('Meanwhile');
  await alice.message('Meanwhile').getByText('Sent', { exact: true }).waitFor({ state: 'attached' });
  await alice.press('Are you there?', 'Edit');
  const edited = alice.page.getByRole('textbox', { name: 'Edit the message' });
  await edited.fill('Are you on the train?');
  await edited.press('Enter');
  await alice.message('Are you on the train?').getByText('edited').waitFor();

  await comeBack();
  const all = ['Are you on the train?', 'Yes.', 'Meanwhile', ...written];
  await expect.poll(() => alice.texts()).toEqual(all);
  await expect.poll(() => bob.texts()).toEqual(all);
  await bob.page.locator('.banner').waitFor({ state: 'detached' });
});

test('what was deleted while one was away is gone when one is back', async () => {
  await lose();
  await alice.press('Are you there?', 'Delete');
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await alice.message('Message deleted').waitFor();
  await comeBack();
  await expect.poll(() => bob.texts()).toEqual(['Message deleted', 'Yes.']);
});

test('a reload keeps what waits, and it lands once', async () => {
  await lose();
  for (const text of written) await bob.say(text);
  await bob.page.getByText(/3 messages wait/).waitFor();
  // The page itself comes over the network again; the sockets do not.
  let blocked = true;
  await bob.page.routeWebSocket(/\/ws\//, (socket) => {
    if (blocked) void socket.close();
    else socket.connectToServer();
  });
  await comeBack();
  await bob.page.reload();
  await expect.poll(() => bob.texts()).toEqual(written);
  expect(await alice.texts()).toEqual(['Are you there?', 'Yes.']);
  blocked = false;
  await bob.page.reload();
  await expect.poll(() => alice.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
  await expect.poll(() => bob.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
});

test('who has to sign in again goes on where they were, and what waited is sent', async () => {
  await lose();
  for (const text of written) await bob.say(text);
  // The token does not count any more.
  await bob.page.evaluate(() => {
    const { token, ...rest } = JSON.parse(sessionStorage.getItem('parley:session') ?? '{}');
    const refused = token.replace(/[^.]+$/, 'AAAA');
    sessionStorage.setItem('parley:session', JSON.stringify({ ...rest, token: refused }));
  });
  await comeBack();
  const dialog = bob.page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.waitFor();
  await signIn(bob.page, 'bob');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => alice.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
  await expect.poll(() => bob.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
});

test('who signs out is asked to sign in, also after a reload', async () => {
  await bob.page.getByRole('button', { name: 'Sign out' }).click();
  await bob.page.getByLabel('Password').waitFor();
  await bob.page.reload();
  await bob.page.getByLabel('Password').waitFor();
});

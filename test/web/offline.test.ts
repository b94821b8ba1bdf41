import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ask } from '../support/http.ts';
import { type Person, pageTests, signIn } from '../support/person.ts';
import { newRoom } from '../support/rooms.ts';
import { type SeverableWay, severableWay } from '../support/severable.ts';

const chat = pageTests();
let way: SeverableWay;
let alice: Person;
let bob: Person;

beforeEach(async () => {
  const room = await newRoom(chat.stack, 'alice', 'bob');
  way = await severableWay(chat.stack.stack.edgeUrl);
  onTestFinished(async () => {
    await Promise.all([alice.context.close(), bob.context.close()]);
    await way.close();
  });
  // Bob connects through a proxy that the tests can cut.
  [alice, bob] = await Promise.all([chat.signIn('alice'), chat.signIn('bob', {}, way.url)]);
  await Promise.all([alice.goTo(room), bob.goTo(room)]);
  await alice.say('Are you there?');
  await bob.message('Are you there?').waitFor();
  await bob.say('Yes.');
  await alice.message('Yes.').waitFor();
});

async function goOffline(): Promise<void> {
  way.cut();
  await bob.context.setOffline(true);
  await bob.page.getByText(/You're offline\.|Connecting…/).waitFor();
}

async function goOnline(): Promise<void> {
  way.mend();
  await bob.context.setOffline(false);
}

const written = ['First, from the tunnel', 'Second, from the tunnel', 'Third, from the tunnel'];

test('sends messages written offline once and in order, and loads the changes that others made meanwhile', async () => {
  await goOffline();
  for (const text of written) await bob.say(text);
  await bob.page.getByText(/3 messages will be sent when you reconnect/).waitFor();
  expect(await bob.texts()).toEqual(['Are you there?', 'Yes.', ...written]);

  await alice.say('Meanwhile');
  await alice.receipt('Meanwhile', 'Sent');
  await alice.press('Are you there?', 'Edit');
  const edited = alice.page.getByRole('textbox', { name: 'Edit message' });
  await edited.fill('Are you on the train?');
  await edited.press('Enter');
  await alice.message('Are you on the train?').getByText('edited').waitFor();

  await goOnline();
  const all = ['Are you on the train?', 'Yes.', 'Meanwhile', ...written];
  await expect.poll(() => alice.texts()).toEqual(all);
  await expect.poll(() => bob.texts()).toEqual(all);
  await bob.page.locator('.banner').waitFor({ state: 'detached' });
});

test('shows a tombstone for a message that was deleted while the page was offline', async () => {
  await goOffline();
  await alice.remove('Are you there?');
  await alice.message('This message was deleted').waitFor();
  await goOnline();
  await expect.poll(() => bob.texts()).toEqual(['This message was deleted', 'Yes.']);
});

test('keeps unsent messages across a reload, and sends them once', async () => {
  await goOffline();
  for (const text of written) await bob.say(text);
  await bob.page.getByText(/3 messages will be sent/).waitFor();
  // The page can load again, but its sockets can't connect.
  let blocked = true;
  await bob.page.routeWebSocket(/\/ws\//, (socket) => {
    if (blocked) void socket.close();
    else socket.connectToServer();
  });
  await goOnline();
  await bob.page.reload();
  await expect.poll(() => bob.texts()).toEqual(written);
  expect(await alice.texts()).toEqual(['Are you there?', 'Yes.']);
  blocked = false;
  await bob.page.reload();
  await expect.poll(() => alice.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
  await expect.poll(() => bob.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
});

test('loads the later parts of the page by itself when the network returns', async () => {
  const { page, context } = bob;
  await page.route('**/dialogs-*.js', (route) => route.abort());
  await page.reload();
  await bob.message('Yes.').waitFor();
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await page.getByText("Couldn't load this part of the page.").waitFor();
  await page.unroute('**/dialogs-*.js');
  // The first request after the network returned may still fail.
  await page.route('**/dialogs-*.js', (route) => route.abort(), { times: 1 });
  await context.setOffline(true);
  await context.setOffline(false);
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.locator('.drop-zone').waitFor({ state: 'attached' });
});

test('asks to sign in again when the token is rejected, then sends the unsent messages', async () => {
  // The drop zone is in the file of the dialogs, so it is drawn once that file and what it imports have loaded.
  await bob.page.locator('.drop-zone').waitFor({ state: 'attached' });
  await goOffline();
  for (const text of written) await bob.say(text);
  // Ends the session elsewhere. The page's sockets are refused, and the chat says why.
  const { refreshToken } = JSON.parse(
    await bob.page.evaluate(() => sessionStorage.getItem('parley:session') ?? '{}'),
  );
  const headers = { Authorization: `Bearer ${await chat.stack.token('bob')}` };
  await ask(chat.stack, 'POST /logout/', { body: { refresh_token: refreshToken }, headers });
  let refused = true;
  const rejection = { status: 401, json: { error: 'UNAUTHENTICATED', message: 'expired' } };
  await bob.page.route('**/api/chats/?limit=1', (route) =>
    refused ? route.fulfill(rejection) : route.continue(),
  );
  await bob.page.route('**/api/login/refresh/', async (route) => {
    const url = `${chat.stack.stack.edgeUrl}/api/login/refresh/`;
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  await bob.context.setOffline(false);
  const dialog = bob.page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.getByText('Your session has ended. Sign in again.').waitFor();
  way.mend();
  refused = false;
  await signIn(bob.page, 'bob');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => alice.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
  await expect.poll(() => bob.texts()).toEqual(['Are you there?', 'Yes.', ...written]);
});

test('shows the sign-in form after signing out, even after a reload', async () => {
  await bob.page.getByRole('button', { name: 'Sign out' }).click();
  await bob.page.getByLabel('Password').waitFor();
  await bob.page.reload();
  await bob.page.getByLabel('Password').waitFor();
});

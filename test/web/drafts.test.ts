import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';
import { picture } from '../support/picture.ts';
import { newRoom } from '../support/rooms.ts';

/** A frame that the page sends. */
interface SentFrame {
  readonly action: string;
  readonly message?: string;
  readonly client_id?: string;
  readonly room_id?: string;
}

const chat = pageTests();
let alice: Person;
let bob: Person;
let room: string;
/** Decides about each frame that bob sends: `lost`, an error's fields as its answer, or undefined to let it pass. */
let intercept: (frame: SentFrame) => 'lost' | object | undefined;

/** Passes the frames of the page's sockets through `intercept`. Reloads the page. */
async function interceptFrames(page: Page): Promise<void> {
  await page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      const frame = JSON.parse(String(data)) as SentFrame;
      const answer = intercept(frame);
      const { client_id, room_id } = frame;
      if (answer === undefined) server.send(data);
      else if (answer !== 'lost')
        socket.send(JSON.stringify({ type: 'error', client_id, room_id, ...answer }));
    });
  });
  await page.reload();
  await page.getByText('Signed in as bob').waitFor();
}

const field = ({ page }: Person) => page.getByRole('textbox', { name: 'Message', exact: true });
const editField = ({ page }: Person) => page.getByRole('textbox', { name: 'Edit message' });

/** Opens another room, and comes back. */
async function switchRooms(person: Person): Promise<void> {
  await person.goTo('direct:1:2');
  await person.page.getByRole('heading', { name: /^(alice|bob)$/ }).waitFor();
  await person.goTo(room);
  await person.page.getByRole('heading', { name: 'test' }).waitFor();
}

beforeAll(async () => {
  intercept = () => undefined;
  [alice, bob] = await Promise.all([chat.signIn('alice'), chat.signIn('bob')]);
  await interceptFrames(bob.page);
});

beforeEach(async () => {
  intercept = () => undefined;
  room = await newRoom(chat.stack, 'alice', 'bob');
  for (const person of [alice, bob]) {
    await person.goTo(room);
    await person.page.getByRole('heading', { name: 'test' }).waitFor();
  }
  await bob.say('Old text');
  await bob.receipt('Old text', 'Read');
});

describe('after opening another room and coming back', () => {
  test('a draft, an unfinished edit and a chosen file are still there', async () => {
    await field(bob).fill('A draft');
    await bob.page.getByLabel('File to send').setInputFiles({
      name: 'hills.png',
      mimeType: 'image/png',
      buffer: picture(64, 40),
    });
    await bob.press('Old text', 'Edit');
    await editField(bob).fill('Half a new te');
    await switchRooms(bob);
    await expect.poll(() => editField(bob).inputValue()).toBe('Half a new te');
    await editField(bob).press('Escape');
    await bob.page.getByRole('img', { name: 'Preview of hills.png' }).waitFor();
    await expect.poll(() => field(bob).inputValue()).toBe('A draft');
    await bob.page.getByRole('button', { name: 'Remove hills.png' }).click();
  });

  test('refused messages are still there, and can be retried or discarded', async () => {
    intercept = ({ action }) => (action === 'send' ? { code: 'MUTED', message: 'You are muted' } : undefined);
    await bob.say('One');
    await bob.say('Two');
    await bob.page.getByText('Not sent. You are muted').nth(1).waitFor();
    await switchRooms(bob);
    await bob.page.getByText('Not sent. You are muted').nth(1).waitFor();
    // Refused messages stay below the others, and don't count as read.
    for (const text of ['Meanwhile', 'And then']) {
      await alice.say(text);
      await alice.message(text).getByText('Read', { exact: true }).waitFor();
    }
    intercept = () => undefined;
    await bob.message('Two').getByRole('button', { name: 'Discard' }).click();
    await bob.message('One').getByRole('button', { name: 'Try again' }).click();
    await alice.message('One').waitFor();
    await expect.poll(() => bob.texts()).toEqual(['Old text', 'Meanwhile', 'And then', 'One']);
  });

  test('an upload continues with its text, and is sent', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await bob.page.route(`${chat.stack.stack.s3Url}/**`, async (route) => {
      if (route.request().method() === 'PUT') await released;
      await route.continue();
    });
    onTestFinished(() => bob.page.unroute(`${chat.stack.stack.s3Url}/**`));
    const file = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') };
    await bob.page.getByLabel('File to send').setInputFiles(file);
    await bob.say('The plan');
    const uploading = bob.page.getByRole('progressbar', { name: 'Uploading plan.txt' });
    await uploading.waitFor();
    await field(bob).fill('Written meanwhile');
    await switchRooms(bob);
    await uploading.waitFor();
    await bob.page.locator('.attachment').getByText('The plan').waitFor();
    await bob.enter('alice');
    release();
    await alice.message('The plan').getByRole('button', { name: 'Download plan.txt' }).waitFor();
    await bob.goTo(room);
    await bob.message('The plan').waitFor();
    expect(await bob.page.locator('.attachment').count()).toBe(0);
    expect(await field(bob).inputValue()).toBe('Written meanwhile');
    await field(bob).fill('');
  });

  test('a pending edit and reaction still show, even after a reload', async () => {
    intercept = ({ action }) => (action === 'edit' || action === 'react' ? 'lost' : undefined);
    await bob.press('Old text', 'Edit');
    await editField(bob).fill('New text');
    await editField(bob).press('Enter');
    await bob.message('New text').getByText('saving…').waitFor();
    await bob.press('New text', 'React');
    await bob.message('New text').getByRole('button', { name: 'Heart' }).click();
    const expectPending = async () => {
      await bob.message('New text').getByText('saving…').waitFor();
      await bob.message('New text').getByRole('button', { name: '❤️ 1 reaction, by you' }).waitFor();
    };
    await expectPending();
    await switchRooms(bob);
    await expectPending();
    await bob.page.reload();
    await expectPending();
    expect(await alice.texts()).toEqual(['Old text']);
    intercept = () => undefined;
    await bob.page.reload();
    await alice.message('New text').getByRole('button', { name: '❤️ 1 reaction, by bob' }).waitFor();
    await bob.message('New text').getByText('saving…').waitFor({ state: 'detached' });
  });

  test('the tombstone of a message deleted on screen is still there', async () => {
    await alice.say('Gone soon');
    await bob.message('Gone soon').waitFor();
    await alice.receipt('Gone soon', 'Read');
    await alice.remove('Gone soon');
    for (const person of [alice, bob]) {
      await person.message('This message was deleted').waitFor();
      await switchRooms(person);
      await expect.poll(() => person.texts()).toEqual(['Old text', 'This message was deleted']);
    }
  });
});

describe('after a reload', () => {
  const reload = async () => {
    await bob.page.reload();
    await bob.page.getByRole('heading', { name: 'test' }).waitFor();
  };

  test('the text, the reply and an unfinished edit are still there, and the room list shows the text', async () => {
    await bob.press('Old text', 'Edit');
    await editField(bob).fill('Half a new te');
    await reload();
    await expect.poll(() => editField(bob).inputValue()).toBe('Half a new te');
    await editField(bob).press('Escape');
    await bob.press('Old text', 'Reply');
    await field(bob).fill('Half an ans');
    await reload();
    await expect.poll(() => field(bob).inputValue()).toBe('Half an ans');
    await bob.page.getByText('Replying to yourself').waitFor();
    await bob.goTo('direct:1:2');
    const row = bob.page.getByRole('link').filter({ hasText: 'test' });
    await row.getByText('Draft: Half an ans').waitFor();
    await bob.goTo(room);
    await field(bob).press('Enter');
    await alice.message('Half an ans').locator('.quote').waitFor();
    await reload();
    expect(await field(bob).inputValue()).toBe('');
  });

  test('a chosen file would be lost, so the browser asks before it leaves the page', async () => {
    const { page } = bob;
    const file = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') };
    await page.getByLabel('File to send').setInputFiles(file);
    const remove = page.getByRole('button', { name: 'Remove plan.txt' });
    await remove.waitFor();
    // Browsers ask only a user who has used the page.
    await field(bob).click();
    const [question] = await Promise.all([
      page.waitForEvent('dialog'),
      page.evaluate(() => void setTimeout(() => location.reload())),
    ]);
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    const questions: string[] = [];
    page.once('dialog', (dialog) => {
      questions.push(dialog.type());
      void dialog.accept();
    });
    await reload();
    page.removeAllListeners('dialog');
    expect(questions).toEqual([]);
  });

  test('refused messages are still there', async () => {
    intercept = ({ action }) => (action === 'send' ? { code: 'MUTED', message: 'You are muted' } : undefined);
    await bob.say('Refused');
    await bob.page.getByText('Not sent. You are muted').waitFor();
    await reload();
    await bob.message('Refused').getByRole('button', { name: 'Discard' }).click();
    await reload();
    await bob.message('Old text').waitFor();
    expect(await bob.message('Refused').count()).toBe(0);
  });

  test('the composer works with broken values in the storage, and without a storage', async () => {
    await field(bob).fill('A draft');
    const key = () => bob.page.evaluate(() => Object.keys(localStorage).find((each) => /drafts/.test(each)));
    await expect.poll(key).toBeDefined();
    const name = (await key()) ?? '';
    const broken = { text: 1, target: { kind: 'reply' }, editedText: {}, failed: [null, {}] };
    // The page stores its draft when it closes, so the next page breaks the value.
    await bob.page.addInitScript((name) => {
      const value = sessionStorage.getItem('test');
      if (value === 'blocked') {
        const get = () => {
          throw new DOMException('', 'SecurityError');
        };
        Object.defineProperty(globalThis, 'localStorage', { get });
      } else if (value !== null) for (const each of [localStorage, sessionStorage]) each.setItem(name, value);
    }, name);
    const setValue = (value: string) =>
      bob.page.evaluate((value) => sessionStorage.setItem('test', value), value);
    onTestFinished(async () => {
      await bob.page.evaluate(() => sessionStorage.removeItem('test'));
      await bob.page.reload();
    });
    for (const value of ['{broken', JSON.stringify([null, [], [room, broken], ['2']])]) {
      await setValue(value);
      await reload();
      expect(await field(bob).inputValue()).toBe('');
      await field(bob).fill('A draft');
    }
    await setValue('blocked');
    await reload();
    await bob.say('Without a storage');
    await alice.message('Without a storage').waitFor();
  });
});

test('when a message is deleted, an edit of the message becomes a draft and a reply to it shows a warning', async () => {
  await bob.press('Old text', 'Edit');
  await editField(bob).fill('Old text, at length');
  await alice.press('Old text', 'Reply');
  await field(alice).fill('An answer');
  await alice.remove('Old text');
  await bob.page.getByText(/you were editing was deleted/).waitFor();
  expect(await field(bob).inputValue()).toBe('Old text, at length');
  await alice.page.getByText('The message you are replying to was deleted').waitFor();
  await field(alice).press('Enter');
  await bob.message('An answer').waitFor();
  expect(await bob.message('An answer').locator('.quote').count()).toBe(0);
  await field(bob).fill('');
});

describe('when the user can no longer write in the room', () => {
  const byAlice = async (method: string, path: string, body?: object) => {
    const headers = {
      Authorization: `Bearer ${await chat.stack.token('alice')}`,
      'Content-Type': 'application/json',
    };
    const url = `${chat.stack.stack.edgeUrl}/api/chats/${path}`;
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    expect(response.ok).toBe(true);
  };
  const unsent = ({ page }: Person) => page.getByRole('textbox', { name: 'Your unsent text' });

  test('because they were removed, the unsent text can be read and copied, and comes back with the room', async () => {
    const { page, context } = bob;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await field(bob).fill('Half a thought\nin two lines');
    await byAlice('DELETE', `${room}/members/2/`);
    await page.getByText('you were removed from it').waitFor();
    await page.locator('textarea[readonly]:focus').waitFor();
    expect(await unsent(bob).inputValue()).toBe('Half a thought\nin two lines');
    expect(await unsent(bob).isEditable()).toBe(false);
    // Nothing that the server would refuse.
    expect(await page.getByRole('button', { name: 'Room menu' }).count()).toBe(0);
    await bob.message('Old text').hover();
    await bob.message('Old text').getByRole('button', { name: 'More actions' }).waitFor();
    expect(await bob.message('Old text').getByRole('button', { name: 'React' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Half a thought\nin two lines');
    await byAlice('POST', `${room}/members/`, { user_id: '2' });
    await expect.poll(() => field(bob).inputValue()).toBe('Half a thought\nin two lines');
    await field(bob).fill('');
  });

  test('because it was deleted, the unsent text and edit stay until the user discards them', async () => {
    const { page, context } = bob;
    await context.clearPermissions();
    await field(bob).fill('A draft');
    await bob.press('Old text', 'Edit');
    await editField(bob).fill('Half a new te');
    await byAlice('DELETE', `${room}/`);
    await page.getByText('The room was deleted.').waitFor();
    expect(await unsent(bob).inputValue()).toBe('A draft\nHalf a new te');
    // Where the clipboard is blocked, the text is selected.
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('blocked'));
    });
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText("Couldn't copy the text. It's selected").waitFor();
    const selected = unsent(bob).evaluate((box) => {
      const { value, selectionStart, selectionEnd } = box as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionEnd);
    });
    expect(await selected).toBe('A draft\nHalf a new te');
    await page.getByRole('button', { name: 'Discard' }).click();
    await unsent(bob).waitFor({ state: 'detached' });
    await page.locator(':focus').getByText('Back to rooms').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Back to rooms');
    await page.reload();
    await page.getByRole('link', { name: 'Back to rooms' }).waitFor();
    expect(await unsent(bob).count()).toBe(0);
  });

  test('because an empty room was deleted, the text lies below the reason and the way back', async () => {
    const { page } = bob;
    const empty = await newRoom(chat.stack, 'alice', 'bob');
    await bob.goTo(empty);
    await page.getByText('No messages yet').and(page.locator('.empty')).waitFor();
    await field(bob).fill('A draft');
    await byAlice('DELETE', `${empty}/`);
    await unsent(bob).waitFor();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 720 });
      const boxes = [page.getByText('The room was deleted.'), page.getByText('Back to rooms'), unsent(bob)];
      const [reason, back, text] = await Promise.all(boxes.map((each) => each.boundingBox()));
      expect(back?.y, `${width} px`).toBeGreaterThanOrEqual((reason?.y ?? 0) + (reason?.height ?? 0));
      expect(text?.y, `${width} px`).toBeGreaterThanOrEqual((back?.y ?? 0) + (back?.height ?? 0));
      expect(reason?.x, `${width} px`).toBeGreaterThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  test('because it was archived, the unsent text and file can be read, and the reason is shown', async () => {
    await field(bob).fill('Too late');
    const file = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') };
    await bob.page.getByLabel('File to send').setInputFiles(file);
    await bob.page.getByRole('button', { name: 'Remove plan.txt' }).waitFor();
    await byAlice('PATCH', `${room}/`, { archived: true });
    await bob.page.getByText('This room is archived.').waitFor();
    expect(await unsent(bob).inputValue()).toBe('Too late');
    await bob.page.getByText("Files that weren't sent: plan.txt").waitFor();
    await byAlice('PATCH', `${room}/`, { archived: false });
    await expect.poll(() => field(bob).inputValue()).toBe('Too late');
    await bob.page.getByRole('button', { name: 'Remove plan.txt' }).waitFor();
    await byAlice('PATCH', `${room}/`, { archived: true });
    await bob.page.getByRole('button', { name: 'Discard' }).click();
    await byAlice('PATCH', `${room}/`, { archived: false });
    await field(bob).waitFor();
    expect(await field(bob).inputValue()).toBe('');
    expect(await bob.page.getByRole('button', { name: 'Remove plan.txt' }).count()).toBe(0);
  });
});

test('shows how long the rate limit lasts, and sends the message after it', async () => {
  let held = true;
  intercept = ({ action }) => {
    if (action !== 'send' || !held) return undefined;
    held = false;
    return { code: 'RATE_LIMITED', message: 'Too many', retry_after_ms: 2_000 };
  };
  const notice = bob.page.getByText(/You're sending too fast\. Your messages will be sent in \d+ seconds?\./);
  await Promise.all([notice.waitFor(), bob.say('Too fast')]);
  await alice.message('Too fast').waitFor();
  await bob.page.getByText(/sending too fast/).waitFor({ state: 'detached' });
});

test('counts unsent messages of all rooms, asks before signing out, and leaves nothing in the storage', async () => {
  const { page } = bob;
  intercept = ({ action }) => (action === 'send' ? 'lost' : undefined);
  await bob.say('Waits here');
  await bob.enter('alice');
  await bob.say('Waits there');
  await page.routeWebSocket(/\/ws\//, (socket) => void socket.close());
  await page.reload();
  await page.getByText(/2 messages will be sent/).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  const question = page.getByRole('dialog', { name: 'Sign out?' });
  await question.getByText('2 unsent changes will be lost if you sign out.').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toContain('Waits there');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await question.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password').waitFor();
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('drafts');
});

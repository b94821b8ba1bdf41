import { beforeAll, describe, expect, test } from 'vitest';
import { askingAs } from '../support/http.ts';
import { type Person, pageTests } from '../support/person.ts';
import { picture } from '../support/picture.ts';

const chat = pageTests();
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [alice, bob] = await Promise.all([chat.signIn('alice'), chat.signIn('bob')]);
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
});

describe('two signed-in users', () => {
  test('receive each other’s messages and see when they are read', async () => {
    await alice.say('Shall we begin?');
    await bob.message('Shall we begin?').waitFor();
    await alice.receipt('Shall we begin?', 'Read');
    await bob.say('I am there.');
    await alice.message('I am there.').waitFor();
    expect(await alice.texts()).toEqual(['Shall we begin?', 'I am there.']);
    expect(await bob.texts()).toEqual(await alice.texts());
  });

  test('see who is online and who is typing', async () => {
    await alice.page.getByText('3 members, 2 online').waitFor();
    await bob.page.getByRole('textbox', { name: 'Message' }).pressSequentially('Wait');
    await alice.page.getByText('bob is typing…').waitFor();
    await bob.say('Wait a moment.');
    await alice.message('Wait a moment.').waitFor();
    await alice.page.getByText('bob is typing…').waitFor({ state: 'hidden' });
  });

  test('edit the last message with Arrow up and save it with Enter', async () => {
    await bob.say('At noo');
    await bob.receipt('At noo', 'Read');
    await bob.page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
    const edited = bob.page.getByRole('textbox', { name: 'Edit message' });
    await edited.fill('At noon');
    await edited.press('Enter');
    await alice.message('At noon').getByText('edited').waitFor();
    expect(await alice.texts()).not.toContain('At noo');
  });

  test('cancel an edit with Escape', async () => {
    await bob.press('At noon', 'Edit');
    const edited = bob.page.getByRole('textbox', { name: 'Edit message' });
    await edited.fill('Never');
    await edited.press('Escape');
    await edited.waitFor({ state: 'detached' });
    expect(await bob.texts()).toContain('At noon');
  });

  /** Runs in the page: types a text and presses Enter twice before the page renders. `edit` edits the last message. */
  async function typeFast(
    field: HTMLTextAreaElement,
    { edit = false, text }: { edit?: boolean; text: string },
  ) {
    const press = (key: string) =>
      field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    if (edit) press('ArrowUp');
    while (edit && !field.ariaLabel?.startsWith('Edit')) await Promise.resolve();
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    if (edit) await Promise.resolve();
    press('Enter');
    press('Enter');
  }

  test('send every letter once when Enter is pressed before the page renders', async () => {
    const { page } = bob;
    await page.getByRole('textbox', { name: 'Message' }).fill('Shall we go by trai');
    await page
      .getByRole('textbox', { name: 'Message' })
      .evaluate(typeFast, { text: 'Shall we go by train?' });
    await alice.message('Shall we go by train?').waitFor();
    await bob.receipt('Shall we go by train?', 'Read');
    await page
      .getByRole('textbox', { name: 'Message' })
      .evaluate(typeFast, { edit: true, text: 'Shall we go by bus?' });
    await alice.message('Shall we go by bus?').getByText('edited').waitFor();
    await bob.say('Or walk.');
    await alice.message('Or walk.').waitFor();
    const said = (await alice.texts()).filter((text) => /Shall we go|Or walk/.test(text));
    expect(said).toEqual(['Shall we go by bus?', 'Or walk.']);
  });

  test('delete a message after confirmation', async () => {
    await alice.say('Not for here');
    await bob.message('Not for here').waitFor();
    await alice.receipt('Not for here', 'Read');
    await alice.press('Not for here', 'Delete');
    await alice.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await alice.texts()).toContain('Not for here');
    await alice.remove('Not for here');
    await bob.message('Message deleted').waitFor();
    await alice.message('Message deleted').waitFor();
    expect(await bob.texts()).not.toContain('Not for here');
  });

  test('reply to a message, and go from the reply to the message', async () => {
    await alice.press('I am there.', 'Reply');
    await alice.say('So am I.');
    const quote = bob.message('So am I.').getByRole('button', { name: /I am there\./ });
    await quote.click();
    await expect.poll(() => bob.page.locator('.marked .text').allTextContents()).toEqual(['I am there.']);
  });

  test('reach the message actions with the keyboard', async () => {
    await alice.page.mouse.move(0, 0);
    await alice.page.getByRole('textbox', { name: 'Message' }).focus();
    const focused = () => alice.page.evaluate(() => document.activeElement?.getAttribute('data-key') ?? null);
    // Of all messages, only the newest is a tab stop.
    for (let stops = 0; stops < 8 && (await focused()) === null; stops++) {
      await alice.page.keyboard.press('Shift+Tab');
    }
    expect(await focused()).not.toBeNull();
    await alice.page.keyboard.press('Tab');
    expect(await alice.page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
  });

  test('add reactions, see whose they are, and remove them', async () => {
    await bob.press('So am I.', 'React');
    await bob.message('So am I.').getByRole('button', { name: 'Thumbs up' }).click();
    const chip = alice.message('So am I.').getByRole('button', { name: '👍 1 reaction, by bob' });
    await chip.click();
    await alice.message('So am I.').getByRole('button', { name: '👍 2 reactions, by bob and you' }).waitFor();
    await bob
      .message('So am I.')
      .getByRole('button', { name: /👍 2 reactions/ })
      .click();
    await alice.message('So am I.').getByRole('button', { name: '👍 1 reaction, by you' }).waitFor();
  });

  test('send a picture, with a preview before', async () => {
    const file = { name: 'hills.png', mimeType: 'image/png', buffer: picture(640, 400) };
    await bob.page.getByLabel('File to send').setInputFiles(file);
    await bob.page.getByRole('img', { name: 'Preview of hills.png' }).waitFor();
    await bob.say('From the train');
    const shown = alice.message('From the train').getByRole('img', { name: 'hills.png', exact: true });
    await expect
      .poll(() => shown.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
      .toEqual([640, 400]);
    // The timeline still follows the newest message after the picture has loaded.
    for (const { page } of [alice, bob]) {
      const below = () =>
        page
          .locator('.scroller')
          .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
      await expect.poll(below).toBeLessThan(2);
    }
  });

  test('send a file of any other type, and save it unchanged', async () => {
    const file = { name: 'plan.docx', mimeType: 'application/msword', buffer: Buffer.from('the plan') };
    await alice.page.getByLabel('File to send').setInputFiles(file);
    await alice.say('The plan');
    const [saved] = await Promise.all([
      bob.page.waitForEvent('download'),
      bob.message('The plan').getByRole('button', { name: 'Save plan.docx' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('plan.docx');
    const bytes: Buffer[] = [];
    for await (const part of await saved.createReadStream()) bytes.push(part);
    expect(Buffer.concat(bytes).toString()).toBe('the plan');
  });
});

test('shows markup as plain text, in the timeline and in the room list', async () => {
  const text = `<img src=x onerror="document.title='taken'"> <b>bold</b> &amp; javascript:alert(1)`;
  await alice.say(text);
  await bob.message(text).waitFor();
  await bob.page.locator('.room-preview').getByText(text).waitFor();
  for (const { page } of [alice, bob]) {
    expect(await page.locator('.text b, .text img, .room-preview img').count()).toBe(0);
    expect(await page.title()).not.toContain('taken');
  }
});

test('links http and https addresses, and nothing else', async () => {
  await alice.say('See https://example.com/plan?a=1&b=2. Or javascript:alert(1)');
  const link = bob.message('See https://example.com/plan?a=1&b=2. Or javascript:alert(1)').getByRole('link');
  expect(await link.getAttribute('href')).toBe('https://example.com/plan?a=1&b=2');
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  expect(await link.count()).toBe(1);
});

test('counts unread messages of a room until the user opens it', async () => {
  await bob.enter('alice');
  await alice.say('One');
  await alice.say('Two');
  const everybody = bob.page.getByRole('navigation').getByRole('link', { name: 'Everybody' });
  await everybody.getByText('2 unread messages').waitFor();
  await everybody.getByText('alice: Two').waitFor();
  await bob.enter('Everybody');
  await bob.page.getByText('New messages').waitFor();
  await alice.receipt('Two', 'Read');
  await bob.enter('alice');
  await everybody.waitFor();
  expect(await everybody.textContent()).not.toContain('unread');
});

test('creates a room and adds a member, who sees it in the list', async () => {
  await alice.page.getByRole('button', { name: 'New room' }).click();
  await alice.page.getByLabel('Name').fill('Lunch');
  await alice.page.getByRole('button', { name: 'Create room' }).click();
  await alice.page.getByRole('heading', { name: 'Lunch' }).waitFor();
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('combobox', { name: 'Add people' }).fill('bob');
  await alice.page.getByRole('option', { name: 'bob' }).first().click();
  await alice.page.getByRole('button', { name: 'Add', exact: true }).click();
  await alice.page.getByRole('dialog').getByText('bob').waitFor();
  await alice.page.getByRole('button', { name: 'Close' }).click();
  await bob.enter('Lunch');
  await bob.say('Count me in.');
  await alice.message('Count me in.').waitFor();
});

test('tells a removed member why, and keeps showing the messages', async () => {
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('button', { name: 'Remove bob' }).click();
  await bob.page
    .getByText('Room not available: you were removed from it. Ask one of its owners to add you.')
    .waitFor();
  expect(await bob.texts()).toContain('Count me in.');
  expect(await bob.page.getByRole('textbox', { name: 'Message' }).count()).toBe(0);
  const rooms = bob.page.getByRole('navigation');
  await rooms.getByRole('link', { name: 'Lunch' }).waitFor({ state: 'detached' });
});

test('shows a room of a stranger as a request, which the user can decline or accept', async () => {
  const dave = await askingAs(chat.stack, 'dave');
  const request = bob.page.getByText('Request · No messages yet');
  const note = bob.page.getByRole('region', { name: 'Request' });
  const spam = await dave('POST /chats/', { name: 'Spam', members: [2] });
  await request.waitFor();
  await bob.goTo(String(spam.body['id']));
  await note.getByRole('button', { name: 'Decline' }).click();
  await request.waitFor({ state: 'detached' });
  const direct = await dave('POST /chats/', { kind: 'direct', members: [2] });
  await request.waitFor();
  await bob.goTo(String(direct.body['id']));
  await note.getByRole('button', { name: 'Accept' }).click();
  await note.waitFor({ state: 'detached' });
  await request.waitFor({ state: 'detached' });
});

test('causes no browser errors or policy violations', () => {
  expect([...alice.errors, ...bob.errors]).toEqual([]);
});

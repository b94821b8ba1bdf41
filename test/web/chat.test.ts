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

  test('do not send a word that an input method is composing', async () => {
    const field = bob.page.getByRole('textbox', { name: 'Message' });
    await field.fill('にほ');
    // Safari ends the composition before this key, and marks it only with the code.
    await field.evaluate((box) => {
      const options = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
      box.dispatchEvent(new KeyboardEvent('keydown', options));
    });
    await field.fill('にほん');
    await field.press('Enter');
    await alice.message('にほん').waitFor();
    expect(await alice.texts()).not.toContain('にほ');
  });

  /** Runs in the page: pastes a text and a file named `file`. Returns whether the browser inserts the text. */
  function paste(box: Element, { text, file }: { text?: string; file: string }): boolean {
    const clipboardData = new DataTransfer();
    if (text) clipboardData.setData('text/plain', text);
    clipboardData.items.add(new File(['bytes'], file, { type: 'image/png' }));
    return box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }

  test('paste the text of an Office document, and not its picture', async () => {
    const field = bob.page.getByRole('textbox', { name: 'Message' });
    const files = bob.page.getByRole('list', { name: 'Files to send' });
    expect(await field.evaluate(paste, { text: 'Total 42', file: 'image.png' })).toBe(true);
    expect(await files.count()).toBe(0);
    // A copied file has its name beside it.
    expect(await field.evaluate(paste, { text: 'hills.png', file: 'hills.png' })).toBe(false);
    expect(await field.evaluate(paste, { file: 'image.png' })).toBe(false);
    await files.getByText('image.png').waitFor();
    for (const name of ['hills.png', 'image.png']) {
      await bob.page.getByRole('button', { name: `Remove ${name}` }).click();
      await expect.poll(() => field.evaluate((box) => box === document.activeElement)).toBe(true);
    }
  });

  test('put markers around the selected text with a key, and remove them again', async () => {
    const field = bob.page.getByRole('textbox', { name: 'Message' });
    await field.fill('so bold');
    await field.evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(3, 7));
    await field.press('Control+b');
    expect(await field.inputValue()).toBe('so **bold**');
    await field.press('Control+i');
    expect(await field.inputValue()).toBe('so **_bold_**');
    await field.press('Control+i');
    await field.press('Control+b');
    expect(await field.inputValue()).toBe('so bold');
    await field.press('Control+z');
    expect(await field.inputValue()).not.toBe('so bold');
    await field.fill('');
  });

  test('delete a message after confirmation', async () => {
    await alice.say('Not for here');
    await bob.message('Not for here').waitFor();
    await alice.receipt('Not for here', 'Read');
    await alice.press('Not for here', 'Delete');
    await alice.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await alice.texts()).toContain('Not for here');
    await alice.remove('Not for here');
    await bob.message('This message was deleted').waitFor();
    await alice.message('This message was deleted').waitFor();
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

  test('send several files, chosen and dropped anywhere in the room, in their order', async () => {
    const { page } = bob;
    const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(name) });
    await page.getByLabel('File to send').setInputFiles([file('one.txt'), file('two.txt')]);
    const dropped = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      for (const name of ['three.txt', 'four.txt']) transfer.items.add(new File([name], name));
      return transfer;
    });
    const timeline = page.locator('.scroller');
    const zone = page.getByText('Drop files here to attach them');
    await timeline.dispatchEvent('dragover', { dataTransfer: dropped });
    await zone.waitFor();
    await timeline.dispatchEvent('drop', { dataTransfer: dropped });
    await zone.waitFor({ state: 'hidden' });
    // Beside the room, a dropped file must not replace the page.
    const isRefused = await page.getByRole('navigation').evaluate((side, dataTransfer) => {
      const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      return !side.dispatchEvent(drop);
    }, dropped);
    expect(isRefused).toBe(true);
    await bob.say('All four');
    const received = alice.page.getByRole('button', { name: /^Download .*\.txt$/ });
    await expect.poll(() => received.count()).toBe(4);
    const labels = await received.evaluateAll((buttons) => buttons.map((each) => each.ariaLabel));
    expect(labels).toEqual(['one', 'two', 'three', 'four'].map((name) => `Download ${name}.txt`));
    await alice.message('All four').getByRole('button', { name: 'Download one.txt' }).waitFor();
  });

  test('attach files that they paste and drop before the later parts of the page are loaded', async () => {
    const { page } = bob;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route(/\/dialogs-/, (route) => released.then(() => route.continue()));
    await page.reload();
    const field = page.getByRole('textbox', { name: 'Message' });
    await field.waitFor();
    expect(await field.evaluate(paste, { text: 'Total 42', file: 'table.png' })).toBe(true);
    expect(await field.evaluate(paste, { file: 'image.png' })).toBe(false);
    /** Runs in the page: drags a file over an element and drops it. Returns whether the browser leaves the page alone. */
    const drop = (element: Element) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['text'], 'notes.txt'));
      return ['dragover', 'drop'].map((type) => {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
        return !element.dispatchEvent(event);
      });
    };
    expect(await page.locator('.scroller').evaluate(drop)).toEqual([true, true]);
    expect(await page.getByRole('navigation').evaluate(drop)).toEqual([true, true]);
    release();
    const files = page.getByRole('list', { name: 'Files to send' });
    await files.getByText('notes.txt').waitFor();
    expect(await files.locator('.file-name').allTextContents()).toEqual(['image.png', 'notes.txt']);
    await page.unroute(/\/dialogs-/);
    for (const name of ['image.png', 'notes.txt'])
      await page.getByRole('button', { name: `Remove ${name}` }).click();
  });

  test('send a file of any other type, and save it unchanged', async () => {
    const file = { name: 'plan.docx', mimeType: 'application/msword', buffer: Buffer.from('the plan') };
    await alice.page.getByLabel('File to send').setInputFiles(file);
    await alice.say('The plan');
    const [saved] = await Promise.all([
      bob.page.waitForEvent('download'),
      bob.message('The plan').getByRole('button', { name: 'Download plan.docx' }).click(),
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

test('updates the last message in the room list after an edit or a delete, and does not count a deleted one', async () => {
  const everybody = bob.page.getByRole('navigation').getByRole('link', { name: 'Everybody' });
  await alice.say('Lunch at tvelve');
  await everybody.getByText('1 unread message').waitFor();
  await alice.page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
  await alice.page.getByRole('textbox', { name: 'Edit message' }).fill('Lunch at twelve');
  await alice.page.keyboard.press('Enter');
  await everybody.getByText('alice: Lunch at twelve').waitFor();
  await alice.remove('Lunch at twelve');
  await everybody.getByText('alice: Two').waitFor();
  expect(await everybody.textContent()).not.toContain('unread');
});

test('shows in a direct room and in the list whether the other person is online, whichever room they have open', async () => {
  const asAlice = await askingAs(chat.stack, 'alice');
  await asAlice('POST /chats/', { kind: 'direct', members: [3] });
  const { page } = alice;
  await alice.goTo('direct:1:3');
  await page.getByRole('heading', { name: 'carol' }).waitFor();
  const status = page.locator('.room-title p');
  const dot = page.locator('a.room[aria-current] .online-dot');
  await expect.poll(() => status.textContent()).not.toBe('Online');
  for (const _visit of [1, 2]) {
    const carol = await chat.signIn('carol');
    await carol.enter('Everybody');
    await expect.poll(() => status.textContent()).toBe('Online');
    await dot.waitFor();
    await carol.context.close();
    await expect.poll(() => status.textContent()).toMatch(/^Last seen/);
    await dot.waitFor({ state: 'detached' });
  }
  await alice.enter('Everybody');
});

test('creates a room and adds a member, who sees it in the list', async () => {
  await alice.page.getByRole('button', { name: 'New room' }).click();
  await alice.page.getByLabel('Name').fill('Lunch');
  await alice.page.getByRole('button', { name: 'Create room' }).click();
  await alice.page.getByRole('heading', { name: 'Lunch' }).waitFor();
  await expect.poll(() => alice.page.locator('.room-name').first().textContent()).toBe('Lunch');
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('combobox', { name: 'Add people' }).fill('bob');
  await alice.page.getByRole('option', { name: 'bob' }).first().click();
  await alice.page.getByRole('button', { name: 'Add', exact: true }).click();
  await alice.page.locator('.members').getByText('bob').waitFor();
  await alice.page.getByRole('button', { name: 'Close' }).click();
  await bob.enter('Lunch');
  await bob.say('Count me in.');
  await alice.message('Count me in.').waitFor();
});

test('tells a removed member why, and keeps showing the messages', async () => {
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByRole('button', { name: 'Remove bob' }).click();
  const question = alice.page.getByRole('dialog', { name: 'Remove bob?' });
  await question.locator(':focus').getByText('Cancel').waitFor();
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await question.waitFor({ state: 'detached' });
  // The button that asked is gone with the member, so another one in the list has the focus.
  await alice.page.getByRole('dialog', { name: 'Members' }).locator('button:focus').waitFor();
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

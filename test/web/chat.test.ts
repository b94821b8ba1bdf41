import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { arrive, type Person } from '../support/person.ts';
import { picture } from '../support/picture.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  const url = stack.stack.edgeUrl;
  [alice, bob] = await Promise.all([arrive(browser, url, 'alice'), arrive(browser, url, 'bob')]);
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

describe('two people who are signed in', () => {
  test('read what the other says, and see that it was read', async () => {
    await alice.say('Shall we begin?');
    await bob.message('Shall we begin?').waitFor();
    await alice.message('Shall we begin?').getByText('Read', { exact: true }).waitFor();
    await bob.say('I am there.');
    await alice.message('I am there.').waitFor();
    expect(await alice.texts()).toEqual(['Shall we begin?', 'I am there.']);
    expect(await bob.texts()).toEqual(await alice.texts());
  });

  test('see that the other is there, and when they type', async () => {
    await alice.page.getByText('3 members, 2 online').waitFor();
    await bob.page.getByRole('textbox', { name: 'Message' }).pressSequentially('Wait');
    await alice.page.getByText('bob is typing…').waitFor();
    await bob.say('Wait a moment.');
    await alice.message('Wait a moment.').waitFor();
    await alice.page.getByText('bob is typing…').waitFor({ state: 'hidden' });
  });

  test('mend what they wrote: Arrow up takes the last message, Enter keeps it', async () => {
    await bob.say('At noo');
    await bob.message('At noo').getByText('Read', { exact: true }).waitFor();
    await bob.page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
    const edited = bob.page.getByRole('textbox', { name: 'Edit the message' });
    await edited.fill('At noon');
    await edited.press('Enter');
    await alice.message('At noon').getByText('edited').waitFor();
    expect(await alice.texts()).not.toContain('At noo');
  });

  test('leave a message that they are editing as it was with Escape', async () => {
    await bob.press('At noon', 'Edit');
    const edited = bob.page.getByRole('textbox', { name: 'Edit the message' });
    await edited.fill('Never');
    await edited.press('Escape');
    await edited.waitFor({ state: 'detached' });
    expect(await bob.texts()).toContain('At noon');
  });

  /** Runs in the page: takes the last message where it is asked to, types a text, and presses Enter, faster than anybody. */
  async function dash(field: HTMLTextAreaElement, { mend = false, text }: { mend?: boolean; text: string }) {
    const press = (key: string) =>
      field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    if (mend) press('ArrowUp');
    while (mend && !field.ariaLabel?.startsWith('Edit')) await Promise.resolve();
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    if (mend) await Promise.resolve();
    press('Enter');
    press('Enter');
  }

  test('lose no letter when Enter comes fast, and send nothing twice', async () => {
    const { page } = bob;
    await page.getByRole('textbox', { name: 'Message' }).fill('Shall we go by trai');
    await page.getByRole('textbox', { name: 'Message' }).evaluate(dash, { text: 'Shall we go by train?' });
    await alice.message('Shall we go by train?').waitFor();
    await bob.message('Shall we go by train?').getByText('Read', { exact: true }).waitFor();
    await page
      .getByRole('textbox', { name: 'Message' })
      .evaluate(dash, { mend: true, text: 'Shall we go by bus?' });
    await alice.message('Shall we go by bus?').getByText('edited').waitFor();
    await bob.say('Or walk.');
    await alice.message('Or walk.').waitFor();
    const said = (await alice.texts()).filter((text) => /Shall we go|Or walk/.test(text));
    expect(said).toEqual(['Shall we go by bus?', 'Or walk.']);
  });

  test('take away what they wrote, once they are sure', async () => {
    await alice.say('Not for here');
    await bob.message('Not for here').waitFor();
    await alice.message('Not for here').getByText('Read', { exact: true }).waitFor();
    await alice.press('Not for here', 'Delete');
    await alice.page.getByRole('button', { name: 'Keep it' }).click();
    expect(await alice.texts()).toContain('Not for here');
    await alice.press('Not for here', 'Delete');
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await bob.message('Message deleted').waitFor();
    await alice.message('Message deleted').waitFor();
    expect(await bob.texts()).not.toContain('Not for here');
  });

  test('answer a message, and go from the answer to it', async () => {
    await alice.press('I am there.', 'Reply');
    await alice.say('So am I.');
    const quote = bob.message('So am I.').getByRole('button', { name: /I am there\./ });
    await quote.click();
    await expect.poll(() => bob.page.locator('.marked .text').allTextContents()).toEqual(['I am there.']);
  });

  test('get to what can be done about a message with the keyboard alone', async () => {
    await alice.page.mouse.move(0, 0);
    await alice.page.getByRole('textbox', { name: 'Message' }).focus();
    const focused = () => alice.page.evaluate(() => document.activeElement?.getAttribute('data-key') ?? null);
    // The newest message is the one stop of all messages on the way back from where one writes.
    for (let stops = 0; stops < 8 && (await focused()) === null; stops++) {
      await alice.page.keyboard.press('Shift+Tab');
    }
    expect(await focused()).not.toBeNull();
    await alice.page.keyboard.press('Tab');
    expect(await alice.page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
  });

  test('react, see who did, and take it back', async () => {
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

  test('send a picture, which shows before it is sent and at the other’s', async () => {
    const file = { name: 'hills.png', mimeType: 'image/png', buffer: picture(640, 400) };
    await bob.page.getByLabel('File to send').setInputFiles(file);
    await bob.page.getByRole('img', { name: 'Preview of hills.png' }).waitFor();
    await bob.say('From the train');
    const shown = alice.message('From the train').getByRole('img', { name: 'hills.png', exact: true });
    await expect
      .poll(() => shown.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
      .toEqual([640, 400]);
    // Whoever looks at the newest keeps doing so when a picture has come or an answer’s quote has gone.
    for (const { page } of [alice, bob]) {
      const below = () =>
        page
          .locator('.scroller')
          .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
      await expect.poll(below).toBeLessThan(2);
    }
  });

  test('send a file of a type that the chat does not show, and save it as it was', async () => {
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

test('what looks like markup shows as it was typed, everywhere', async () => {
  const text = `<img src=x onerror="document.title='taken'"> <b>bold</b> &amp; javascript:alert(1)`;
  await alice.say(text);
  await bob.message(text).waitFor();
  await bob.page.locator('.room-preview').getByText(text).waitFor();
  for (const { page } of [alice, bob]) {
    expect(await page.locator('.text b, .text img, .room-preview img').count()).toBe(0);
    expect(await page.title()).not.toContain('taken');
  }
});

test('a web address can be followed, and what only looks like one can not', async () => {
  await alice.say('See https://example.com/plan?a=1&b=2. Or javascript:alert(1)');
  const link = bob.message('See https://example.com/plan?a=1&b=2. Or javascript:alert(1)').getByRole('link');
  expect(await link.getAttribute('href')).toBe('https://example.com/plan?a=1&b=2');
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  expect(await link.count()).toBe(1);
});

test('a room that one does not look at counts what is new in it, until one looks', async () => {
  await bob.enter('alice');
  await alice.say('One');
  await alice.say('Two');
  const everybody = bob.page.getByRole('navigation').getByRole('link', { name: 'Everybody' });
  await everybody.getByText('2 unread messages').waitFor();
  await everybody.getByText('alice: Two').waitFor();
  await bob.enter('Everybody');
  await bob.page.getByText('New messages').waitFor();
  await alice.message('Two').getByText('Read', { exact: true }).waitFor();
  await bob.enter('alice');
  await everybody.waitFor();
  expect(await everybody.textContent()).not.toContain('unread');
});

test('somebody makes a room, and whom they add finds it', async () => {
  await alice.page.getByRole('button', { name: 'New room' }).click();
  await alice.page.getByLabel('Name').fill('Lunch');
  await alice.page.getByRole('button', { name: 'Make the room' }).click();
  await alice.page.getByRole('heading', { name: 'Lunch' }).waitFor();
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByLabel('Add somebody by their user id').fill('2');
  await alice.page.getByRole('button', { name: 'Add', exact: true }).click();
  await alice.page.getByRole('dialog').getByText('bob').waitFor();
  await alice.page.getByRole('button', { name: 'Close' }).click();
  await bob.enter('Lunch');
  await bob.say('Count me in.');
  await alice.message('Count me in.').waitFor();
});

test('a member who is removed sees why, and what was said stays in front of them', async () => {
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

test('the browsers have nothing against any of it', () => {
  expect([...alice.complaints, ...bob.complaints]).toEqual([]);
});

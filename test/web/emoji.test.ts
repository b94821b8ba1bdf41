import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';

const chat = pageTests();
let alice: Person;
let bob: Person;

beforeAll(async () => {
  const phone = { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true };
  const low = { viewport: { width: 1280, height: 420 } };
  [alice, bob] = await Promise.all([chat.signIn('alice', low), chat.signIn('bob', phone)]);
  await Promise.all([alice.enter('Everybody'), bob.enter('Everybody')]);
  for (let number = 1; number <= 9; number++) await alice.say(`Message ${number}`);
  await bob.message('Message 9').waitFor();
});

/** Returns the label of the focused element. */
const focused = ({ page }: Person) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

const react = async ({ page, message }: Person, text: string) => {
  await message(text).focus();
  await message(text).getByRole('button', { name: 'React', exact: true }).click();
  await page.getByRole('dialog', { name: 'Choose a reaction' }).waitFor();
};

const search = ({ page }: Person) => page.getByRole('textbox', { name: 'Search emoji' });

describe('the choice of a reaction', () => {
  test('is not cut off for a message at the top, and does not cover its text', async () => {
    const { page, message } = alice;
    await message('Message 9').press('Home');
    await page.getByRole('log').evaluate((log) => {
      const [first] = log.querySelectorAll('.bubble');
      log.scrollTop += (first?.getBoundingClientRect().top ?? 0) - log.getBoundingClientRect().top;
    });
    await react(alice, 'Message 1');
    // Finds the element that a click on each button would reach.
    const reached = await page
      .getByRole('toolbar')
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons.map((button) => {
          const { left, right, top, bottom } = button.getBoundingClientRect();
          const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
          return hit !== null && button.contains(hit);
        }),
      );
    expect(reached).toEqual(Array(9).fill(true));
    const [dialog, text] = await Promise.all([
      page.getByRole('dialog').boundingBox(),
      message('Message 1').locator('.text').boundingBox(),
    ]);
    expect(dialog && text && (dialog.y + dialog.height <= text.y || dialog.y >= text.y + text.height)).toBe(
      true,
    );
  });

  test('closes with Escape, which returns the focus to its button', async () => {
    await alice.page.keyboard.press('Escape');
    // A closed dialog has no role. It stays in the document until its close event has fired.
    await alice.page.locator('.emoji-dialog').waitFor({ state: 'detached' });
    expect(await focused(alice)).toBe('React');
  });

  test('keeps the focus at the message after a choice with the keyboard', async () => {
    const { page } = alice;
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Thumbs up' }).waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await focused(alice)).toBe('Heart');
    await page.keyboard.press('Enter');
    await alice
      .message('Message 1')
      .getByRole('button', { name: /1 reaction, by you/ })
      .waitFor();
    expect(await focused(alice)).toBe('React');
  });

  test('offers all emoji with a search, a grid for the arrow keys, and skin tones', async () => {
    const { page } = alice;
    await react(alice, 'Message 2');
    await page.getByRole('button', { name: 'More emoji' }).click();
    await page.getByRole('gridcell', { name: 'grinning face', exact: true }).waitFor();
    expect(await focused(alice)).toBe('Search emoji');
    await page.getByRole('button', { name: 'Skin tone: Default' }).click();
    await page.getByRole('radio', { name: 'Medium', exact: true }).check({ force: true });
    await search(alice).fill('wav');
    await page.getByRole('gridcell', { name: 'waving hand' }).waitFor();
    await search(alice).press('ArrowDown');
    const [first] = await page
      .getByRole('gridcell')
      .evaluateAll((cells) => cells.map((cell) => cell.ariaLabel));
    expect(await focused(alice)).toBe(first);
    await page.keyboard.press('ArrowRight');
    expect(await focused(alice)).not.toBe(first);
    await page.keyboard.press('ArrowUp');
    expect(await focused(alice)).toBe('Search emoji');
    await search(alice).fill('waving hand');
    await search(alice).press('Enter');
    await bob
      .message('Message 2')
      .getByRole('button', { name: /^👋🏽 1 reaction/ })
      .waitFor();
    expect(await focused(alice)).toBe('React');
  });

  test('lies below the message on a phone, and offers the recent emoji first', async () => {
    const { page, message } = bob;
    await react(bob, 'Message 9');
    await page.getByRole('button', { name: 'More emoji' }).click();
    await page.getByRole('gridcell', { name: 'zany face' }).waitFor();
    const [sheet, text] = await Promise.all([
      page.getByRole('dialog').boundingBox(),
      message('Message 9').locator('.text').boundingBox(),
    ]);
    expect(sheet && text && text.y + text.height <= sheet.y).toBe(true);
    expect(sheet && [sheet.x, sheet.width, sheet.y + sheet.height]).toEqual([0, 390, 700]);
    await page.getByRole('gridcell', { name: 'zany face' }).click();
    await alice
      .message('Message 9')
      .getByRole('button', { name: /^🤪 1 reaction/ })
      .waitFor();
    await react(bob, 'Message 8');
    await page.getByRole('button', { name: 'More emoji' }).click();
    const recent = page.getByRole('rowgroup', { name: 'Recently used' });
    await recent.waitFor();
    expect(
      await recent.getByRole('gridcell').evaluateAll((cells) => cells.map(({ ariaLabel }) => ariaLabel)),
    ).toEqual(['zany face']);
    await page.keyboard.press('Escape');
  });
});

test('the composer’s button puts an emoji at the cursor, and Enter in the search sends nothing', async () => {
  const { page } = alice;
  const field = page.getByRole('textbox', { name: 'Message', exact: true });
  await field.fill('ab');
  await field.press('ArrowLeft');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await search(alice).fill('no such emoji');
  await page.getByText('No emoji found').waitFor();
  await search(alice).press('Enter');
  await search(alice).fill('rocket');
  await page.getByRole('gridcell', { name: 'rocket' }).waitFor();
  await search(alice).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await field.inputValue()).toBe('a🚀b');
  expect(await focused(alice)).toBe('Message');
});

test('works in the page’s own policy', () => {
  expect([...alice.errors, ...bob.errors]).toEqual([]);
});

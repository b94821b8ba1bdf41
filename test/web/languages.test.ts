import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';

const chat = pageTests();
let alice: Person;

beforeAll(async () => {
  alice = await chat.signIn('alice');
  await alice.enter('Everybody');
});

/** Returns axe's findings for the current page. */
async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const hasFocus = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element === document.activeElement);

/** Returns the horizontal middle of an element. */
async function middle(locator: Locator): Promise<number> {
  const { x, width } = (await locator.boundingBox()) ?? expect.unreachable('The element has no box.');
  return x + width / 2;
}

/** Returns the position of an element's right edge. */
async function rightEdge(locator: Locator): Promise<number> {
  const { x, width } = (await locator.boundingBox()) ?? expect.unreachable('The element has no box.');
  return x + width;
}

describe('in a browser that prefers Arabic', () => {
  let page: Page;
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const article = (text: string) => page.getByRole('article').filter({ hasText: text });

  beforeAll(async () => {
    const context = await alice.context.browser()?.newContext({ locale: 'ar-EG' });
    page = (await context?.newPage()) ?? expect.unreachable('The browser is closed.');
    await page.goto(chat.stack.stack.edgeUrl);
  });

  test('the sign-in page is Arabic, and users can sign in', async () => {
    await page.getByLabel('اسم المستخدم').waitFor();
    const html = page.locator('html');
    await button('اللغة').click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await expect.poll(() => hasFocus(button('Language'))).toBe(true);
    await button('Language').press('Enter');
    await page.getByRole('menuitemradio', { name: 'العربية' }).click();
    await expect.poll(() => hasFocus(button('اللغة'))).toBe(true);
    expect([await html.getAttribute('lang'), await html.getAttribute('dir')]).toEqual(['ar-EG', 'rtl']);
    await page.getByLabel('اسم المستخدم').fill('bob');
    await page.getByLabel('كلمة المرور', { exact: true }).fill('wrong');
    await button('تسجيل الدخول').click();
    await page.getByRole('alert').getByText('اسم المستخدم أو كلمة المرور غير صحيحة').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('كلمة المرور', { exact: true }).fill('bob');
    await button('تسجيل الدخول').click();
    await page.getByText('تم تسجيل الدخول باسم').waitFor();
  });

  test('the layout is mirrored: rooms on the right, own messages on the left', async () => {
    await page.getByRole('link', { name: 'Everybody' }).click();
    await alice.say('Good morning!');
    await article('Good morning!').waitFor();
    await page.getByRole('textbox', { name: 'الرسالة' }).fill('صباح الخير');
    await button('إرسال').click();
    await article('صباح الخير')
      .getByText(/تم الإرسال|تم التسليم|تمت القراءة/)
      .waitFor();
    await alice.message('صباح الخير').waitFor();
    const [list, pane] = [page.getByRole('navigation'), page.getByRole('main')];
    expect(await middle(list)).toBeGreaterThan(await middle(pane));
    const bubble = (text: string) => article(text).locator('.bubble');
    expect(await middle(bubble('صباح الخير'))).toBeLessThan(await middle(bubble('Good morning!')));
    expect(await middle(button('إرسال'))).toBeLessThan(await middle(page.getByRole('textbox')));
    const icon = button('إرسال').locator('svg');
    expect(await icon.evaluate((svg) => getComputedStyle(svg).transform)).toBe('matrix(-1, 0, 0, 1, 0, 0)');
    // Nothing sticks out of the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await findings(page)).toEqual([]);
  });

  test('dialogs and menus are Arabic, with plurals and digits of the country', async () => {
    await article('صباح الخير').hover();
    await article('صباح الخير').getByRole('button', { name: 'حذف' }).click();
    const question = page.getByRole('dialog', { name: 'هل تريد حذف الرسالة؟' });
    await question.getByText('ستُحذف الرسالة لدى الجميع. لا يمكن التراجع عن ذلك.').waitFor();
    expect(await findings(page)).toEqual([]);
    await question.getByRole('button', { name: 'إلغاء' }).click();
    // A menu opens beside its button, even where the page is mirrored.
    const more = article('صباح الخير').getByRole('button', { name: 'المزيد من الإجراءات' });
    await more.click();
    const [menu, anchor] = await Promise.all([page.getByRole('menu').boundingBox(), more.boundingBox()]);
    expect(Math.abs((menu?.x ?? 0) - (anchor?.x ?? 0))).toBeLessThan(8);
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    // The emoji picker opens above its button. Both have the same right edge, where Arabic lines start.
    const emoji = page.locator('.composer').getByRole('button', { name: 'رموز تعبيرية' });
    await emoji.click();
    await page.getByRole('grid').waitFor();
    expect(await rightEdge(page.getByRole('dialog'))).toBeCloseTo(await rightEdge(emoji), 0);
    await page.keyboard.press('Escape');
    // The people to mention are above the message box, even where the page is mirrored.
    await page.getByRole('textbox').fill('@');
    const people = page.getByRole('listbox');
    expect(await rightEdge(people)).toBeCloseTo(await rightEdge(page.locator('.composer-line')), 0);
    await page.getByRole('textbox').fill('');
    await page.getByRole('link', { name: 'alice' }).click();
    await page.getByRole('heading', { name: 'alice' }).waitFor();
    await alice.say('One');
    await alice.say('Two');
    await page.getByRole('link', { name: 'Everybody' }).getByText('رسالتان غير مقروءتين').waitFor();
    await page.getByRole('link', { name: 'Everybody' }).getByText('٢', { exact: true }).waitFor();
    // An English name is on the side where lines start, and its end is cut off, not its beginning.
    for (const name of [page.locator('.room-title h2 bdi'), page.locator('.room-name bdi').first()]) {
      const style = await name.evaluate((each) => {
        const { direction, textAlign, textOverflow } = getComputedStyle(each);
        return { direction, textAlign, textOverflow };
      });
      expect(style).toEqual({ direction: 'ltr', textAlign: 'right', textOverflow: 'ellipsis' });
    }
    // The row of an English message cuts off its end, not its beginning.
    const preview = page.getByRole('link', { name: 'Everybody' }).locator('.room-preview');
    expect(await preview.evaluate((each) => getComputedStyle(each).direction)).toBe('ltr');
    await button('غرفة جديدة').click();
    await page.getByRole('dialog', { name: 'غرفة جديدة' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });
});

test('the language menu changes the page at once, keeps what was typed, and is remembered', async () => {
  const { page } = alice;
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('Half a');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitemradio', { name: 'العربية' }).click();
  const button = page.getByRole('button', { name: 'اللغة' });
  const box = page.getByRole('textbox', { name: 'الرسالة' });
  await box.waitFor();
  expect(await box.inputValue()).toBe('Half a');
  // The button that was pressed has it, or the message box, which takes it when a room opens.
  await expect.poll(async () => (await hasFocus(box)) || (await hasFocus(button))).toBe(true);
  await page.reload();
  await page.getByText('تم تسجيل الدخول باسم').waitFor();
  await button.click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await page.getByText('Signed in as alice').waitFor();
  expect(await page.locator('html').getAttribute('dir')).toBe('ltr');
});

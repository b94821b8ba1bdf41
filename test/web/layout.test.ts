import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { ChatClient } from '../../client/index.ts';
import { type Person, pageTests } from '../support/person.ts';
import { picture } from '../support/picture.ts';
import { newRoom } from '../support/rooms.ts';

const chat = pageTests();
const longName = 'Minutes of the very long meeting about the summer party, second version, final.pdf';
const longText = 'I asked the neighbours, and they like the plan. '.repeat(4).trim();
const desktop = { width: 1280, height: 800 };
let alice: Person;

/** Sends messages, a file and pictures to a room as bob. */
async function fillRoom(room: string): Promise<void> {
  const token = await chat.stack.token('bob');
  const client = new ChatClient({ url: chat.stack.stack.edgeUrl, token: () => token });
  const open = client.room(room);
  await open.ready();
  const upload = (name: string, type: string, bytes: Uint8Array) =>
    open.upload(new File([new Uint8Array(bytes)], name, { type }));
  await open.send('Hills', await upload('hills.png', 'image/png', picture(640, 400)));
  await open.send('Tower', await upload('tower.png', 'image/png', picture(200, 900)));
  await open.send('Dot', await upload('dot.png', 'image/png', picture(40, 30)));
  await open.send('The minutes', await upload(longName, 'application/pdf', Buffer.from('%PDF-1.4')));
  await open.send(longText);
  client.close();
}

beforeAll(async () => {
  const room = await newRoom(chat.stack, 'alice', 'bob');
  [alice] = await Promise.all([chat.signIn('alice', { viewport: desktop }), fillRoom(room)]);
  await alice.goTo(room);
  await alice.say('Seen by nobody');
  await alice.message(longText).waitFor();
  await alice.page.getByRole('img', { name: 'dot.png', exact: true }).waitFor();
});

const widthOf = async (locator: Locator) => (await locator.boundingBox())?.width ?? 0;
const bubble = (text: string) => alice.message(text).locator('.bubble');

/** Runs in the page: returns the contrast of an element's colour with what is behind it. */
function contrastOf(element: Element, property: string): number {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (colours: readonly string[]) => {
    if (!canvas) return [0, 0, 0];
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb: readonly number[]) =>
    rgb
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
  const behind: string[] = [];
  for (let each = element.parentElement; each; each = each.parentElement)
    behind.unshift(getComputedStyle(each).backgroundColor);
  const [dark = 0, light = 0] = [
    luminance(paint(behind)),
    luminance(paint([...behind, getComputedStyle(element).getPropertyValue(property)])),
  ].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('on a screen of 768 px', () => {
  test('the room has the whole width, and its bubbles have space', async () => {
    await alice.page.setViewportSize({ width: 768, height: 1024 });
    expect(await alice.page.getByRole('navigation', { name: 'Rooms' }).isVisible()).toBe(false);
    expect(await widthOf(bubble(longText))).toBeGreaterThan(500);
    await alice.page.setViewportSize({ width: 901, height: 1024 });
    expect(await alice.page.getByRole('navigation', { name: 'Rooms' }).isVisible()).toBe(true);
    expect(await widthOf(bubble(longText))).toBeGreaterThan(400);
  });

  test.each([768, 390])('a long file name ends in an ellipsis on its line (%i px)', async (width) => {
    await alice.page.setViewportSize({ width, height: 1024 });
    const name = alice.message('The minutes').locator('.file-name');
    const { lines, isCut } = await name.evaluate((element) => ({
      lines: element.clientHeight / Number.parseFloat(getComputedStyle(element).lineHeight),
      isCut:
        element.scrollWidth > element.clientWidth && getComputedStyle(element).textOverflow === 'ellipsis',
    }));
    expect(lines).toBeCloseTo(1, 0);
    expect(isCut).toBe(true);
    expect(await widthOf(name)).toBeGreaterThan(120);
    expect(await name.getAttribute('title')).toBe(longName);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  beforeAll(async () => {
    await alice.page.setViewportSize(desktop);
    await alice.page.emulateMedia({ colorScheme });
  });

  test('borders of fields have a contrast of 3 : 1', async () => {
    const { page } = alice;
    expect(await page.locator('.composer-line').evaluate(contrastOf, 'border-top-color')).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'New room' }).click();
    const field = page.getByRole('dialog').getByLabel('Name');
    expect(await field.evaluate(contrastOf, 'border-top-color')).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('the receipt of a read message has a background, and that of a delivered one has none', async () => {
    const receipt = alice.message('Seen by nobody').locator('.receipt');
    await receipt.waitFor();
    expect(await receipt.evaluate(contrastOf, 'background-color')).toBeCloseTo(1);
    // The class is all that the page changes when the message is read.
    await receipt.evaluate((element) => element.classList.add('read'));
    expect(await receipt.evaluate(contrastOf, 'background-color')).toBeGreaterThan(3);
    await receipt.evaluate((element) => element.classList.remove('read'));
  });
});

test('bubbles have a visible border in forced colours', async () => {
  const { page } = alice;
  await page.emulateMedia({ forcedColors: 'active' });
  for (const text of [longText, 'Seen by nobody', 'The minutes']) {
    expect(await bubble(text).evaluate((element) => getComputedStyle(element).borderTopWidth)).not.toBe(
      '0px',
    );
    expect(await bubble(text).evaluate(contrastOf, 'border-top-color')).toBeGreaterThan(3);
  }
  await page.emulateMedia({ forcedColors: 'none' });
});

test('a room that cannot be opened shows only the reason, in the middle', async () => {
  const { page } = alice;
  const before = page.url();
  await alice.goTo('nowhere');
  const note = await page.locator('.refused-note').boundingBox();
  const pane = await page.locator('.room-pane').boundingBox();
  const middle = (box: typeof note) => (box ? [box.x + box.width / 2, box.y + box.height / 2] : []);
  const [x = 0, y = 0] = middle(note);
  const [paneX = 0, paneY = 0] = middle(pane);
  expect(Math.abs(x - paneX)).toBeLessThan(2);
  expect(Math.abs(y - paneY)).toBeLessThan(60);
  expect(await page.locator('.room-header .avatar').isVisible()).toBe(false);
  await page.goto(before);
  await alice.message(longText).waitFor();
});

describe('with a font of twice the usual size', () => {
  /** Runs in the page: returns the controls that something else covers, or that are outside of the screen. */
  function coveredControls(root: Element): readonly string[] {
    const controls = [...root.querySelectorAll<HTMLElement>('button, a, input, select, textarea')];
    const covered: string[] = [];
    for (const control of controls) {
      if (control.classList.contains('unseen') || !control.checkVisibility()) continue;
      control.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const { left, right, top, bottom } = control.getBoundingClientRect();
      const points = [0.1, 0.5, 0.9].map(
        (share) => [left + (right - left) * share, (top + bottom) / 2] as const,
      );
      const isFree = points.every(([x, y]) => {
        const found = document.elementFromPoint(x, y);
        return found !== null && (control.contains(found) || control.closest('label')?.contains(found));
      });
      if (!isFree) covered.push(control.getAttribute('aria-label') ?? control.textContent);
    }
    return covered;
  }
  const enlarge = (page: Page, size: string) =>
    page.locator('html').evaluate((html, fontSize) => {
      html.style.fontSize = fontSize;
    }, size);

  test.each([
    { width: 1280, height: 800 },
    { width: 768, height: 1024 },
    { width: 390, height: 844 },
  ])('no control is covered or cut off ($width px)', async (viewport) => {
    const { page } = alice;
    await page.setViewportSize(viewport);
    await enlarge(page, '200%');
    const problems: Record<string, readonly string[]> = {};
    const look = async (where: string, root: Locator) => {
      problems[where] = await root.evaluate(coveredControls);
    };
    await look('header', page.locator('.room-header'));
    await look('composer', page.locator('.composer'));
    for (const [button, item] of [
      ['Members'],
      ['Pinned messages'],
      ['Room menu', 'Room settings'],
      ['Room menu', 'Leave room'],
    ] as const) {
      await page.getByRole('button', { name: button, exact: true }).click();
      if (item) await page.getByRole('menuitem', { name: item }).click();
      await look(item ?? button, page.getByRole('dialog'));
      await page.keyboard.press('Escape');
    }
    await page.getByRole('link', { name: 'Back to rooms' }).click();
    await look('list', page.getByRole('navigation'));
    for (const button of ['New room', 'Hidden rooms']) {
      await page.getByRole('button', { name: button, exact: true }).click();
      await look(button, page.getByRole('dialog'));
      await page.keyboard.press('Escape');
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await enlarge(page, '');
    await page.goBack();
    expect(problems).toEqual(Object.fromEntries(Object.keys(problems).map((where) => [where, []])));
    expect(sideways).toBeLessThanOrEqual(0);
  });

  const phone = { width: 390, height: 844 };

  test('the sign-in form is not wider than a phone', async () => {
    const { page, context } = await chat.open({ viewport: phone });
    await page.getByLabel('Password').waitFor();
    await enlarge(page, '200%');
    const card = await page.locator('.card').boundingBox();
    expect((card?.x ?? 0) + (card?.width ?? 0)).toBeLessThan(phone.width);
    await context.close();
  });

  test('menus and checkboxes keep their size on a phone', async () => {
    const { page } = alice;
    await page.setViewportSize(phone);
    await enlarge(page, '200%');
    await page.getByRole('button', { name: 'Room menu' }).click();
    const menu = await page.getByRole('menu').boundingBox();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Back to rooms' }).click();
    await page.getByRole('button', { name: 'Notifications', exact: true }).click();
    const widths = await page
      .getByRole('checkbox')
      .evaluateAll((boxes) => boxes.map((box) => Math.round(box.getBoundingClientRect().width)));
    await page.keyboard.press('Escape');
    await page.goBack();
    await enlarge(page, '');
    expect((menu?.x ?? 0) + (menu?.width ?? 0)).toBeLessThan(phone.width);
    expect(widths).toEqual([32, 32, 32]);
  });

  test.each(['', '200%'])(
    'the actions of a message cover none of its text on a phone (font size %o)',
    async (size) => {
      const { page } = alice;
      await page.setViewportSize(phone);
      await enlarge(page, size);
      for (const text of [longText, 'Seen by nobody']) {
        await alice.message(text).focus();
        // The actions lie on the text of a message that fills the timeline.
        await bubble(text).evaluate((element) => {
          const scroller = element.closest('.scroller');
          const above = element.getBoundingClientRect().top - (scroller?.getBoundingClientRect().top ?? 0);
          scroller?.scrollBy(0, above - scroller.clientHeight / 2);
        });
        // The actions follow the message in the next frame.
        const covered = async () => {
          const actions = await alice.message(text).locator('.actions').boundingBox();
          const top = (await bubble(text).boundingBox())?.y ?? 0;
          return (actions?.y ?? 0) + (actions?.height ?? 0) - top;
        };
        await expect.poll(covered, { message: text }).toBeLessThanOrEqual(1);
      }
      await enlarge(page, '');
    },
  );

  test.each([
    [phone, ''],
    [phone, '200%'],
    [{ ...phone, height: 500 }, '200%'],
    [desktop, ''],
  ])(
    'the actions of a message at an edge of the timeline are not cut off (%o, font size %o)',
    async (viewport, size) => {
      const { page } = alice;
      await page.setViewportSize(viewport);
      await enlarge(page, size);
      const scroller = page.locator('.scroller');
      for (const text of ['Hills', longText]) {
        const row = alice.message(text);
        const actions = row.locator('.actions');
        for (const edge of ['start', 'end'] as const) {
          // The focus scrolls only as far as it must. Later, the user scrolls while the actions are shown.
          await row.evaluate((element, block) => {
            element.focus({ preventScroll: true });
            element.scrollIntoView({ block });
          }, edge);
          await actions.waitFor();
          for (const by of [0, 30, -60]) {
            await scroller.evaluate((element, by) => element.scrollBy(0, by), by);
            const places = () => Promise.all([actions.boundingBox(), scroller.boundingBox()]);
            const outside = async () => {
              const [bar, view] = await places();
              if (!bar || !view) return 1000;
              return Math.max(view.y - bar.y, bar.y + bar.height - view.y - view.height, view.x - bar.x, 0);
            };
            await expect.poll(outside, { message: `${text}, ${edge}, ${by}` }).toBeLessThanOrEqual(1);
          }
        }
      }
      await enlarge(page, '');
    },
  );

  test('the message box stays in reach while it holds a reply of many lines on a phone', async () => {
    const { page } = alice;
    await page.setViewportSize({ ...phone, height: 500 });
    await enlarge(page, '200%');
    await alice.message(longText).focus();
    await alice.message(longText).getByRole('button', { name: 'Reply' }).click();
    const box = page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('One\nTwo\nThree\nFour\nFive');
    await page.locator('.room-title').hover();
    await page.mouse.wheel(0, 1000);
    const bottom = async () => {
      const line = await page.locator('.composer-line').boundingBox();
      return (line?.y ?? 0) + (line?.height ?? 0);
    };
    await expect.poll(bottom).toBeLessThan(500);
    await box.fill('');
    await box.press('Escape');
    await enlarge(page, '');
  });

  test('emoji do not overlap on a phone', async () => {
    const { page } = alice;
    await page.setViewportSize(phone);
    await enlarge(page, '200%');
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    const cells = page.locator('.emoji-groups button, [role=gridcell]');
    await cells.nth(20).waitFor();
    // An emoji is up to a quarter wider than its font size.
    const overlapping = await cells.evaluateAll((all) =>
      all
        .slice(0, 20)
        .filter((cell) => Number.parseFloat(getComputedStyle(cell).fontSize) * 1.25 > cell.clientWidth)
        .map((cell) => cell.ariaLabel),
    );
    await page.keyboard.press('Escape');
    await enlarge(page, '');
    expect(overlapping).toEqual([]);
  });
});

test('pictures have their space before they load, and the page stays where it is on a reload', async () => {
  const { page } = alice;
  await page.addInitScript(`globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shifts.push(value);
    }).observe({ type: 'layout-shift', buffered: true });`);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(/\/files\//, (route) => released.then(() => route.continue()));
  await page.reload();
  await alice.message(longText).waitFor();
  const boxes = () => page.locator('.picture-box').evaluateAll((all) => all.map((each) => each.clientHeight));
  let before: number[] = [];
  // A box without a height was replaced while it was measured.
  await expect
    .poll(async () => {
      before = await boxes();
      return before.filter((height) => height > 0);
    })
    .toHaveLength(3);
  release();
  await page.getByRole('img', { name: 'hills.png', exact: true }).waitFor();
  await page.getByRole('img', { name: 'dot.png', exact: true }).waitFor();
  await page.getByRole('img', { name: 'tower.png', exact: true }).waitFor();
  expect(await boxes()).toEqual(before);
  const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.05);
  await page.unroute(/\/files\//);
});

describe('a picture opens large', () => {
  const viewer = () => alice.page.getByRole('dialog', { name: 'Picture' });
  const shown = (name: string) => viewer().getByRole('img', { name, exact: true });

  test('by the keyboard, arrow keys go to the others, Escape returns the focus', async () => {
    const { page } = alice;
    const small = alice.message('Tower').getByRole('button', { name: 'tower.png', exact: true });
    await small.press('Enter');
    await shown('tower.png').waitFor();
    expect((await shown('tower.png').boundingBox())?.height).toBeGreaterThan(500);
    await page.keyboard.press('ArrowRight');
    await shown('dot.png').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await shown('hills.png').waitFor();
    await viewer().getByText('1 of 3').waitFor();
    await page.keyboard.press('Escape');
    await viewer().waitFor({ state: 'detached' });
    expect(await small.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('with buttons for the others, to save it, and to close', async () => {
    const { page } = alice;
    await alice.message('Dot').getByRole('button', { name: 'dot.png', exact: true }).click();
    await shown('dot.png').waitFor();
    // A small picture is not enlarged.
    expect((await shown('dot.png').boundingBox())?.width).toBe(40);
    await viewer().getByRole('button', { name: 'Previous picture' }).click();
    await shown('tower.png').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      viewer().getByRole('button', { name: 'Download tower.png' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('tower.png');
    await viewer().getByRole('button', { name: 'Close' }).click();
    await viewer().waitFor({ state: 'detached' });
  });

  test('and closes on a click beside it', async () => {
    await alice.message('Dot').getByRole('button', { name: 'dot.png', exact: true }).click();
    await shown('dot.png').waitFor();
    await alice.page.mouse.click(20, desktop.height / 2);
    await viewer().waitFor({ state: 'detached' });
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Locator } from 'playwright-core';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Person, pageTests } from '../support/person.ts';

const chat = pageTests();
let alice: Person;
let devtools: CDPSession;

beforeAll(async () => {
  alice = await chat.signIn('alice');
  await alice.enter('Everybody');
  await alice.say('At noon');
  await alice.message('At noon').waitFor();
  devtools = await alice.page.context().newCDPSession(alice.page);
  // The drop zone is among the parts that load later.
  await alice.page.locator('.drop-zone').waitFor({ state: 'attached' });
});

afterEach(async () => {
  const { page } = alice;
  for (const name of await fileNames())
    await page
      .getByRole('button', { name: `Remove ${name}` })
      .first()
      .click();
  const close = page.getByRole('alert').getByRole('button', { name: 'Close' });
  if (await close.isVisible()) await close.click();
});

const zone = () => alice.page.getByText('Drop files here to attach them');
const fileNames = () => alice.page.locator('.attachments .file-name').allTextContents();

/** Creates a folder `Photos` and a file `one.txt` on the disk. Returns their paths. */
function folderAndFile() {
  const directory = mkdtempSync(join(tmpdir(), 'parley-drops-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const [folder, file] = [join(directory, 'Photos'), join(directory, 'one.txt')];
  mkdirSync(folder);
  writeFileSync(file, 'one');
  return { folder, file };
}

/** Drags files from the disk over the middle of an element, as the operating system does. */
async function drag(over: Locator, files: readonly string[], items: readonly object[] = []) {
  const { x, y, width, height } = (await over.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const data = { items: [...items], files: [...files], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    devtools.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data } as never);
  await send('dragEnter');
  await send('dragOver');
  return { drop: () => send('drop') };
}

test('says that a dropped folder is not attached, and attaches the files beside it', async () => {
  const { folder, file } = folderAndFile();
  const { drop } = await drag(alice.page.locator('.scroller'), [folder, file]);
  await zone().waitFor();
  await drop();
  await alice.page
    .getByRole('alert')
    .getByText(/^Couldn't attach “.*Photos.*”: folders can't be attached\./)
    .waitFor();
  expect(await fileNames()).toEqual(['one.txt']);
});

test('tells folders from files when a dropped text precedes them', async () => {
  const { folder, file } = folderAndFile();
  const text = { mimeType: 'text/plain', data: 'Photos' };
  const { drop } = await drag(alice.page.locator('.scroller'), [folder, file], [text]);
  await alice.page.evaluate(() => {
    const note = ({ dataTransfer }: DragEvent) =>
      Reflect.set(
        globalThis,
        'kinds',
        [...(dataTransfer?.items ?? [])].map(({ kind }) => kind),
      );
    addEventListener('drop', note, { once: true, capture: true });
  });
  await drop();
  await expect.poll(fileNames).toEqual(['one.txt']);
  expect(await alice.page.evaluate(() => Reflect.get(globalThis, 'kinds'))).toEqual([
    'string',
    'file',
    'file',
  ]);
});

test('says that a file pasted during an edit is not attached', async () => {
  await alice.press('At noon', 'Edit');
  const field = alice.page.getByRole('textbox', { name: 'Edit message' });
  const isHandled = await field.evaluate((box) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['bytes'], 'image.png', { type: 'image/png' }));
    return !box.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  });
  expect(isHandled).toBe(true);
  await alice.page
    .getByRole('alert')
    .getByText("Files can't be added to an edit. Save or cancel the edit first.")
    .waitFor();
  await field.press('Escape');
  expect(await fileNames()).toEqual([]);
});

test('attaches nothing while a dialog is open, and stays on the page', async () => {
  const { page } = alice;
  const { file } = folderAndFile();
  const url = page.url();
  await alice.press('At noon', 'Delete');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const { drop } = await drag(dialog, [file]);
  expect(await zone().isVisible()).toBe(false);
  await drop();
  // An event of the room itself, as scripts send it.
  const isRefused = await page.locator('.scroller').evaluate((element) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['text'], 'notes.txt'));
    return ['dragover', 'drop'].map((type) => {
      return !element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    });
  });
  expect(isRefused).toEqual([true, true]);
  expect(await zone().isVisible()).toBe(false);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await fileNames()).toEqual([]);
  expect(page.url()).toBe(url);
  const again = await drag(page.locator('.scroller'), [file]);
  await again.drop();
  await expect.poll(fileNames).toEqual(['one.txt']);
});

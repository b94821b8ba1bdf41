import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBrowser, openPage } from '../support/browser.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const open = () => openPage(browser, stack.stack.edgeUrl);

test('the page loads with its script and style, and the browser has nothing against it', async () => {
  const { page, context, complaints } = await open();
  await page.getByRole('heading', { name: 'Parley' }).waitFor();
  const font = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
  expect(font).toContain('system-ui');
  expect(complaints).toEqual([]);
  await context.close();
});

test('without a browser one line says how to get it', async () => {
  onTestFinished(() => vi.unstubAllEnvs());
  vi.stubEnv('CHROMIUM', '/nowhere/chromium');
  await expect(openBrowser()).rejects.toThrow(
    /^Browser did not start: there is no \/nowhere\/chromium; run `apt-get install -y chromium`.*$/,
  );
});

describe('the content security policy', () => {
  const answered = async (address: string, protocols: readonly string[] = []) => {
    const { page, context, complaints } = await open();
    const outcome = await page.evaluate(
      ([url, offered]) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url, [...offered]);
          socket.onopen = () => resolve('open');
          socket.onerror = () => resolve('refused');
        }),
      [address, protocols] as const,
    );
    await context.close();
    return { outcome, complaints };
  };

  test('comes with the page and names this stack’s own files', async () => {
    const { headers } = await fetch(stack.stack.edgeUrl);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; ");
    expect(policy).toContain(`connect-src 'self' ${stack.stack.s3Url}/parley-files-local/; `);
    expect(policy).not.toMatch(/amazonaws|unsafe|\*/);
  });

  test.each([
    ['an inline script', '<p>', 'script-src-elem inline'],
    ['a handler in markup', '<img src="data:," onerror="window.injected = true">', 'script-src-attr inline'],
    ['a style in markup', '<p style="position: fixed">', 'style-src-attr inline'],
  ])('stops %s', async (_what, markup, violation) => {
    const { page, context, complaints } = await open();
    await page.evaluate((html) => {
      document.body.insertAdjacentHTML('beforeend', html);
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
    }, markup);
    await vi.waitFor(() => expect(complaints).toContain(`violation: ${violation}`));
    expect(await page.evaluate(() => 'injected' in window)).toBe(false);
    await context.close();
  });

  test('stops a script of another origin', async () => {
    const { page, context, complaints } = await open();
    const elsewhere = `${stack.stack.s3Url}/parley-files-local/script.js`;
    await page.evaluate((url) => {
      const script = document.createElement('script');
      script.src = url;
      document.body.append(script);
    }, elsewhere);
    await vi.waitFor(() => expect(complaints).toContain(`violation: script-src-elem ${elsewhere}`));
    await context.close();
  });

  test('lets the page open sockets to its own edge, which it does not name', async () => {
    const url = `${stack.stack.edgeUrl.replace('http', 'ws')}/ws/chat/1/`;
    const { outcome, complaints } = await answered(url, ['Bearer', await stack.token('alice')]);
    expect(outcome).toBe('open');
    expect(complaints).toEqual([]);
  });

  test('stops sockets to anywhere else', async () => {
    const url = `${stack.socketUrl}?room=1`;
    const { outcome, complaints } = await answered(url, ['Bearer', await stack.token('alice')]);
    expect(outcome).toBe('refused');
    expect(complaints).toContainEqual(expect.stringMatching(/^violation: connect-src ws:/));
  });

  test('lets the page upload a file, read it and show it, by signed URLs', async () => {
    const { page, context, complaints } = await open();
    const width = await page.evaluate(showUpload, { token: await stack.token('alice'), base64: pixel });
    expect(width).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('stops whatever else the page would send or load', async () => {
    const { page, context, complaints } = await open();
    const urls = [`${stack.stack.servicesUrl}/outputs`, `${stack.stack.s3Url}/edgepage/index.html`];
    for (const url of urls) {
      const sent = page.evaluate((address) => fetch(address, { method: 'POST', mode: 'no-cors' }), url);
      await expect(sent).rejects.toThrow('Failed to fetch');
      await vi.waitFor(() => expect(complaints).toContain(`violation: connect-src ${url}`));
    }
    await context.close();
  });
});

/** A PNG of one pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Runs in the page: uploads a picture, reads it back, and resolves to its width once it is shown. */
async function showUpload({ token, base64 }: { token: string; base64: string }): Promise<number> {
  const body = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const wish = { name: 'pixel.png', content_type: 'image/png', size: body.length };
  const announced = await fetch('/api/chats/1/files/', {
    method: 'POST',
    headers,
    body: JSON.stringify(wish),
  });
  const { file_id, upload } = await announced.json();
  const { url, ...request } = upload;
  const put = await fetch(url, { ...request, body });
  if (!put.ok) throw new Error(`Upload was refused: ${put.status}`);
  // A file can be read once a message names it.
  const message = JSON.stringify({ content: 'A pixel', file: file_id });
  await fetch('/api/chats/1/send_message/', { method: 'POST', headers, body: message });
  const read = await fetch(`/api/chats/1/files/${file_id}/`, { headers });
  if (!read.ok) throw new Error(`File was not read: ${read.status}`);
  const image = new Image();
  image.src = read.url;
  await image.decode();
  return image.naturalWidth;
}

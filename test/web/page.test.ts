import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { pageTests } from '../support/person.ts';

const chat = pageTests();

test('loads with its script and style, without errors or policy violations', async () => {
  const { page, context, errors } = await chat.open();
  await page.getByRole('heading', { name: 'Parley' }).waitFor();
  const font = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
  expect(font).toContain('system-ui');
  expect(errors).toEqual([]);
  await context.close();
});

test('reports how to install a missing browser', async () => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('CHROMIUM', '/nowhere/chromium');
  await expect(openBrowser()).rejects.toThrow(
    /^Could not start the browser: found no \/nowhere\/chromium\. Run `apt-get install -y chromium-headless-shell`.*$/,
  );
});

describe('the content security policy', () => {
  const openSocket = async (address: string, protocols: readonly string[] = []) => {
    const { page, context, errors } = await chat.open();
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
    return { outcome, errors };
  };

  test('is sent with the page and allows this stack’s file bucket', async () => {
    const { headers } = await fetch(chat.stack.stack.edgeUrl);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; ");
    expect(policy).toContain(`connect-src 'self' ${chat.stack.stack.s3Url}/parley-files-local/; `);
    expect(policy).not.toMatch(/amazonaws|unsafe|\*/);
  });

  test.each([
    ['an inline script', '<p>', 'script-src-elem inline'],
    [
      'an event handler in markup',
      '<img src="data:," onerror="window.injected = true">',
      'script-src-attr inline',
    ],
    ['a style in markup', '<p style="position: fixed">', 'style-src-attr inline'],
  ])('blocks %s', async (_name, markup, violation) => {
    const { page, context, errors } = await chat.open();
    await page.evaluate((html) => {
      document.body.insertAdjacentHTML('beforeend', html);
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
    }, markup);
    await vi.waitFor(() => expect(errors).toContain(`violation: ${violation}`));
    expect(await page.evaluate(() => 'injected' in window)).toBe(false);
    await context.close();
  });

  test('blocks a script of another origin', async () => {
    const { page, context, errors } = await chat.open();
    const elsewhere = `${chat.stack.stack.s3Url}/parley-files-local/script.js`;
    await page.evaluate((url) => {
      const script = document.createElement('script');
      script.src = url;
      document.body.append(script);
    }, elsewhere);
    await vi.waitFor(() => expect(errors).toContain(`violation: script-src-elem ${elsewhere}`));
    await context.close();
  });

  test('allows sockets to the page’s own host without naming it', async () => {
    const url = `${chat.stack.stack.edgeUrl.replace('http', 'ws')}/ws/chat/1/`;
    const { outcome, errors } = await openSocket(url, ['Bearer', await chat.stack.token('alice')]);
    expect(outcome).toBe('open');
    expect(errors).toEqual([]);
  });

  test('blocks sockets to other hosts', async () => {
    const url = `${chat.stack.socketUrl}?room=1`;
    const { outcome, errors } = await openSocket(url, ['Bearer', await chat.stack.token('alice')]);
    expect(outcome).toBe('refused');
    expect(errors).toContainEqual(expect.stringMatching(/^violation: connect-src ws:/));
  });

  test('allows the page to upload, read and show a file by signed URLs', async () => {
    const { page, context, errors } = await chat.open();
    const width = await page.evaluate(showUpload, { token: await chat.stack.token('alice'), base64: pixel });
    expect(width).toBe(1);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('blocks all other requests', async () => {
    const { page, context, errors } = await chat.open();
    const urls = [
      `${chat.stack.stack.servicesUrl}/variables/CHAT_TABLE`,
      `${chat.stack.stack.s3Url}/edgepage/index.html`,
    ];
    for (const url of urls) {
      const sent = page.evaluate((address) => fetch(address, { method: 'POST', mode: 'no-cors' }), url);
      await expect(sent).rejects.toThrow('Failed to fetch');
      await vi.waitFor(() => expect(errors).toContain(`violation: connect-src ${url}`));
    }
    await context.close();
  });
});

/** A PNG of one pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Runs in the page: uploads a picture, reads it back and returns its width. */
async function showUpload({ token, base64 }: { token: string; base64: string }): Promise<number> {
  const body = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const request = { name: 'pixel.png', content_type: 'image/png', size: body.length };
  const offered = await fetch('/api/chats/1/files/', {
    method: 'POST',
    headers,
    body: JSON.stringify(request),
  });
  const { file_id, upload } = await offered.json();
  const { url, ...init } = upload;
  const put = await fetch(url, { ...init, body });
  if (!put.ok) throw new Error(`Could not upload: the server answered ${put.status}.`);
  // Members can read a file once a message refers to it.
  const message = JSON.stringify({ content: 'A pixel', file: file_id });
  await fetch('/api/chats/1/send_message/', { method: 'POST', headers, body: message });
  const read = await fetch(`/api/chats/1/files/${file_id}/`, { headers });
  if (!read.ok) throw new Error(`Could not read the file: the server answered ${read.status}.`);
  const image = new Image();
  image.src = read.url;
  await image.decode();
  return image.naturalWidth;
}

import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openBrowser, openPage } from '../support/browser.ts';
import { type Person, pageTests } from '../support/person.ts';
import { newRoom } from '../support/rooms.ts';
import { severableWay } from '../support/severable.ts';

const chat = pageTests();
const withWorker = { serviceWorkers: 'allow' } as const;

/** Waits until the service worker has stored the page and controls it. */
const workerReady = ({ page }: Pick<Person, 'page'>) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) => {
      navigator.serviceWorker.oncontrollerchange = resolve;
    });
  });

/** Returns the paths and texts of all stored files, by the name of their cache. */
const storedFiles = ({ page }: Pick<Person, 'page'>) =>
  page.evaluate(async () => {
    const stored: Record<string, [path: string, text: string][]> = {};
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      const requests = await cache.keys();
      const texts = requests.map(
        async ({ url }): Promise<[string, string]> => [
          new URL(url).pathname,
          (await (await cache.match(url))?.text()) ?? '',
        ],
      );
      stored[name] = await Promise.all(texts);
    }
    return stored;
  });

test('the page can be installed: its manifest and icons are valid', async () => {
  const browser = await openBrowser();
  const { page, context, errors } = await openPage(browser, chat.stack.stack.edgeUrl, withWorker);
  onTestFinished(() => context.close());
  const session = await context.newCDPSession(page);
  const { errors: problems, data = '' } = await session.send('Page.getAppManifest');
  expect(problems).toEqual([]);
  const manifest = JSON.parse(data) as { icons: { src: string; sizes: string; purpose?: string }[] };
  expect(manifest).toMatchObject({
    id: '/',
    name: 'Parley',
    display: 'standalone',
    start_url: './',
    scope: './',
  });
  expect(manifest.icons.map(({ sizes, purpose = 'any' }) => `${sizes} ${purpose}`)).toEqual([
    '192x192 any',
    '512x512 any',
    '512x512 maskable',
  ]);
  const apple = await page.locator('link[rel="apple-touch-icon"]').getAttribute('href');
  const sources = [...manifest.icons.map(({ src }) => src), apple ?? ''];
  const sizes = await page.evaluate(async (urls) => {
    const sizeOf = async (url: string) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight].join('x');
    };
    return Promise.all(urls.map(sizeOf));
  }, sources);
  expect(sizes).toEqual(['192x192', '512x512', '512x512', '180x180']);
  await workerReady({ page });
  expect(errors).toEqual([]);
});

test('opens without a network, sends later what was written, and keeps nothing of the user in its caches', async () => {
  const room = await newRoom(chat.stack, 'bob');
  const way = await severableWay(chat.stack.stack.edgeUrl);
  const bob = await chat.signIn('bob', withWorker, way.url);
  onTestFinished(async () => {
    await bob.context.close();
    await way.close();
  });
  const { page } = bob;
  await bob.goTo(room);
  await bob.say('A secret of bob');
  await bob.receipt('A secret of bob', /Sent|Delivered|Read/);
  await workerReady(bob);
  way.cut();
  await bob.context.setOffline(true);
  await page.reload();
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  await bob.say('Written on the train');
  await page.reload();
  await page.getByText('1 message will be sent when you reconnect').waitFor();
  await bob.message('Written on the train').waitFor();
  way.mend();
  await bob.context.setOffline(false);
  await bob.receipt('Written on the train', /Sent|Delivered|Read/);
  expect((await bob.texts()).filter((text) => text === 'Written on the train')).toHaveLength(1);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password').waitFor();
  const stored = Object.values(await storedFiles(bob)).flat();
  expect(stored.length).toBeGreaterThan(5);
  for (const [path, text] of stored) {
    expect(path).toMatch(/^\/([\w-]+-\w{8}\.(js|css|svg|json))?$/);
    expect(text).not.toMatch(/A secret of bob|Written on the train|eyJhbGci/);
  }
});

test('a new release takes over at the next load, and the files of the release before the last are deleted', async () => {
  const folder = new URL('../../dist/web/', import.meta.url);
  const files = new Map(readdirSync(folder).map((name) => [`/${name}`, readFileSync(new URL(name, folder))]));
  const types: Readonly<Record<string, string>> = {
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
  };
  const publish = (release: number) => {
    const text = (name: string) => files.get(name)?.toString() ?? '';
    const index = text('/index.html').replace(/<title>[^<]*/, `<title>Release ${release}`);
    const worker = text('/service-worker.js').replace(/"version":"\w+"/, `"version":"release${release}"`);
    files.set('/index.html', Buffer.from(index));
    files.set('/service-worker.js', Buffer.from(worker));
  };
  const server = createServer(({ url = '' }, response) => {
    const path = url === '/' ? '/index.html' : url;
    const found = files.get(path);
    response.writeHead(found ? 200 : 404, {
      'Content-Type': types[extname(path)] ?? 'text/html',
      'Cache-Control': /-\w{8}\./.test(path) ? 'max-age=31536000, immutable' : 'no-cache',
    });
    response.end(found ?? '{}');
  });
  publish(1);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const { page, context } = await openPage(await openBrowser(), url, withWorker);
  onTestFinished(async () => {
    await context.close();
    server.closeAllConnections();
    server.close();
  });
  await workerReady({ page });
  const cacheNames = () => page.evaluate(() => caches.keys());
  /** Loads the page. The browser looks for a new service worker after a while. Here, it looks at once. */
  const reload = async () => {
    await page.reload();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  };
  expect(await cacheNames()).toEqual(['parley-release1']);
  publish(2);
  await reload();
  // The page comes from the network.
  expect(await page.title()).toBe('Release 2');
  await expect.poll(cacheNames).toEqual(['parley-release1', 'parley-release2']);
  publish(3);
  await reload();
  await expect.poll(cacheNames).toEqual(['parley-release2', 'parley-release3']);
  server.closeAllConnections();
  server.close();
  await page.reload();
  expect(await page.title()).toBe('Release 3');
});

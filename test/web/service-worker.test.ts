import { readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';
import { expect, test } from 'vitest';

const SCOPE = 'https://chat.example.com/';
const built = readFileSync(new URL('../../dist/web/service-worker.js', import.meta.url), 'utf8');
const builtRelease = JSON.parse(/^const RELEASE=(.+);\n/.exec(built)?.[1] ?? '') as Release;

interface Release {
  readonly version: string;
  readonly files: readonly string[];
}

/** The caches of a browser, as far as the service worker uses them. */
class FakeCaches {
  readonly stored = new Map<string, Map<string, Response>>();

  async open(name: string) {
    const entries = this.stored.get(name) ?? new Map<string, Response>();
    this.stored.set(name, entries);
    return {
      put: async (url: string, response: Response) => void entries.set(url, response),
      match: async (url: string) => entries.get(url)?.clone(),
    };
  }

  /** Whether the browser refuses to read its storage. */
  isBroken = false;

  async match(url: string, { cacheName = '' } = {}) {
    if (this.isBroken) throw new DOMException('Storage failed', 'UnknownError');
    const searched = [...this.stored].filter(([name]) => cacheName === '' || name === cacheName);
    return searched.flatMap(([, entries]) => entries.get(url)?.clone() ?? []).at(0);
  }

  keys = async () => [...this.stored.keys()];
  delete = async (name: string) => this.stored.delete(name);
}

interface Page {
  readonly url: string;
  readonly focused: boolean;
}

/** A browser in which the built service worker runs. */
function startWorker(caches: FakeCaches, release: Release, server: (path: string) => Response | undefined) {
  const listeners = new Map<string, (event: object) => void>();
  const log: unknown[] = [];
  const requested: string[] = [];
  let pages: readonly Page[] = [];
  const self = {
    registration: {
      scope: SCOPE,
      showNotification: async (...shown: unknown[]) => void log.push(['show', ...shown]),
    },
    clients: {
      claim: async () => void log.push('claim'),
      matchAll: async () =>
        pages.map((page) => ({
          ...page,
          focus: async () => void log.push(['focus', page.url]),
          postMessage: (message: unknown) => void log.push(['post', message]),
        })),
      openWindow: async (url: string) => void log.push(['open', url]),
    },
    skipWaiting: async () => void log.push('skip waiting'),
    addEventListener: (type: string, listener: (event: object) => void) => void listeners.set(type, listener),
  };
  const fetch = async (input: string | { readonly url: string }) => {
    const url = typeof input === 'string' ? input : input.url;
    requested.push(url);
    const answer = server(url.slice(SCOPE.length));
    if (!answer) throw new TypeError('Failed to fetch');
    return answer;
  };
  const code = built.replace(/^.*\n/, `const RELEASE=${JSON.stringify(release)};\n`);
  new Script(code).runInContext(
    createContext({ self, caches, fetch, URL, setTimeout: (run: () => void) => setTimeout(run).unref() }),
  );
  /** Dispatches an event, and resolves to the response, undefined if the worker leaves the request alone. */
  const dispatch = async (type: string, fields: object = {}): Promise<Response | undefined> => {
    const promises: Promise<unknown>[] = [];
    let response: Promise<Response> | undefined;
    listeners.get(type)?.({
      ...fields,
      waitUntil: (promise: Promise<unknown>) => void promises.push(promise),
      respondWith: (promise: Promise<Response>) => {
        response = promise;
      },
    });
    await Promise.all(promises);
    return response;
  };
  return {
    ...{ log, requested, dispatch },
    fetch: (path: string, { method = 'GET', mode = 'cors', origin = SCOPE } = {}) =>
      dispatch('fetch', { request: { method, mode, url: origin + path } }),
    show: (open: readonly Page[]) => {
      pages = open;
    },
  };
}

const indexOf = (name: string) => `<script type="module" src="./main-${name}.js"></script>`;
const releaseOf = (name: string): Release => ({ version: name, files: [`main-${name}.js`, './'] });

/** A server of one release, with an API. */
const serverOf = (name: string) => (path: string) => {
  if (path === `main-${name}.js`) return new Response(`code of ${name}`);
  return path === '' || path.startsWith('?')
    ? new Response(indexOf(name))
    : new Response('', { status: 404 });
};

/** Installs and activates a release. */
async function install(caches: FakeCaches, name: string, server = serverOf(name)) {
  const worker = startWorker(caches, releaseOf(name), server);
  await worker.dispatch('install');
  await worker.dispatch('activate');
  return worker;
}

const down = () => undefined;

test('the built list names the files of the page and no others', () => {
  expect(builtRelease.version).toMatch(/^[0-9a-f]{8}$/);
  expect(builtRelease.files).toContain('./');
  for (const file of builtRelease.files) expect(file).toMatch(/^(\.\/|[\w-]+-\w{8}\.(js|css|svg|json))$/);
});

test('opens the page and its files without a network, and prefers the network for the page', async () => {
  const caches = new FakeCaches();
  const online = await install(caches, 'aaaaaaaa');
  expect(online.log).toEqual(['skip waiting', 'claim']);
  const fresh = await online.fetch('', { mode: 'navigate' });
  expect(await fresh?.text()).toBe(indexOf('aaaaaaaa'));
  expect(online.requested.at(-1)).toBe(SCOPE);
  const worker = startWorker(caches, releaseOf('aaaaaaaa'), down);
  for (const path of ['', 'index.html', '?code=secret&state=s']) {
    expect(await (await worker.fetch(path, { mode: 'navigate' }))?.text()).toBe(indexOf('aaaaaaaa'));
  }
  expect(await (await worker.fetch('main-aaaaaaaa.js'))?.text()).toBe('code of aaaaaaaa');
  const failing = startWorker(caches, releaseOf('aaaaaaaa'), () => new Response('', { status: 503 }));
  expect((await failing.fetch('', { mode: 'navigate' }))?.status).toBe(200);
});

test('leaves the page to the network if the browser cannot read its storage', async () => {
  const caches = new FakeCaches();
  const worker = await install(caches, 'aaaaaaaa');
  caches.isBroken = true;
  expect(await (await worker.fetch('', { mode: 'navigate' }))?.text()).toBe(indexOf('aaaaaaaa'));
  expect(await (await worker.fetch('main-aaaaaaaa.js'))?.text()).toBe('code of aaaaaaaa');
});

test('passes the answer of an issuer to the network, and stores nothing', async () => {
  const caches = new FakeCaches();
  const worker = await install(caches, 'aaaaaaaa');
  await worker.fetch('?code=secret&state=s', { mode: 'navigate' });
  expect(worker.requested.at(-1)).toBe(`${SCOPE}?code=secret&state=s`);
  await worker.fetch('main-bbbbbbbb.js');
  expect([...(caches.stored.get('parley-aaaaaaaa')?.keys() ?? [])]).toEqual([
    `${SCOPE}main-aaaaaaaa.js`,
    SCOPE,
  ]);
});

test.each([
  ['the API', 'api/chats/', {}],
  ['a navigation to the API', 'api/openapi.json', { mode: 'navigate' }],
  ['a socket', 'ws/chat/1/', {}],
  ['a POST', '', { method: 'POST', mode: 'navigate' }],
  ['itself', 'service-worker.js', {}],
  [
    'a file of a message on another origin',
    'bucket/file-12345678.png',
    { origin: 'https://files.example.com/' },
  ],
  ['another page of the origin', 'other', { mode: 'navigate' }],
])('leaves requests for %s alone', async (_name, path, options) => {
  const worker = await install(new FakeCaches(), 'aaaaaaaa');
  const before = worker.requested.length;
  expect(await worker.fetch(path, options)).toBeUndefined();
  expect(worker.requested.length).toBe(before);
});

test('a new release replaces the one before the last, and open pages keep the files of the last', async () => {
  const caches = new FakeCaches();
  await install(caches, 'aaaaaaaa');
  const second = await install(caches, 'bbbbbbbb');
  expect(await caches.keys()).toEqual(['parley-aaaaaaaa', 'parley-bbbbbbbb']);
  // The server has no file of the first release any more.
  expect(await (await second.fetch('main-aaaaaaaa.js'))?.text()).toBe('code of aaaaaaaa');
  await install(caches, 'cccccccc');
  expect(await caches.keys()).toEqual(['parley-bbbbbbbb', 'parley-cccccccc']);
});

test('stores nothing of a release whose files are missing, or if index.html belongs to another release', async () => {
  const caches = new FakeCaches();
  await expect(install(caches, 'aaaaaaaa', serverOf('bbbbbbbb'))).rejects.toThrow(
    'main-aaaaaaaa.js has status 404',
  );
  const mixed = (path: string) => (path === '' ? serverOf('bbbbbbbb') : serverOf('aaaaaaaa'))(path);
  await expect(install(caches, 'aaaaaaaa', mixed)).rejects.toThrow('index.html belongs to another release');
  expect(await caches.keys()).toEqual([]);
});

test('loads no file again that an earlier release has stored', async () => {
  const caches = new FakeCaches();
  await install(caches, 'aaaaaaaa');
  const worker = startWorker(
    caches,
    { version: 'bbbbbbbb', files: ['main-aaaaaaaa.js', './'] },
    serverOf('aaaaaaaa'),
  );
  await worker.dispatch('install');
  expect(worker.requested).toEqual([SCOPE]);
});

const push = (payload: unknown) => ({ data: { json: () => payload } });
const lunch = { room: 'a/b', title: 'Lunch', body: 'bob: Who is coming?' };

test('shows a push as a notification, unless its room is open in front of the user', async () => {
  const worker = await install(new FakeCaches(), 'aaaaaaaa');
  const shown = ['show', 'Lunch', { body: 'bob: Who is coming?', tag: 'a/b', data: { room: 'a/b' } }];
  worker.show([{ url: `${SCOPE}#/a%2Fb`, focused: true }]);
  await worker.dispatch('push', push(lunch));
  worker.show([{ url: `${SCOPE}#/a%2Fb/17`, focused: true }]);
  await worker.dispatch('push', push(lunch));
  expect(worker.log).not.toContainEqual(shown);
  worker.show([
    { url: `${SCOPE}#/a%2Fb`, focused: false },
    { url: `${SCOPE}#/1`, focused: true },
  ]);
  await worker.dispatch('push', push(lunch));
  expect(worker.log).toContainEqual(shown);
  await worker.dispatch('push', push(null));
  expect(worker.log.at(-1)).toEqual(['show', 'Parley', { body: '', tag: '', data: { room: '' } }]);
});

test('a click on a notification opens its room in an open page, or in a new one', async () => {
  const worker = await install(new FakeCaches(), 'aaaaaaaa');
  let closed = 0;
  const click = { notification: { data: { room: 'a/b' }, close: () => closed++ } };
  await worker.dispatch('notificationclick', click);
  expect(worker.log.at(-1)).toEqual(['open', `${SCOPE}#/a%2Fb`]);
  worker.show([{ url: `${SCOPE}#/1`, focused: false }]);
  await worker.dispatch('notificationclick', click);
  expect(worker.log.slice(-2)).toEqual([
    ['post', { openRoom: 'a/b' }],
    ['focus', `${SCOPE}#/1`],
  ]);
  expect(closed).toBe(2);
});

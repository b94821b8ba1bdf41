// The service worker of the page. It keeps the files of a release, so that the page opens without a network, and shows
// notifications. It stores nothing else: no answer of the API, no token and no file of a message.

/** The files of this release, and their version. The build writes this constant in front of the script. */
declare const RELEASE: {
  readonly version: string;
  /** The names of the files, and `./` for index.html. All other names contain a hash of the content. */
  readonly files: readonly string[];
};

// The types of service workers and those of pages exclude each other, so these are the parts that this file uses.
interface WorkerEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  readonly preloadResponse?: Promise<Response | undefined>;
  respondWith(response: Promise<Response>): void;
}

interface PushEvent extends WorkerEvent {
  readonly data: { json(): unknown } | null;
}

interface ClickEvent extends WorkerEvent {
  readonly notification: { readonly data: unknown; close(): void };
}

interface PageClient {
  readonly url: string;
  readonly focused: boolean;
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}

interface WorkerEvents {
  readonly install: WorkerEvent;
  readonly activate: WorkerEvent;
  readonly fetch: FetchEvent;
  readonly push: PushEvent;
  readonly notificationclick: ClickEvent;
}

interface Worker {
  readonly registration: {
    readonly scope: string;
    readonly navigationPreload?: { enable(): Promise<void> };
    showNotification(title: string, options: object): Promise<void>;
  };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: object): Promise<readonly PageClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Type extends keyof WorkerEvents>(
    type: Type,
    listener: (event: WorkerEvents[Type]) => void,
  ): void;
}

const worker = self as unknown as Worker;
const { scope } = worker.registration;

const PREFIX = 'parley-';
const cacheName = PREFIX + RELEASE.version;

/** How long a navigation waits for the network before the page opens from the cache, in milliseconds. */
const SLOW_MS = 4_000;

/** Returns a stored file. Finds nothing if the browser cannot read its storage. */
const find = (url: string, options: MultiCacheQueryOptions = {}): Promise<Response | undefined> =>
  caches.match(url, { ignoreVary: true, ...options }).catch(() => undefined);

/** Returns the scripts and styles that an index.html names. */
const filesIn = (html: string): readonly string[] =>
  [...html.matchAll(/"\.\/([\w-]+\.(?:js|css))"/g)].map(([, name = '']) => name);

/** Loads a file of the release. @throws Error if it is missing */
async function load(file: string): Promise<Response> {
  const url = new URL(file, scope).href;
  // A name with a hash stands for the same content in all releases.
  const known = file === './' ? undefined : await find(url);
  const response = known ?? (await fetch(url, file === './' ? { cache: 'no-cache' } : {}));
  if (response.ok) return response;
  throw new Error(`Page not stored: ${file} has status ${response.status}. The browser tries again later.`);
}

/** Stores the files of the release. @throws Error if index.html is that of another release */
async function storeFiles(): Promise<void> {
  const responses = await Promise.all(RELEASE.files.map(load));
  const index = await responses[RELEASE.files.indexOf('./')]?.clone().text();
  if (!filesIn(index ?? '').every((name) => RELEASE.files.includes(name))) {
    throw new Error('Page not stored: index.html belongs to another release. The browser tries again later.');
  }
  const cache = await caches.open(cacheName);
  await Promise.all(
    responses.map((response, at) => cache.put(new URL(RELEASE.files[at] ?? '', scope).href, response)),
  );
}

/**
 * Deletes the files of earlier releases. Keeps those of the release before: pages that are still open may load more of
 * them, and the server has deleted them.
 */
async function deleteEarlier(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== cacheName);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** Returns the page from the network, and from the cache if the network is down or slow, or if the server fails. */
async function openPage({ request, preloadResponse }: FetchEvent): Promise<Response> {
  const loading = (async () => (await preloadResponse) ?? fetch(request))();
  const slow = new Promise<undefined>((resolve) => setTimeout(resolve, SLOW_MS));
  const first = await Promise.race([loading, slow]).catch(() => undefined);
  if (first && first.status < 500) return first;
  return (await find(scope, { cacheName })) ?? loading;
}

const findOrFetch = async (request: Request): Promise<Response> =>
  (await find(request.url)) ?? fetch(request);

worker.addEventListener('install', (event) =>
  // Pages of the earlier release go on with their own files, so the new worker need not wait for them to close.
  event.waitUntil(storeFiles().then(() => worker.skipWaiting())),
);

worker.addEventListener('activate', (event) =>
  event.waitUntil(
    Promise.all([deleteEarlier(), worker.registration.navigationPreload?.enable(), worker.clients.claim()]),
  ),
);

worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  if (method !== 'GET' || !url.startsWith(scope)) return;
  const path = url.slice(scope.length).split(/[?#]/, 1)[0] ?? '';
  if (mode === 'navigate') {
    // An answer of the issuer, in the query, goes to the network like any other navigation, and is not stored.
    if (path === '' || path === 'index.html') event.respondWith(openPage(event));
  } else if (/^[\w-]+-\w{8}\.\w+$/.test(path)) event.respondWith(findOrFetch(event.request));
});

/** A notification, as the page shows it and as a push brings it. */
interface Notice {
  readonly room?: string;
  readonly title?: string;
  readonly body?: string;
}

const addressOf = (room: string): string => `${scope}#/${encodeURIComponent(room)}`;

const openPages = () => worker.clients.matchAll({ type: 'window', includeUncontrolled: true });

async function showPush({ room = '', title = 'Parley', body = '' }: Notice): Promise<void> {
  const pages = await openPages();
  const address = addressOf(room);
  // The address of the open room may name a message in it.
  const isOpen = (url: string) => url === address || url.startsWith(`${address}/`);
  if (pages.some(({ focused, url }) => focused && isOpen(url))) return;
  await worker.registration.showNotification(title, { body, tag: room, data: { room } });
}

/** Opens the room of a notification in an open page, or in a new one. */
async function openRoom(room: string): Promise<void> {
  const pages = (await openPages()).filter(({ url }) => url.startsWith(scope));
  const page = pages.find(({ focused }) => focused) ?? pages[0];
  if (!page) {
    await worker.clients.openWindow(addressOf(room));
    return;
  }
  page.postMessage({ openRoom: room });
  await page.focus();
}

worker.addEventListener('push', (event) => {
  const notice: unknown = event.data?.json();
  event.waitUntil(showPush(Object(notice) as Notice));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { room = '' } = Object(event.notification.data) as Notice;
  event.waitUntil(openRoom(room));
});

import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The paths of Debian's packages. Both render pages in the same way. With the headless shell, a new page takes a quarter
 * of the CPU time, because there is no window whose toolbars Chromium renders in other processes.
 */
const installed = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

let running: Promise<Browser> | undefined;

/**
 * Returns the Chromium that the environment variable `CHROMIUM` names, or Debian's. The tests of a process share it,
 * because its start takes longer than many tests. It ends with the process.
 * @throws Error that explains how to install Chromium if it is missing
 */
export async function openBrowser(): Promise<Browser> {
  const paths = process.env['CHROMIUM'] ? [process.env['CHROMIUM']] : installed;
  const executablePath = paths.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      `Could not start the browser: found no ${paths.join(' or ')}. Run \`apt-get install -y chromium-headless-shell\` or set CHROMIUM.`,
    );
  }
  running ??= chromium.launch({ executablePath, args: flags });
  return running;
}

/** Permits notifications in a page. The headless browser refuses them. */
export const permitNotifications = `Object.defineProperty(Notification, 'permission', { value: 'granted' });`;

/** Closes all pages. */
export async function closePages(): Promise<void> {
  const contexts = (await running)?.contexts() ?? [];
  await Promise.all(contexts.map((context) => context.close()));
}

/** A page and the errors that its browser reported. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors, uncaught errors and violations of the content security policy. */
  readonly errors: readonly string[];
}

// A string and not a function, since this file is type-checked without the browser's types.
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.info('violation: ' + event.effectiveDirective + ' ' + event.blockedURI));`;

/** Opens a page in a new context, without cookies, cache or storage. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  // Playwright does not see the requests of a service worker. Its own tests allow it.
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' || text.startsWith('violation: ')) errors.push(text);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.addInitScript(reportViolations);
  await page.goto(url);
  return { page, context, errors };
}

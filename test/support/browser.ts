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
 * Starts Chromium: the one that `CHROMIUM` names, or Debian's. One for each test file, in `beforeAll`; close it in
 * `afterAll`. Throws one line that says how to install it where there is none.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] || '/usr/bin/chromium';
  if (existsSync(executablePath)) return chromium.launch({ executablePath, args: flags });
  throw new Error(
    `Browser did not start: there is no ${executablePath}; run \`apt-get install -y chromium\`, or name one in CHROMIUM`,
  );
}

/** A page, and what its browser had to say against it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Each error in its console, each error that nobody caught and each refusal of its content security policy. */
  readonly complaints: readonly string[];
}

// Text, since it runs in the browser, whose words this project's other code must not know.
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.info('violation: ' + event.effectiveDirective + ' ' + event.blockedURI));`;

/** Opens a page as somebody new: without cookies, cache or storage. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' || text.startsWith('violation: ')) complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(reportViolations);
  await page.goto(url);
  return { page, context, complaints };
}

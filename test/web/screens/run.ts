import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.ts';
import { startTestStack } from '../../support/stack.ts';
import { contactSheet } from './contact-sheet.ts';
import { fillChat } from './fill-chat.ts';
import { layoutFaults } from './layout-faults.ts';
import { type State, states } from './states.ts';

/** The widths of a desktop, a tablet and a phone, with the heights of usual screens, in pixels. */
const screens = [
  { width: 1280, height: 800 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
] as const;

/** How the page looks in a browser with these settings. */
const looks = {
  light: { colorScheme: 'light', forcedColors: 'none', fontSize: '' },
  dark: { colorScheme: 'dark', forcedColors: 'none', fontSize: '' },
  forced: { colorScheme: 'dark', forcedColors: 'active', fontSize: '' },
  large: { colorScheme: 'light', forcedColors: 'none', fontSize: '200%' },
} as const;

type Look = keyof typeof looks;
type Screen = (typeof screens)[number];

const lookNames = Object.keys(looks) as Look[];

const usage = `Usage: npm run screenshots -- [--only <text>] [--part <i/n>] [--out <folder>]

Takes a screenshot of each state of the page on three screens, in the light and the dark theme, with forced colours, and
with a font of twice the usual size. Checks each of them with axe, and for controls and text that are cut off, covered or
beyond the screen. Exits with 1 if it finds a serious problem, or if a state cannot be reached.

  --only <text>   only states whose name contains the text
  --part <i/n>    the i-th of n parts of these states, such as 1/4
  --out <folder>  where the pictures and index.html go; dist/screens by default
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    part: { type: 'string', default: '1/1' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
const out = values.out ?? fileURLToPath(new URL('../../../dist/screens', import.meta.url));

/** Something wrong, and the state, width and look in which it was found. */
interface Problem {
  readonly what: string;
  readonly where: string;
}

/** Opens the page in a browser with a font size. The size is set before the state is reached, as menus measure it. */
async function openWith(browser: Browser, screen: Screen, fontSize: string, locale = 'en-GB') {
  const isPhone = screen.width < 500;
  const context = await browser.newContext({
    ...{ viewport: screen, reducedMotion: 'reduce', locale },
    ...(isPhone && { hasTouch: true, isMobile: true }),
  });
  await context.addInitScript((size) => {
    document.addEventListener('DOMContentLoaded', () => {
      document.documentElement.style.fontSize = size;
    });
  }, fontSize);
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  return { page, context, isPhone };
}

/** Returns axe's serious findings. */
async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Takes the pictures of a state on one screen. Returns what is wrong. */
async function capture(browser: Browser, url: string, state: State, screen: Screen) {
  const problems: Problem[] = [];
  for (const fontSize of ['', '200%']) {
    const chosen = lookNames.filter((look) => looks[look].fontSize === fontSize);
    const opened = await openWith(browser, screen, fontSize, state.locale);
    const { page, context } = opened;
    let look = chosen[0] ?? 'light';
    const picture = () => page.screenshot({ path: join(out, fileName(state, screen.width, look)) });
    const add = (what: string) => problems.push({ what, where: `${state.name}.${screen.width}.${look}` });
    try {
      await state.show({ ...opened, url });
      for (look of chosen) {
        const { colorScheme, forcedColors } = looks[look];
        await page.emulateMedia({ colorScheme, forcedColors, reducedMotion: 'reduce' });
        // The page reacts to the change in its next frames.
        await page.waitForTimeout(100);
        await picture();
        for (const found of await seriousFindings(page)) add(found);
        for (const fault of await layoutFaults(page)) add(fault);
      }
    } catch (error) {
      await picture().catch(() => {});
      add(`The state was not reached: ${String(error).split('\n')[0]}`);
    } finally {
      await context.close();
    }
  }
  return problems;
}

const fileName = (state: State, width: number, look: Look): string =>
  `${state.name.replaceAll(' ', '-')}.${width}.${look}.png`;

const stack = await startTestStack({}, { allowedOrigins: '' });
const browser = await openBrowser();
const problems: Problem[] = [];
try {
  const [part = 1, parts = 1] = values.part.split('/').map(Number);
  const named = states.filter(({ name }) => name.includes(values.only));
  const chosen = named.filter((_, index) => index % parts === part - 1);
  mkdirSync(out, { recursive: true });
  await fillChat(stack);
  for (const state of chosen) {
    const taken = screens.map((screen) => capture(browser, stack.stack.edgeUrl, state, screen));
    problems.push(...(await Promise.all(taken)).flat());
    console.log(state.name);
  }
  const rows = chosen.map((state) => ({
    name: state.name,
    files: screens.flatMap(({ width }) => lookNames.map((look) => fileName(state, width, look))),
  }));
  writeFileSync(join(out, 'index.html'), contactSheet(rows));
} finally {
  await browser.close();
  await stack.stop();
}
for (const [what, where] of Map.groupBy(problems, (problem) => problem.what))
  console.error(`${what}\n    ${where.map((problem) => problem.where).join(', ')}`);
console.log(`${problems.length} problems. The pictures are in ${out}/index.html.`);
process.exit(problems.length > 0 ? 1 : 0);

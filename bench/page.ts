import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { closePages, openBrowser, openPage } from '../test/support/browser.ts';
import { enter } from '../test/support/chat.ts';
import { signIn } from '../test/support/person.ts';
import { newRoom, putLog } from '../test/support/rooms.ts';
import { alice as author, messageOf } from '../test/support/sample.ts';
import { startTestStack, type TestStack } from '../test/support/stack.ts';
import type { Findings, Row } from './results.ts';

const LOADED = 5_000;
const MESSAGES = 300;
const PER_SECOND = 20;
const ROUNDS = 3;
const MOST_TASK_MS = 50;
const MOST_RATIO = 1.5;

/** A room as the user sees it while messages arrive. */
interface Scenario {
  readonly name: string;
  /** How many messages the page has loaded before. */
  readonly loaded: number;
  /** Whether the newest message is in view, and not the oldest one. */
  readonly atEnd: boolean;
}

const scenarios: readonly Scenario[] = [
  { name: 'an empty room', loaded: 0, atEnd: true },
  { name: 'a room with 5,000 messages loaded, at its end', loaded: LOADED, atEnd: true },
  { name: 'a room with 5,000 messages loaded, at its start', loaded: LOADED, atEnd: false },
];

/** The CPU time of the page's main thread, in milliseconds. */
interface Measured {
  readonly script: number;
  readonly task: number;
  readonly longest: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** The CPU time in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Returns the longest task of the main threads of pages, in milliseconds. */
function longestTask(events: readonly TraceEvent[]): number {
  const threads = events.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const isMain = ({ pid, tid }: TraceEvent) => threads.some((each) => each.pid === pid && each.tid === tid);
  const tasks = events.filter((event) => /RunTask$/.test(event.name) && isMain(event));
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1_000));
}

async function metrics(session: CDPSession): Promise<Readonly<Record<string, number>>> {
  const answer = await session.send('Performance.getMetrics');
  return Object.fromEntries(answer.metrics.map(({ name, value }) => [name, value * 1_000]));
}

/** Opens a new room of a scenario. Resolves to its id when its messages are loaded. */
async function openScenario(stack: TestStack, page: Page, { loaded, atEnd }: Scenario): Promise<string> {
  const room = await newRoom(stack, 'alice', 'bob');
  const messages = Array.from({ length: loaded }, (_, index) =>
    messageOf({ id: index + 1, room, author, text: `Message ${index + 1} of the time before` }),
  );
  await putLog(stack, room, messages);
  // The link of the first message loads all messages.
  await page.goto(new URL(`#/${room}${loaded > 0 ? '/1' : ''}`, page.url()).href);
  if (loaded > 0) await page.locator('[data-id="1"]').waitFor({ timeout: 120_000 });
  else await page.locator('.empty').waitFor();
  if (loaded > 0 && atEnd) {
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await page.locator(`[data-id="${loaded}"]`).waitFor();
  }
  return room;
}

/** Sends messages to a room at a steady rate, and resolves when the last one has arrived. */
async function sendMessages(stack: TestStack, room: string): Promise<void> {
  const sender = await enter(stack, 'alice', `room=${room}`);
  const last = randomUUID();
  const start = performance.now();
  for (let sent = 1; sent <= MESSAGES; sent++) {
    await wait(Math.max(0, start + (sent * 1_000) / PER_SECOND - performance.now()));
    sender.send({ action: 'send', message: sent === MESSAGES ? last : `Message ${sent} of these` });
  }
  await sender.take('chat_message', ({ message }) => message?.['text'] === last);
  await wait(500);
  await sender.close();
}

async function measure(stack: TestStack, page: Page, scenario: Scenario): Promise<Measured> {
  const room = await openScenario(stack, page, scenario);
  await page.requestGC();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const browser = await openBrowser();
  await browser.startTracing(page, { categories: ['toplevel'] });
  const before = await metrics(session);
  await sendMessages(stack, room);
  const after = await metrics(session);
  const trace = JSON.parse(String(await browser.stopTracing())) as { readonly traceEvents: TraceEvent[] };
  await session.detach();
  const spent = (name: string) => ((after[name] ?? Number.NaN) - (before[name] ?? Number.NaN)) / MESSAGES;
  return {
    script: spent('ScriptDuration'),
    task: spent('TaskDuration'),
    longest: longestTask(trace.traceEvents),
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Measures the work of the page for each message that arrives in the open room. */
export async function pageWork(): Promise<Findings> {
  const stack = await startTestStack();
  try {
    const { page } = await openPage(await openBrowser(), stack.stack.edgeUrl);
    await signIn(page, 'bob');
    const rounds: Measured[][] = scenarios.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, scenario] of scenarios.entries())
        rounds[index]?.push(await measure(stack, page, scenario));
    }
    const medianOf = (index: number, value: keyof Measured) =>
      median((rounds[index] ?? []).map((each) => each[value]));
    const rows = scenarios.flatMap(({ name }, index): Row[] => {
      const script = medianOf(index, 'script');
      const ratio = { to: 'an empty room', value: script / medianOf(0, 'script'), most: MOST_RATIO };
      return [
        { name: `script for each message, ${name}`, value: script, unit: 'ms', ...(index > 0 && { ratio }) },
        { name: `all work for each message, ${name}`, value: medianOf(index, 'task'), unit: 'ms' },
        {
          name: `longest task, ${name}`,
          value: medianOf(index, 'longest'),
          unit: 'ms',
          most: MOST_TASK_MS,
        },
      ];
    });
    return { rows };
  } finally {
    await closePages();
    await (await openBrowser()).close();
    await stack.stop();
  }
}

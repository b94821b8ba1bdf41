import type { DialectName, Session } from '../../functions/domain/connection.ts';
import type { Rates } from '../../functions/domain/room.ts';
import { queryAll } from '../../functions/store/database.ts';
import { createRandom } from '../torture/random.ts';
import { type Chat, type Effects, openChat, tokens, type Write } from './chat.ts';
import { generateFrame } from './frames.ts';
import { type GeneratedRequest, generateRequest } from './requests.ts';
import { pick } from './values.ts';

/** The answers and violations of a run. */
export class Report {
  /** The number of answers of each kind: by type of frame, error code or HTTP status. */
  readonly answers = new Map<string, number>();
  /** The violations, each with the input that caused it. */
  readonly violations: string[] = [];

  count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }

  add(input: string, faults: readonly string[]): void {
    const shown = input.length > 600 ? `${input.slice(0, 400)}… (${input.length} characters)` : input;
    for (const fault of faults) this.violations.push(`${fault}: ${shown}`);
  }
}

/** Returns the seed of this run of the test suite, and prints it. `PARLEY_FUZZ_SEED` repeats a run. */
export function printedSeed(): number {
  const seed = Number(process.env['PARLEY_FUZZ_SEED'] ?? Date.now() % 1_000_000);
  console.log(`Fuzzing with PARLEY_FUZZ_SEED=${seed}`);
  return seed;
}

/** A low limit, because an item stores the times of its window, and many of them slow down the embedded database. */
const rate = { messages: 5, windowMs: 2_500 };
export const limited: Rates = { group: rate, direct: rate };
export const unlimited: Rates = { group: null, direct: null };

/** The longest pause between two frames, in milliseconds. At this pace, many members reach the limit. */
const MAX_PAUSE_MS = 20;

/** Frames that the server sends besides its answer. */
const besides = new Set([
  ...['mark_message_as_delivered', 'mark_message_as_read', 'presence', 'connection_established'],
]);

interface Answer {
  /** The name of the frame, or the code of an error. */
  readonly name: string;
  readonly refused: boolean;
}

/** Parses an answer to a frame. Returns undefined for another frame of the server, such as presence. */
export function answerOf(dialect: DialectName, text: string): Answer | undefined {
  const frame = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const name = String(dialect === 'operation' ? frame['operation'] : frame['type']);
  if (besides.has(name)) return undefined;
  const refused = name === 'error';
  return { name: refused ? String(frame['code']) : name, refused };
}

/** A refused change may count towards a limit. It may store nothing else. */
const isCounter = ({ operation, item }: Write): boolean =>
  operation === 'UpdateItem' && /^(member|visitor|attempts|limit)#/.test(item);

const isEntry = ({ table, item }: Write): boolean => table === 'chat' && item.startsWith('log#');

const nameOf = ({ operation, table, room, item, kind = '' }: Write): string =>
  `${operation} ${table} ${room} ${item.slice(0, 60)} ${kind}`.trim();

/** Returns what is wrong with the effects of a refusal. */
function faultsOfRefusal({ writes, objects }: Effects): readonly string[] {
  const kept = writes.filter((write) => !isCounter(write)).map(nameOf);
  return [...kept, ...objects].map((name) => `a refused change left something: ${name}`);
}

function checkFrame(session: Session, effects: Effects, report: Report): readonly string[] {
  const own = effects.posts.filter(({ connection }) => connection === session.id);
  const answers = own.flatMap(({ frame }) => answerOf(session.dialect, frame) ?? []);
  for (const { name } of answers) report.count(name);
  const faults = effects.errors.map((error) => `the server failed with ${error}`);
  if (answers.length !== 1) faults.push(`${answers.length} answers (${answers.map(({ name }) => name)})`);
  const [answer] = answers;
  if (answer?.name === 'INTERNAL') faults.push('the answer is INTERNAL');
  if (!answer?.refused) return faults;
  if (effects.posts.length > own.length) faults.push('others receive a refused frame');
  return [...faults, ...faultsOfRefusal(effects)];
}

/** Compares the logs of all rooms with the entries that accepted changes stored. */
async function checkLogs({ db }: Chat, entries: ReadonlySet<string>, report: Report): Promise<void> {
  const rooms = new Set([...entries].map((entry) => entry.split(' ')[0] ?? ''));
  const stored: string[] = [];
  for (const room of rooms) {
    const where = '#room = :room AND begins_with(#item, :log)';
    const values = { ':room': room, ':log': 'log#' };
    const { items } = await queryAll(db.chat, { where, values, consistent: true });
    stored.push(...items.filter(({ kind }) => kind !== 'void').map(({ item }) => `${room} ${item}`));
  }
  const missing = [...entries].filter((entry) => !stored.includes(entry));
  const surplus = stored.filter((entry) => !entries.has(entry));
  report.add([...missing, ...surplus].join(), missing.length + surplus.length > 0 ? ['the logs differ'] : []);
}

/** Returns the sequence number in a log entry's key. */
const seqOf = ({ item }: Write): number => Number(item.slice('log#'.length));

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  readonly rates: Rates;
}

/** Sends frames of all dialects, one after another, and checks what each of them causes. */
export async function fuzzFrames({ seed, count, rates }: FuzzOptions, report: Report): Promise<void> {
  const random = createRandom(seed).fork('frames');
  const chat = await openChat(rates);
  try {
    const newest = new Map<string, number>();
    const entries = new Set<string>();
    for (let sent = 0; sent < count; sent++) {
      const session = pick(random, chat.sessions);
      const body = generateFrame(random, session.dialect, newest.get(session.room) ?? 0);
      const effects = await chat.frame(session, body);
      report.add(`${session.id} ${body}`, checkFrame(session, effects, report));
      for (const write of effects.writes.filter((each) => isEntry(each) && each.operation === 'PutItem')) {
        newest.set(write.room, seqOf(write));
        if (write.kind !== 'void') entries.add(`${write.room} ${write.item}`);
      }
      chat.pass(random.between(0, MAX_PAUSE_MS));
    }
    await checkLogs(chat, entries, report);
  } finally {
    await chat.close();
  }
}

async function checkResponse(
  { response, ...effects }: Effects & { readonly response: Response },
  report: Report,
): Promise<readonly string[]> {
  const { status } = response;
  report.count(String(status));
  const faults = effects.errors.map((error) => `the server failed with ${error}`);
  if (status >= 500) faults.push(`the status is ${status}`);
  const text = await response.text();
  try {
    if (text !== '') JSON.parse(text);
  } catch {
    faults.push('the body is not JSON');
  }
  return status < 400 ? faults : [...faults, ...faultsOfRefusal(effects)];
}

const inputOf = ({ method, path, headers, body }: GeneratedRequest): string =>
  `${method} ${path} ${JSON.stringify(headers)} ${body ?? ''}`;

/** Requests remove members and change roles, so the rooms are restored from time to time. */
const REQUESTS_PER_RESTORE = 250;

/** Sends requests to the HTTP API, one after another, and checks what each of them causes. */
export async function fuzzRequests({ seed, count, rates }: FuzzOptions, report: Report): Promise<void> {
  const random = createRandom(seed).fork('requests');
  const chat = await openChat(rates);
  try {
    for (let sent = 0; sent < count; sent++) {
      if (sent % REQUESTS_PER_RESTORE === 0) await chat.furnish();
      const request = generateRequest(random, tokens);
      report.add(inputOf(request), await checkResponse(await chat.request(request), report));
      chat.pass(random.between(0, MAX_PAUSE_MS));
    }
  } finally {
    await chat.close();
  }
}

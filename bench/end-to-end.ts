import type { ChildProcess } from 'node:child_process';
import { heard, letGo, start } from './processes.ts';
import { Load, type Stretch } from './load.ts';
import type { Findings } from './part.ts';
import type { Spent } from './profile.ts';
import type { Row } from './row.ts';
import type { RoomOrder, StackRequest } from './stack-process.ts';

/** People in rooms, and what of a bare broadcaster's rate is aimed at. */
export interface Crowd {
  readonly name: string;
  readonly rooms: number;
  readonly people: number;
  readonly least?: number;
  readonly per: 'messages/s' | 'deliveries/s';
}

/** What was decided: for these, a chat framework on a server with a database reaches 1.8% and 3.5%. */
export const crowds: readonly Crowd[] = [
  { name: '10 rooms of 10', rooms: 10, people: 10, least: 0.012, per: 'messages/s' },
  { name: 'a room of 200', rooms: 1, people: 200, least: 0.04, per: 'deliveries/s' },
  { name: 'a room of 1,000', rooms: 1, people: 1_000, per: 'deliveries/s' },
];

/** A rate that cannot be kept up shows in the slowest of a hundred messages. */
const SLOW_MS = 250;
const MOST_IN_FLIGHT = 256;

export interface EndToEndOptions {
  readonly of?: readonly Crowd[];
  /** Of one stretch. */
  readonly milliseconds?: number;
}

/** Offers more and more, until it gets slow. @returns the stretches, in the order of what was in flight */
async function raise(load: Load, milliseconds: number): Promise<readonly Stretch[]> {
  // Code is compiled and environments are started in these, which do not count.
  for (const inFlight of [1, 4, 16]) await load.run(inFlight, milliseconds / 2);
  const stretches: Stretch[] = [];
  let slow = 0;
  // Once may be the machine's doing.
  for (let inFlight = 1; inFlight <= MOST_IN_FLIGHT && slow < 2; inFlight = Math.ceil(inFlight * 1.5)) {
    const stretch = await load.run(inFlight, milliseconds);
    stretches.push(stretch);
    slow = stretch.p99 > SLOW_MS ? slow + 1 : 0;
  }
  return stretches;
}

/** The stretch with the highest rate, however long anybody waited: nobody is to say that the reference was held back. */
export const fastest = (stretches: readonly Stretch[]): Stretch | undefined =>
  stretches.toSorted((a, b) => b.messagesPerSecond - a.messagesPerSecond)[0];

/** The stretch with the highest rate of those that were fast enough, and lost nothing; else the fastest. */
export const sustained = (stretches: readonly Stretch[]): Stretch | undefined =>
  stretches
    .filter(({ p99, lost }) => p99 <= SLOW_MS && lost === 0)
    .toSorted((a, b) => b.messagesPerSecond - a.messagesPerSecond)[0] ??
  // Nothing was fast enough: then the fastest says so.
  stretches.toSorted((a, b) => a.p99 - b.p99)[0];

async function ask<T>(stack: ChildProcess, request: StackRequest): Promise<T> {
  stack.send(request);
  return (await heard(stack)) as T;
}

const ordersOf = ({ name, rooms, people }: Crowd): RoomOrder[] =>
  Array.from({ length: rooms }, (_, index) => ({ room: `${name.replaceAll(/\W/g, '')}-${index}`, people }));

async function openBare(crowd: Crowd, url: string): Promise<Load> {
  const headers = Array.from({ length: crowd.people }, () => ({}));
  return Load.open(ordersOf(crowd).map(({ room }) => ({ url: `${url}?room=${room}`, headers })));
}

async function openParley(crowd: Crowd, url: string, stack: ChildProcess): Promise<Load> {
  const rooms = ordersOf(crowd);
  const tokens = await ask<string[][]>(stack, { kind: 'rooms', rooms });
  const load = await Load.open(
    rooms.map(({ room }, index) => ({
      url: `${url}?room=${room}`,
      headers: (tokens[index] ?? []).map((token) => ({ Authorization: `Bearer ${token}` })),
    })),
  );
  // The welcomes have their turn.
  await new Promise((resume) => setTimeout(resume, 1_000));
  return load;
}

/** What a crowd's messages came to, and where the stack's CPU went at the rate that it sustained. */
interface Measured {
  readonly crowd: Crowd;
  readonly bare: Stretch | undefined;
  readonly parley: readonly Stretch[];
  readonly best: Stretch | undefined;
  readonly spent: Spent;
  readonly profiled: Stretch;
}

async function measured(
  crowd: Crowd,
  urls: { readonly bare: string; readonly parley: string },
  stack: ChildProcess,
  milliseconds: number,
): Promise<Measured> {
  const bareLoad = await openBare(crowd, urls.bare);
  const bare = fastest(await raise(bareLoad, milliseconds));
  bareLoad.close();
  const load = await openParley(crowd, urls.parley, stack);
  const parley = await raise(load, milliseconds);
  const best = sustained(parley);
  await ask(stack, { kind: 'profile' });
  const profiled = await load.run(best?.inFlight ?? 1, milliseconds);
  const spent = await ask<Spent>(stack, { kind: 'spent' });
  load.close();
  return { crowd, bare, parley, best, spent, profiled };
}

function userConnections({ crowd, bare, parley, best }: Measured): readonly Row[] {
  const rate = (stretch: Stretch | undefined): number =>
    (crowd.per === 'messages/s' ? stretch?.messagesPerSecond : stretch?.deliveriesPerSecond) ?? Number.NaN;
  const least = crowd.least === undefined ? {} : { least: crowd.least };
  const ratio = { to: 'the bare broadcaster', value: rate(best) / rate(bare), ...least };
  const sum = (of: 'lost' | 'repeated') => parley.reduce((all, stretch) => all + stretch[of], 0);
  const { name, per: unit } = crowd;
  return [
    { name: `${name}, bare broadcaster`, value: rate(bare), unit },
    { name: `${name}, Parley`, value: rate(best), unit, ratio },
    { name: `${name}, Parley, p50`, value: best?.p50 ?? Number.NaN, unit: 'ms' },
    {
      name: `${name}, Parley, p99`,
      value: best?.p99 ?? Number.NaN,
      unit: 'ms',
      ...(crowd.least !== undefined && { most: SLOW_MS }),
    },
    { name: `${name}, Parley, one at a time, p50`, value: parley[0]?.p50 ?? Number.NaN, unit: 'ms' },
    { name: `${name}, Parley, lost`, value: sum('lost'), unit: 'deliveries', most: 0 },
    { name: `${name}, Parley, twice`, value: sum('repeated'), unit: 'deliveries' },
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(0)}%`;

function splitTable(all: readonly Measured[]) {
  const names = new Set(all.flatMap(({ spent }) => Object.keys(spent.parts)));
  const lines = [...names].map((part) => [
    `the stack’s thread: ${part}`,
    ...all.map(({ spent }) => percent(((spent.parts[part] ?? 0) * spent.stack) / spent.all)),
  ]);
  return {
    title: 'Where the CPU of the stack’s process went',
    columns: ['', ...all.map(({ crowd }) => crowd.name)],
    rows: [
      [
        'CPU of a message, in ms',
        ...all.map(({ spent, profiled }) => (spent.all / profiled.sent).toFixed(2)),
      ],
      [
        'Parley: its functions, and V8’s compiling',
        ...all.map(({ spent }) => percent((spent.all - spent.stack) / spent.all)),
      ],
      ...lines.toSorted(),
    ],
  };
}

const notes = [
  `Closed loop: so many messages are in flight, and where one has reached its last recipient the next is sent, by another member, in the next room. What is in flight is raised by half until the slowest of a hundred takes over ${SLOW_MS} ms; the highest rate before that counts, and of the broadcaster the highest of all. The generator, the broadcaster and the stack are processes of their own on the same machine. A text has 100 characters, and both servers’ frames are about as long. Receipts are on: in rooms of 10 each message causes 20 more frames, which the broadcaster does not send and which are not counted as deliveries. The rate limit and the account’s throttle are off. None may be lost. One may come twice, under the same number, where the answer to a post was late.`,
  'For comparison: Django Channels with Redis and PostgreSQL sustains 1.8% of a bare broadcaster’s messages in 10 rooms of 10, and 3.5% of its deliveries in a room of 200, measured on such a machine.',
];

/** Messages a second from send to last recipient, against a server that does nothing else than to broadcast. */
export async function endToEnd({
  of = crowds,
  milliseconds = 2_000,
}: EndToEndOptions = {}): Promise<Findings> {
  const broadcaster = start('broadcast-process.ts');
  const stack = start('stack-process.ts');
  try {
    const bare = String(await heard(broadcaster));
    const parley = String(await heard(stack));
    const all: Measured[] = [];
    for (const crowd of of) all.push(await measured(crowd, { bare, parley }, stack, milliseconds));
    await ask(stack, { kind: 'stop' });
    return { rows: all.flatMap(userConnections), tables: [splitTable(all)], notes };
  } finally {
    letGo([broadcaster, stack]);
  }
}

import { type Cost, costOfMillion, functionMs, metered, sampleUsage, type Usage } from './costs.ts';
import { type CountedName, countCommands } from './counted-commands.ts';
import { type Counts, TEXT } from './counted-room.ts';
import type { Findings, Table } from './part.ts';
import { assumed, prices } from './prices.ts';
import type { Row } from './row.ts';

/** In how large rooms commands are counted, and messages are paid for. */
const COUNTED_ROOMS = [2, 50, 1_000];
const PAID_ROOMS = [2, 10, 100];

/** How many connections the usual sample finds in its one table, of which each message scans all. */
const SAMPLE_CONNECTIONS = 1_000;

/** What is billed of a command in a room. */
export function usageOf({
  trips,
  posts,
  postWaves,
  bytes,
  writeUnits,
  readUnits,
  invocations,
}: Counts): Usage {
  return {
    gatewayMessages: 1 + posts * metered(posts === 0 ? 0 : bytes / posts),
    writeUnits,
    readUnits,
    invocations,
    functionMs: functionMs(trips.length, postWaves),
  };
}

const table = (title: string, columns: readonly string[], rows: Table['rows']): Table => ({
  title,
  columns,
  rows,
});

function countTable(people: number, counts: ReadonlyMap<CountedName, Counts>): Table {
  const columns = [
    '',
    'round trips before the first post',
    'in all',
    'write units',
    'read units',
    'posts',
    'bytes posted',
    'invocations',
  ];
  const rows = [...counts].map(([name, each]) => [
    name,
    each.tripsBeforePost ?? '–',
    each.trips.length,
    each.writeUnits,
    each.readUnits,
    each.posts,
    each.bytes,
    each.invocations,
  ]);
  return table(`Each command in a room of ${people.toLocaleString('en')} connections`, columns, rows);
}

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const paid = (name: string, { apiGateway, dynamodb, lambda, total }: Cost): string[] => [
  name,
  ...[apiGateway, dynamodb, lambda, total].map(dollars),
];

const costTable = (counted: readonly { readonly room: number; readonly usage: Usage }[]): Table =>
  table(
    'A million messages',
    ['', 'API Gateway', 'DynamoDB', 'Lambda', 'in all'],
    counted.flatMap(({ room, usage }) => [
      paid(`Parley, room of ${room}, with receipts`, costOfMillion(usage)),
      paid(`Parley, room of ${room}, its messages alone`, costOfMillion(withoutReceipts(usage, room))),
      paid(`the usual sample, room of ${room}`, costOfMillion(sampleUsage(room, SAMPLE_CONNECTIONS))),
    ]),
  );

/** The same without the posts that tell how far a message has come, and the update that notes it. */
export const withoutReceipts = (usage: Usage, room: number): Usage => ({
  ...usage,
  gatewayMessages: 1 + room,
  writeUnits: usage.writeUnits - 1,
  functionMs: functionMs(3, [room]),
});

const notes = [
  `Each connection is another member's and reads what it is sent at once, as S0 and S1 have it, so a message has three frames: itself, that it was delivered, that it was read. A message has ${TEXT.length} characters. Above 50 connections the author alone is told how far it has come. Calls that are under way at the same time are one round trip. Index writes and refused conditions are counted as they are billed.`,
  `Prices of ${prices.date}, ${prices.region}: ${prices.source}. Assumed: ${assumed.roundTripMs} ms for a round trip to DynamoDB, ${assumed.postMs} ms for a post, ${assumed.postsAtOnce} posts at once, functions of ${assumed.megabytes} MB. Open sockets cost ${dollars(prices.apiGateway.perMillionConnectionMinutes)} a million minutes besides, whoever serves them.`,
  `The usual sample scans its one table for each message; here it holds ${SAMPLE_CONNECTIONS.toLocaleString('en')} connections of all rooms. It keeps no message, so nothing can be loaded or resumed; it checks no member, tells no receipt, and lets a repeat be said twice. What Parley costs beyond it is the price of these: four write units, and two posts more to each where receipts go to all.`,
];

/** Round trips are what a message waits for, so they are held to what was decided. */
function promises(people: number, counts: ReadonlyMap<CountedName, Counts>): readonly Row[] {
  const most = { send: 3, 'send with client_id': 4 } as const;
  return Object.entries(most).map(([name, trips]) => ({
    name: `round trips before the first post, ${name}, room of ${people.toLocaleString('en')}`,
    value: counts.get(name as CountedName)?.tripsBeforePost ?? Number.NaN,
    unit: 'round trips',
    most: trips,
  }));
}

/** What each command costs in rooms of several sizes, and what messages cost. */
export async function counts(): Promise<Findings> {
  const rows: Row[] = [];
  const tables: Table[] = [];
  for (const people of COUNTED_ROOMS) {
    const counted = await countCommands(people);
    rows.push(...promises(people, counted));
    tables.push(countTable(people, counted));
  }
  const bills = [];
  for (const room of PAID_ROOMS) {
    const sent = (await countCommands(room, ['send'])).get('send');
    if (sent) bills.push({ room, usage: usageOf(sent) });
  }
  return { rows, tables: [...tables, costTable(bills)], notes };
}

import { connect, disconnect } from '../functions/connections/lifecycle.ts';
import { RoomCache } from '../functions/connections/room-cache.ts';
import { welcome } from '../functions/connections/welcome.ts';
import { actionExamples } from '../functions/dialects/action/examples.ts';
import {
  assumed,
  costOfMillion,
  functionMs,
  meteredMessages,
  prices,
  sampleUsage,
  type Usage,
} from './costs.ts';
import {
  type CountedRoom,
  type Counts,
  MESSAGES,
  OWN_MESSAGE,
  openCountedRoom,
  type RoomOptions,
  TEXT,
} from './counted-room.ts';
import type { Findings, Row, Table } from './results.ts';

/** The sizes of the rooms in which commands are counted, and of the rooms for which the cost is computed. */
const COUNTED_ROOMS = [2, 50, 1_000];
const PRICED_ROOMS = [2, 10, 100];

/** The number of connections in the table of the minimal sample. */
const SAMPLE_CONNECTIONS = 1_000;

type CountedCommand = (room: CountedRoom) => Promise<unknown>;

const frame =
  (fields: object): CountedCommand =>
  (room) =>
    room.send(fields);

const listedChanges = new Set(['EditMessage', 'DeleteMessage', 'MarkSeen']);

/** The first documented frame of each further command about an existing message. */
const otherChanges = Object.fromEntries(
  actionExamples.in
    .filter(({ command }) => 'message' in command && !listedChanges.has(command.kind))
    .toReversed()
    .map(({ frame: example }) => {
      const fields = example as { readonly action: string };
      return [fields.action, frame({ ...fields, message_id: OWN_MESSAGE })];
    }),
);

/** The counted commands. They run in this order in one room, so each one sees the effects of those before. */
const commands: Readonly<Record<string, CountedCommand>> = {
  send: frame({ action: 'send', message: TEXT }),
  'send with client_id': frame({ action: 'send', message: TEXT, client_id: 'c-1' }),
  'send repeated with the same client_id': frame({ action: 'send', message: TEXT, client_id: 'c-1' }),
  edit: frame({ action: 'edit', message_id: OWN_MESSAGE, text: TEXT }),
  ...otherChanges,
  delete: frame({ action: 'delete', message_id: OWN_MESSAGE }),
  seen: frame({ action: 'seen', message_id: MESSAGES - 1 }),
  typing: frame({ action: 'typing', typing: true }),
  'history, 50 messages': frame({ action: 'history' }),
  'sync, 10 changes': frame({ action: 'sync', since: MESSAGES - 5 }),
  ping: frame({ action: 'ping' }),
  authenticate: frame({ action: 'authenticate', token: 'a-token' }),
  'join another room': frame({ action: 'join', room_id: 'another' }),
  'leave the other room': frame({ action: 'leave', room_id: 'another' }),
  $disconnect: ({ session, context }) => disconnect({ user: session.user.id, id: session.id }, context),
  $connect: ({ session, context }) => connect(session, context, async () => undefined),
  welcome: ({ session, context }) =>
    welcome(session, { ...context, rooms: new RoomCache() }, (error) => {
      throw error;
    }),
};

/** Returns what each of the named commands uses in a room of `people` connections, by its name. */
export async function countCommands(
  people: number,
  names: readonly string[] = Object.keys(commands),
  options: RoomOptions = {},
): Promise<ReadonlyMap<string, Counts>> {
  const room = await openCountedRoom(people, options);
  try {
    const counts = new Map<string, Counts>();
    for (const [name, command] of Object.entries(commands)) {
      if (names.includes(name)) counts.set(name, await room.count(() => command(room)));
    }
    return counts;
  } finally {
    await room.close();
  }
}

/** Returns what AWS bills for a counted command. Assumes that all of its posts have the same size. */
export const usageOf = (counts: Counts): Usage => ({
  gatewayMessages: 1 + counts.posts * meteredMessages(counts.posts === 0 ? 0 : counts.bytes / counts.posts),
  writeUnits: counts.writeUnits,
  readUnits: counts.readUnits,
  invocations: counts.invocations,
  functionMs: functionMs(counts.trips.length, counts.postWaves),
});

/** Returns the usage of a message in a room without receipts: no receipt is posted, and no status is updated. */
const withoutReceipts = (usage: Usage, room: number): Usage => ({
  ...usage,
  gatewayMessages: 1 + room,
  writeUnits: usage.writeUnits - 1,
  functionMs: functionMs(3, [room]),
});

const columns: Readonly<Record<string, (counts: Counts) => string | number>> = {
  'round trips before the first post': ({ tripsBeforePost }) => tripsBeforePost ?? '–',
  'all round trips': ({ trips }) => trips.length,
  'write units': ({ writeUnits }) => writeUnits,
  'read units': ({ readUnits }) => readUnits,
  posts: ({ posts }) => posts,
  'bytes posted': ({ bytes }) => bytes,
  invocations: ({ invocations }) => invocations,
};

const countTable = (people: number, counts: ReadonlyMap<string, Counts>): Table => ({
  title: `Each command in a room of ${people.toLocaleString('en')} connections`,
  columns: ['command', ...Object.keys(columns)],
  rows: [...counts].map(([name, each]) => [name, ...Object.values(columns).map((value) => value(each))]),
});

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const costColumns = ['', 'API Gateway', 'DynamoDB', 'Lambda', 'total'];

async function usageOfSend(people: number, options?: RoomOptions): Promise<Usage> {
  const sent = (await countCommands(people, ['send'], options)).get('send');
  if (!sent) throw new Error('Send not counted: the command is missing. Add it to the commands.');
  return usageOf(sent);
}

/** The maximum cost of a million messages with receipts for the author, in US dollars, by the size of the room. */
const MAX_COSTS: ReadonlyMap<number, number> = new Map([
  [2, 8.5],
  [10, 17],
]);

async function messageCosts(): Promise<Findings> {
  const targets: Row[] = [];
  const usages: [string, Usage][] = [];
  for (const size of PRICED_ROOMS) {
    const usage = await usageOfSend(size);
    usages.push([`Parley with every receipt, room of ${size}`, usage]);
    const withReceipts = await usageOfSend(size, { receipts: 'author' });
    usages.push([`Parley with receipts for the author, room of ${size}`, withReceipts]);
    const most = MAX_COSTS.get(size);
    if (most !== undefined) {
      const name = `a million messages with receipts for the author, room of ${size}`;
      targets.push({ name, value: costOfMillion(withReceipts).total, unit: '$', most });
    }
    usages.push([`Parley without receipts, room of ${size}`, withoutReceipts(usage, size)]);
    usages.push([`minimal sample, room of ${size}`, sampleUsage(size, SAMPLE_CONNECTIONS)]);
  }
  const rows = usages.map(([name, usage]) => {
    const { apiGateway, dynamodb, lambda, total } = costOfMillion(usage);
    return [name, ...[apiGateway, dynamodb, lambda, total].map(dollars)];
  });
  const title = 'Cost of a million messages';
  return { rows: targets, tables: [{ title, columns: costColumns, rows }] };
}

const notes = [
  `Each connection belongs to another member and reads each message at once, as the contracts S0 and S1 assume. A message therefore causes three frames: the message, “delivered” and “read”. A message has ${TEXT.length} characters. In rooms of more than 50 connections, only the author gets receipts. Requests to DynamoDB that run at the same time count as one round trip. Write units include index updates and writes whose condition failed, because DynamoDB bills both.`,
  `Prices of ${prices.date} in ${prices.region}, from ${prices.source}. Assumptions: ${assumed.roundTripMs} ms for a round trip to DynamoDB, ${assumed.postMs} ms for a post, ${assumed.parallelPosts} posts in parallel, functions with ${assumed.megabytes} MB. API Gateway also charges ${dollars(prices.apiGateway.perMillionConnectionMinutes)} for a million connection minutes, with any backend.`,
  `In the rows “with every receipt”, each connection gets the two receipts of each message, as in the contracts S0 and S1. All connections did before \`receipts=author\` existed, so these rows are also the cost before it. In the rows “with receipts for the author”, all connections have \`receipts=author\`, as Parley’s own client does: the message causes one more frame, to its author. A read mark that a client sends is a command of its own: see “seen” in the tables above.`,
  `The rows “without receipts” leave out the posts of receipts and the update of the message’s status, to show the cost of receipts.`,
  `The minimal sample is AWS’s \`simple-websockets-chat-app\`, extended by rooms. It scans its table of connections for each message; here the table has ${SAMPLE_CONNECTIONS.toLocaleString('en')} connections. It stores no messages, so clients cannot load history or resume. It does not check membership, sends no receipts and does not recognize repeated messages. Parley does all this and costs more: four write units for each message, and two more posts to each connection in rooms where all members get receipts.`,
];

/** These round trips have targets, because they delay the delivery of a message. */
const roundTripRows = (people: number, counts: ReadonlyMap<string, Counts>): readonly Row[] =>
  Object.entries({ send: 3, 'send with client_id': 4 }).map(([name, most]) => ({
    name: `round trips before the first post, ${name}, room of ${people.toLocaleString('en')}`,
    value: counts.get(name)?.tripsBeforePost ?? Number.NaN,
    unit: 'round trips',
    most,
  }));

/** Counts what each command uses in rooms of several sizes, and computes what messages cost. */
export async function counts(): Promise<Findings> {
  const rows: Row[] = [];
  const tables: Table[] = [];
  for (const people of COUNTED_ROOMS) {
    const counted = await countCommands(people);
    rows.push(...roundTripRows(people, counted));
    tables.push(countTable(people, counted));
  }
  const costs = await messageCosts();
  return { rows: [...rows, ...(costs.rows ?? [])], tables: [...tables, ...(costs.tables ?? [])], notes };
}

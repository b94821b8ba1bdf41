import { LONGEST_SILENCE_MS, TICK_MS } from '../client/socket.ts';
import { connect, disconnect } from '../functions/connections/lifecycle.ts';
import { RoomCache } from '../functions/connections/room-cache.ts';
import { welcome } from '../functions/connections/welcome.ts';
import { actionExamples } from '../functions/dialects/action/examples.ts';
import { inboxOf } from '../functions/domain/room.ts';
import {
  assumed,
  type BillItem,
  type Cost,
  costOfMillion,
  type Day,
  exampleAssumptions,
  exampleBill,
  exampleDay,
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

/** The ping of Parley's client, which names the open rooms of an inbox. */
const PING = 'ping in an inbox with an open room';

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
  edit: frame({ action: 'edit', message_id: OWN_MESSAGE, text: `${TEXT} Bye.` }),
  ...otherChanges,
  delete: frame({ action: 'delete', message_id: OWN_MESSAGE }),
  seen: frame({ action: 'seen', message_id: MESSAGES - 1 }),
  typing: frame({ action: 'typing', typing: true }),
  'history, 50 messages': frame({ action: 'history' }),
  'sync, 10 changes': frame({ action: 'sync', since: MESSAGES - 5 }),
  ping: frame({ action: 'ping' }),
  [PING]: (room) => {
    const inbox = inboxOf(room.session.user.id);
    return room.send(
      { action: 'ping', rooms: [room.session.room] },
      { session: { ...room.session, room: inbox } },
    );
  },
  authenticate: frame({ action: 'authenticate', token: 'a-token' }),
  'join another room': frame({ action: 'join', room_id: 'another' }),
  'leave the other room': frame({ action: 'leave', room_id: 'another' }),
  $disconnect: ({ session, context }) => disconnect({ user: session.user.id, id: session.id }, context),
  $connect: ({ session, context }) => connect(session, context, async () => undefined),
  welcome: ({ session, context }) =>
    welcome(session, { ...context, rooms: new RoomCache() }, (error) => {
      throw error;
    }),
  'send without a rate limit': (room) => {
    const context = { ...room.context, rates: { group: null, direct: null } };
    return room.send({ action: 'send', message: TEXT }, { context });
  },
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

/** The minutes between the pings of an idle socket: its silence is noticed at the first tick after the maximum. */
const MINUTES_OF_SILENCE = Math.ceil(LONGEST_SILENCE_MS / TICK_MS) * (TICK_MS / 60_000);
/** The minutes until an open room without changes is checked, although other frames arrive. */
const MINUTES_UNHEARD = 10;
/** Earlier clients pinged each open room this often, even while other frames arrived. */
const MINUTES_BEFORE = 4;

/** Returns the cost of a million connection minutes. @param minutes the time between two pings; Infinity for none */
function connectionCost(ping: Counts | undefined, minutes: number, rooms = 1): Cost {
  if (!ping) throw new Error('Ping not counted: the command is missing. Add it to the commands.');
  const million = costOfMillion(usageOf(ping));
  const share = rooms / minutes;
  const open = prices.apiGateway.perMillionConnectionMinutes;
  return {
    apiGateway: million.apiGateway * share + open,
    dynamodb: million.dynamodb * share,
    lambda: million.lambda * share,
    total: million.total * share + open,
  };
}

/** Computes what sockets of Parley's client cost while they are open. */
async function connectionCosts(): Promise<Findings> {
  const counted = await countCommands(2, [PING, 'ping']);
  const ping = counted.get(PING);
  const inUse = connectionCost(ping, Number.POSITIVE_INFINITY);
  const idle = connectionCost(ping, MINUTES_OF_SILENCE);
  const costs: readonly (readonly [string, Cost])[] = [
    ['before, one open room, idle or in use', connectionCost(counted.get('ping'), MINUTES_BEFORE)],
    ['before, three open rooms, idle or in use', connectionCost(counted.get('ping'), MINUTES_BEFORE, 3)],
    ['in use: changes arrive in each open room', inUse],
    ['in use, and one open room without changes', connectionCost(ping, MINUTES_UNHEARD)],
    ['idle, one open room', idle],
    ['idle, with `heartbeatMs: 60_000`', connectionCost(ping, 1.5)],
  ];
  const rows = costs.map(([name, { apiGateway, dynamodb, lambda, total }]) => [
    name,
    ...[apiGateway, dynamodb, lambda, total].map(dollars),
  ]);
  return {
    rows: [
      { name: 'a million connection minutes, socket in use', value: inUse.total, unit: '$', most: 0.3 },
      { name: 'a million connection minutes, idle socket', value: idle.total, unit: '$', most: 0.6 },
    ],
    tables: [{ title: 'Cost of a million connection minutes', columns: costColumns, rows }],
  };
}

/** The usage of a REST request: the function reads whether the user is banned, the membership and the room. */
const HTTP_REQUEST: Usage = {
  gatewayMessages: 0,
  writeUnits: 0,
  readUnits: 4.5,
  invocations: 1,
  functionMs: functionMs(4, []),
};

/**
 * Opening and closing an inbox: the authorizer, which reads whether the user is banned, a row for each room with its
 * index, and the first frame.
 */
const inboxUsage = (rooms: number): Usage => ({
  gatewayMessages: 1,
  writeUnits: rooms * 4,
  readUnits: rooms * 3 + 0.5,
  invocations: 3,
  functionMs: functionMs(6, [1]),
});

const sumOf = (usages: readonly Usage[]): Usage =>
  usages.reduce((sum, usage) => ({
    gatewayMessages: sum.gatewayMessages + usage.gatewayMessages,
    writeUnits: sum.writeUnits + usage.writeUnits,
    readUnits: sum.readUnits + usage.readUnits,
    invocations: sum.invocations + usage.invocations,
    functionMs: sum.functionMs + usage.functionMs,
  }));

const EXAMPLE_USERS = [1_000, 100_000] as const;

/**
 * Returns the monthly bills of chats with these numbers of daily users. The commands are counted in a room in which all
 * connections are Parley's own clients.
 */
export async function countedBills(
  dailyUsers: readonly number[],
  day: Day = exampleDay,
): Promise<readonly (readonly BillItem[])[]> {
  const counted = await countCommands(day.roomSize, undefined, { receipts: 'author' });
  const usage = (name: string): Usage => {
    const found = counted.get(name);
    if (!found) throw new Error(`Bill not computed: "${name}" is not a counted command. Add it.`);
    return usageOf(found);
  };
  const loads = ['join another room', 'history, 50 messages', 'sync, 10 changes', '$connect', '$disconnect'];
  const usages = {
    message: usage('send with client_id'),
    readMark: usage('seen'),
    typing: usage('typing'),
    connect: sumOf([inboxUsage(day.rooms), ...loads.map(usage)]),
    ping: usage(PING),
    httpRequest: HTTP_REQUEST,
  };
  return dailyUsers.map((users) => exampleBill(users, usages, MINUTES_OF_SILENCE, day));
}

/** Returns the sum of a bill, in US dollars. */
export const totalOf = (bill: readonly BillItem[]): number => bill.reduce((sum, [, each]) => sum + each, 0);

async function exampleBills(): Promise<Findings> {
  const bills = await countedBills(EXAMPLE_USERS);
  const items = (bills[0] ?? []).map(([item], index) => [
    item,
    ...bills.map((bill) => dollars(bill[index]?.[1] ?? 0)),
  ]);
  const total = ['total', ...bills.map((bill) => dollars(totalOf(bill)))];
  const columns = ['a month', ...EXAMPLE_USERS.map((users) => `${users.toLocaleString('en')} daily users`)];
  return { tables: [{ title: 'Example bill', columns, rows: [...items, total] }] };
}

const notes = [
  `Each connection belongs to another member and reads each message at once, as the contracts S0 and S1 assume. A message therefore causes three frames: the message, “delivered” and “read”. A message has ${TEXT.length} characters. In rooms of more than 50 connections, only the author gets receipts. Requests to DynamoDB that run at the same time count as one round trip. Write units include index updates and writes whose condition failed, because DynamoDB bills both.`,
  `The prices are those of ${prices.region} without the free tier, looked up on ${prices.date}. **Nobody has compared them with a bill of AWS.** A script fills in most prices on AWS’s pages, so most of these are from other sites.`,
  prices.sources.map((source) => `- ${source}`).join('\n'),
  `Assumptions: ${assumed.roundTripMs} ms for a round trip to DynamoDB, ${assumed.postMs} ms for a post, ${assumed.parallelPosts} posts in parallel, functions with ${assumed.megabytes} MB. API Gateway also charges ${dollars(prices.apiGateway.perMillionConnectionMinutes)} for a million connection minutes, with any backend.`,
  `The cost of pings comes on top. Parley’s client sends one for all its open rooms, and only after ${MINUTES_OF_SILENCE} minutes without a frame, or when no change arrived in an open room for ${MINUTES_UNHEARD} minutes. Before, it sent one for each open room every ${MINUTES_BEFORE} minutes. A socket with \`heartbeatMs: 60_000\` pings every 60 to 90 seconds while it is idle.`,
  `In the rows “with every receipt”, each connection gets the two receipts of each message, as in the contracts S0 and S1. All connections did before \`receipts=author\` existed, so these rows are also the cost before it. In the rows “with receipts for the author”, all connections have \`receipts=author\`, as Parley’s own client does: the message causes one more frame, to its author. A read mark that a client sends is a command of its own: see “seen” in the tables above.`,
  `The rows “without receipts” leave out the posts of receipts and the update of the message’s status, to show the cost of receipts.`,
  `The tables of a million messages and of a million connection minutes leave out everything else that AWS bills: Cognito’s monthly users, storage and point-in-time recovery of DynamoDB, files in S3, CloudFront’s requests and traffic (WebSocket frames too), logs, and the HTTP API. The example bill contains them. It assumes that a daily user sends ${exampleDay.messages} messages a day to rooms with ${exampleDay.roomSize} open connections, sends ${exampleDay.readMarks} read marks and ${exampleDay.typingFrames} typing frames, connects ${exampleDay.connects} times as a member of ${exampleDay.rooms} rooms, is connected for ${exampleDay.minutesOpen} minutes of which ${exampleDay.idle * 100}% are idle, makes ${exampleDay.httpRequests} HTTP requests, loads the page ${exampleDay.pageLoads} times (${exampleAssumptions.pageBytes / 1000} KB), and uploads ${exampleDay.files} files (${exampleAssumptions.fileBytes / 1000} KB), each of which is downloaded ${exampleDay.downloadsOfFile} times. A month has ${exampleAssumptions.daysInMonth} days, and ${exampleAssumptions.monthlyUsersPerDailyUser} monthly users for each daily one. A stored message has ${exampleAssumptions.messageBytes / 1000} KB, and messages and files of ${exampleAssumptions.monthsStored} months are kept. Cognito’s first ${prices.cognito.freeMonthlyUsers.toLocaleString('en')} monthly users are free; a pool of another issuer costs nothing here. The bill leaves out the storage of logs ($0.03 for a GB and month), and options that cost extra: access logs, \`tracing\`, alarms ($0.10 each), a dashboard ($3), WAF, a key of your own, and events and notifications.`,
  `A send in a group makes four writes, because each keeps a promise. The first counts the rate limit and checks the membership in one condition; counts in the memory of functions would allow each function the whole limit. The second takes the sequence number, and the third stores the message. They cannot be one write, because they are in different items, and a transaction costs twice as much. The fourth stores the status; without it, a receipt would be lost with the socket that missed it, and a second reader would cause a second receipt. Where no limit is set for the kind of room (\`rateLimit=group:20/10,direct:off\`), the first write has nothing to count and is a read now: see “send without a rate limit”. Such a message costs $0.50 less for a million.`,
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
  for (const costs of [await messageCosts(), await connectionCosts(), await exampleBills()]) {
    rows.push(...(costs.rows ?? []));
    tables.push(...(costs.tables ?? []));
  }
  return { rows, tables, notes };
}

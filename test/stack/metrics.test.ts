import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putConnection } from '../../functions/store/connections.ts';
import { type EntryName, entryNames } from '../../lib/entries.ts';
import type { FallibleCall } from '../../local/faults.ts';
import { resolve } from '../../local/intrinsics.ts';
import { openScope } from '../../local/scope.ts';
import { readTemplate } from '../../local/template.ts';
import { adminOf } from '../support/admin.ts';
import { enter } from '../support/chat.ts';
import { ask, askingAs } from '../support/http.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { carolSocket } from '../support/sample.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';
import { metricsOfAlarm, readDashboard, type WatchedMetric } from '../support/watched-metrics.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

const context = {
  alarmTopic: 'arn:aws:sns:us-east-1:123456789012:ops',
  dashboard: true,
  rateLimit: 'off',
};

/** The function whose calls to DynamoDB fail. */
let failing = '';
let watched: readonly WatchedMetric[];
let stack: TestStack;
let room: string;

beforeAll(async () => {
  const synthesizer = testSynthesizer(context);
  const call = ({ functionName, action }: FallibleCall) =>
    functionName === failing && action.startsWith('dynamodb:') ? 'failed' : undefined;
  stack = await startTestStack({
    faults: { call },
    async synthesize(own) {
      const assembly = await synthesizer.synthesize(own);
      watched = readWatched(assembly);
      return assembly;
    },
  });
  room = await newRoom(stack, 'alice', 'bob');
  return () => synthesizer.dispose();
});

afterAll(() => stack.stop());

/** Returns the metrics that the alarms and the dashboard of a template read, with the names of the local stack. */
function readWatched(assembly: string): readonly WatchedMetric[] {
  const scope = openScope(readTemplate(assembly));
  // The local stack has no alarms, so it cannot resolve the dashboard's widget of them.
  const properties = (type: string) =>
    [...scope.ofType(type)].map(([id, resource]) => {
      const text = JSON.stringify(resource.properties).replaceAll(
        /\{"Fn::GetAtt":\["Alarms\w+","Arn"\]\}/g,
        '"alarm"',
      );
      return resolve(JSON.parse(text), scope, id) as Record<string, unknown>;
    });
  const [dashboard] = properties('AWS::CloudWatch::Dashboard');
  return [
    ...properties('AWS::CloudWatch::Alarm').flatMap(metricsOfAlarm),
    ...readDashboard(String(dashboard?.['DashboardBody'])).metrics,
  ].filter(({ namespace }) => !namespace.startsWith('AWS/'));
}

interface Line {
  readonly [member: string]: unknown;
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** Returns what CloudWatch stores of the functions' log lines: each metric once for each set of dimensions. */
function emitted(): readonly (WatchedMetric & { readonly value: unknown })[] {
  const lines = stack.lines.flatMap((line) => /^\[\w+\] (\{"_aws".*\})$/.exec(line)?.[1] ?? []);
  return lines.flatMap((text) => {
    const line = JSON.parse(text) as Line;
    return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.map(({ Name }) => ({
          namespace: Namespace,
          name: Name,
          dimensions: Object.fromEntries(names.map((each) => [each, String(line[each])])),
          value: line[Name],
        })),
      ),
    );
  });
}

const emittedOf = (name: string, dimensions: Readonly<Record<string, string>>) =>
  emitted().filter(
    (each) =>
      each.name === name &&
      Object.keys(each.dimensions).length === Object.keys(dimensions).length &&
      Object.entries(dimensions).every(([key, value]) => each.dimensions[key] === value),
  );

const functionOf = (entry: string) => `${entry.charAt(0).toUpperCase()}${entry.slice(1)}Function`;

const tokenHeader = async (name: string) => ({ Authorization: `Bearer ${await stack.token(name)}` });

const open = async () => connect(`${stack.socketUrl}?room=${room}`, { headers: await tokenHeader('alice') });

/** Invokes a function as a developer, and ignores how it ends. */
async function invoke(entry: string, payload: unknown): Promise<void> {
  await fetch(`${stack.stack.servicesUrl}/2015-03-31/functions/${functionOf(entry)}/invocations`, {
    method: 'POST',
    headers: {
      Authorization: 'AWS4-HMAC-SHA256 Credential=developer/20260101/us-east-1/lambda/aws4_request',
    },
    body: JSON.stringify(payload),
  });
}

/** Makes all calls of a function to DynamoDB fail while `run` runs. */
async function whileFailing(entry: string, run: () => Promise<unknown>): Promise<void> {
  failing = functionOf(entry);
  try {
    await run();
    await stack.settled();
  } finally {
    failing = '';
  }
}

const enterRoom = () => enter(stack, 'alice', `room=${room}`);

/** Sends a frame whose function fails, and expects the answer INTERNAL. */
async function failFrame(entry: string, frame: object): Promise<void> {
  const alice = await enterRoom();
  await whileFailing(entry, async () => {
    alice.send(frame);
    expect(await alice.take('error')).toMatchObject({ code: 'INTERNAL' });
  });
  await alice.close();
}

/** Makes each function fail, as a client sees it. */
const provocations: Record<EntryName, () => Promise<void>> = {
  authorize: () => whileFailing('authorize', () => expect(open()).rejects.toMatchObject({ status: 500 })),
  connect: () => whileFailing('connect', () => expect(open()).rejects.toMatchObject({ status: 502 })),
  async welcome() {
    let client: WsClient | undefined;
    await whileFailing('welcome', async () => {
      client = await open();
    });
    await client?.close();
  },
  async disconnect() {
    const alice = await enterRoom();
    await whileFailing('disconnect', () => alice.close());
  },
  send: () => failFrame('send', { action: 'send', message: 'hi' }),
  edit: () => failFrame('edit', { action: 'edit', message_id: 1, text: 'ho' }),
  delete: () => failFrame('delete', { action: 'delete', message_id: 1 }),
  default: () => failFrame('default', { action: 'history' }),
  http: () =>
    whileFailing('http', async () => {
      const alice = await askingAs(stack, 'alice');
      expect((await alice('GET /chats/')).status).toBe(500);
    }),
  admin: () => invoke('admin', {}),
  fanout: () => invoke('fanout', {}),
};

test.each(entryNames)('counts faults of %s', async (entry) => {
  await provocations[entry]();
  await stack.settled();
  const faults = emittedOf('Faults', { FunctionName: functionOf(entry) });
  expect(faults.length).toBeGreaterThan(0);
  expect(faults.every(({ value }) => value === 1)).toBe(true);
});

test('counts refused frames, requests and handshakes by code, and no fault', async () => {
  const before = emittedOf('Faults', { Stack: 'Parley' }).length;
  const alice = await enterRoom();
  alice.send({ action: 'fly' });
  await alice.take('error');
  await alice.close();
  await expect(
    connect(`${stack.socketUrl}?room=${room}`, { headers: { Authorization: 'Bearer none' } }),
  ).rejects.toMatchObject({ status: 401 });
  expect((await ask(stack, 'GET /nowhere/')).status).toBe(404);
  await stack.settled();
  for (const Code of ['UNKNOWN_ACTION', 'UNAUTHENTICATED', 'NOT_FOUND']) {
    expect(emittedOf('Refusals', { Stack: 'Parley', Code }).map(({ value }) => value)).toEqual([1]);
  }
  expect(emittedOf('Faults', { Stack: 'Parley' })).toHaveLength(before);
});

describe('counts posts to a connection that has ended by', () => {
  const event = { kind: 'TypingChanged', room: '', user: '1', typing: true };
  const posting: Record<string, () => Promise<unknown>> = {
    fanout: () => invoke('fanout', { event: { ...event, room }, room: { id: room, shards: 1 }, shard: 0 }),
    async http() {
      const say = await askingAs(stack, 'alice');
      const answer = await say(`POST /chats/${room}/send_message/`, { content: 'hi', broadcast: true });
      expect(answer).toMatchObject({ status: 201 });
    },
    admin: () => adminOf(stack).sendMessage(room, { text: 'hi', bot: { id: 'clock' } }),
  };
  const frames: Record<string, (id: unknown) => object> = {
    send: () => ({ action: 'send', message: 'hello' }),
    default: () => ({ action: 'typing', typing: true }),
    edit: (message_id) => ({ action: 'edit', message_id, text: 'ho' }),
    delete: (message_id) => ({ action: 'delete', message_id }),
  };

  test.each([...Object.keys(frames), ...Object.keys(posting)])('%s', async (entry) => {
    const alice = await enterRoom();
    const said = await alice.say('hi');
    await putConnection(databaseOf(stack), carolSocket({ room, id: `ended${entry.padEnd(10, '0')}=` }));
    const frame = frames[entry]?.(said['message_id']);
    if (frame) alice.send(frame);
    await posting[entry]?.();
    await expect
      .poll(() =>
        emittedOf('PostsGone', { FunctionName: functionOf(entry) }).some(({ value }) => Number(value) > 0),
      )
      .toBe(true);
    await alice.close();
  });
});

test('alarms and dashboard read only metrics that the functions write', () => {
  const written = emitted();
  const isWritten = ({ namespace, name, dimensions }: WatchedMetric) =>
    written.some(
      (each) =>
        each.namespace === namespace &&
        each.name === name &&
        // A search leaves the value of a dimension open.
        Object.keys(each.dimensions).join() === Object.keys(dimensions).join() &&
        Object.entries(dimensions).every(([key, value]) => value === '' || each.dimensions[key] === value),
    );
  expect(new Set(watched.map(({ name }) => name))).toEqual(
    new Set([
      'Faults',
      'Refusals',
      'PostsTaken',
      'PostsGone',
      'PostsFailed',
      'ConnectionsClosed',
      'LastPost',
    ]),
  );
  expect(watched.filter((metric) => !isWritten(metric))).toEqual([]);
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoUsers, makeRoom } from '../../bin/demo.ts';
import { ChatClient, type Room } from '../../client/index.ts';
import { memberKey, roomKey } from '../../functions/store/keys.ts';
import { getEntry } from '../../functions/store/log.ts';
import { type Chatter, enter, typed } from '../support/chat.ts';
import { databaseOf, type TestDatabase } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';

const RESTORED = 'Chat-restored';

/** The settings of the next deploy. */
const context: Record<string, string> = { rateLimit: 'off' };

const synthesizer = testSynthesizer();
let stack: TestStack;
let old: TestDatabase;
let restored: TestDatabase;

beforeAll(async () => {
  stack = await startTestStack({
    synthesize: (own) => synthesizer.synthesize({ ...own, ...context }),
  });
  old = databaseOf(stack);
  restored = databaseOf({ ...stack, chatTable: RESTORED });
});

afterAll(async () => {
  await stack.stop();
  synthesizer.dispose();
});

type Items = Record<string, AttributeValue>[];

async function scan(client: DynamoDBClient, table: string): Promise<Items> {
  const found: Items = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
    found.push(...Items);
  }
  return found;
}

/** Does what `aws dynamodb restore-table-to-point-in-time` does: a new table with the items, keys and indexes. */
async function restore({ client, chat }: TestDatabase, items: Items): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: chat.name }));
  await client.send(
    new CreateTableCommand({
      TableName: RESTORED,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Table?.AttributeDefinitions,
      KeySchema: Table?.KeySchema,
      GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  );
  for (let start = 0; start < items.length; start += 25) {
    const puts = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [RESTORED]: puts } }));
  }
}

/** Runs `npm run restore`, with the credentials of a developer. */
function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodbUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'developer',
    AWS_SECRET_ACCESS_KEY: 'developer',
  };
  const path = fileURLToPath(new URL('../../bin/restore.ts', import.meta.url));
  return promisify(execFile)(process.execPath, [path, ...args], { env });
}

function roomOf(client: ChatClient, id: string): Promise<Room> {
  const room = client.room(id);
  return room.ready().then(() => room);
}

const member = (username: string) => ({
  user: demoUsers.find((user) => user.username === username)?.id ?? '',
  role: 'member' as const,
});

const seqOf = async (db: TestDatabase, room: string) => (await db.chat.get(roomKey(room)))?.['seq'] as number;

/** Says a text and returns the number of the message. */
const number = async (who: Chatter, text: string): Promise<number> =>
  Number((await who.say(text))['message_id']);

test('the steps of the runbook bring a restored table into service, and clients resume', async () => {
  const plan = { name: '', kind: 'group', access: 'members' } as const;
  await makeRoom(old, { ...plan, id: 'kept', members: [member('alice'), member('bob')] });
  const alice = await enter(stack, 'alice', 'room=kept');
  const before = [await number(alice, 'one'), await number(alice, 'two')];

  // The time of the restore. Later messages and rooms will be lost.
  const time = new Date();
  const items = await scan(old.client, stack.chatTable);
  const lost = [await number(alice, 'three'), await number(alice, 'four')];
  await makeRoom(old, {
    ...plan,
    id: 'direct:1:2',
    kind: 'direct',
    members: [member('alice'), member('bob')],
  });
  const direct = await enter(stack, 'alice', 'room=direct:1:2');
  const lostDirect = await number(direct, 'psst');
  await makeRoom(old, { ...plan, id: 'new', members: [member('alice')] });
  const fresh = await enter(stack, 'alice', 'room=new');
  const lostNew = await number(fresh, 'first');
  const client = new ChatClient({ url: stack.stack.edgeUrl, token: () => stack.token('bob') });
  const bob = await roomOf(client, 'kept');
  expect(bob.messages.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'four']);

  await restore(old, items);
  const { stdout } = await run(RESTORED, '--time', time.toISOString(), '--from', stack.chatTable);
  expect(stdout).toMatch(/^Chat-restored has TTL.*\n\d+ rooms continue above all earlier numbers\.\n$/);
  context['chatTableName'] = RESTORED;
  await stack.stack.reload();
  expect(stack.stack.outputs['ChatTableName']).toBe(RESTORED);

  // Open sockets stay open.
  const after = await number(alice, 'five');
  expect(new Set([...before, ...lost, after]).size).toBe(5);
  expect(after).toBeGreaterThan(Math.max(...lost));
  await expect
    .poll(() => bob.messages.map(({ text }) => text), { timeout: 20_000 })
    .toEqual(['one', 'two', 'five']);
  expect(await bob.send('six', {})).toMatchObject({ message_id: after + 1 });

  // A client that was offline has a number that the restored log never gave out.
  alice.send({ action: 'sync', since: Math.max(...lost) });
  expect(await alice.next(typed('sync'))).toMatchObject({ complete: false, seq: after + 1 });
  alice.send({ action: 'sync', since: after - 1 });
  expect(await alice.next(typed('sync'))).toMatchObject({
    complete: true,
    events: [{ seq: after }, { seq: after + 1 }],
  });

  // A room of the old table only keeps its number, even when it gets members again.
  expect(await seqOf(restored, 'new')).toBeGreaterThan(lostNew);
  await makeRoom(restored, { ...plan, id: 'new', members: [member('alice')] });
  const again = await enter(stack, 'alice', 'room=new');
  expect(again.history).toEqual([]);
  expect(await number(again, 'second')).toBeGreaterThan(lostNew);
  const directAgain = await enter(stack, 'bob', 'room=direct:1:2');
  expect(await number(directAgain, 'hello')).toBeGreaterThan(lostDirect);
  client.close();
  await Promise.all([alice, direct, fresh, again, directAgain].map((each) => each.close()));
});

test('the script puts back TTL, point-in-time recovery and deletion protection', async () => {
  const TableName = RESTORED;
  const { client } = restored;
  const [table, ttl, backups] = await Promise.all([
    client.send(new DescribeTableCommand({ TableName })),
    client.send(new DescribeTimeToLiveCommand({ TableName })),
    client.send(new DescribeContinuousBackupsCommand({ TableName })),
  ]);
  expect(table.Table?.DeletionProtectionEnabled).toBe(true);
  expect(ttl.TimeToLiveDescription).toMatchObject({
    TimeToLiveStatus: 'ENABLED',
    AttributeName: 'expiresAt',
  });
  expect(backups.ContinuousBackupsDescription).toMatchObject({
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
  });
});

test('repeating the script, even without the old table, only raises the numbers further', async () => {
  const seq = await seqOf(restored, 'kept');
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  await run(RESTORED, '--time', hourAgo);
  // At most 1,000 numbers a second.
  expect(await seqOf(restored, 'kept')).toBeGreaterThanOrEqual(seq + 3_600 * 1_000);
  const alice = await enter(stack, 'alice', 'room=kept');
  expect(alice.history.map(({ text }) => text)).toEqual(['six', 'five', 'two', 'one']);
  await alice.close();
  // No message is below a void entry that would hide it.
  expect(await getEntry(restored, 'kept', seq)).toMatchObject({ kind: 'message' });
  expect(await restored.chat.get(memberKey('kept', '1'))).toBeDefined();
});

test('a deploy that adopts the files bucket and the user pool keeps files and users', async () => {
  const alice = await enter(stack, 'alice', 'room=kept');
  const sent = await alice.say('a file', { file: 'aGk=', file_name: 'hi.txt' });
  const { FilesBucketName = '', UserPoolId = '' } = stack.stack.outputs;
  Object.assign(context, { filesBucketName: FilesBucketName, userPoolId: UserPoolId });
  await stack.stack.reload();
  expect(stack.stack.outputs).toMatchObject({ FilesBucketName, UserPoolId });
  const headers = { Authorization: `Bearer ${await stack.token('bob')}` };
  const file = await fetch(new URL(String(sent['file_url']), stack.stack.edgeUrl), { headers });
  expect([file.status, await file.text()]).toEqual([200, 'hi']);
  expect(await alice.say('another', { file: 'aGk=' })).toMatchObject({ text: 'another' });
  const login = await fetch(`${stack.stack.edgeUrl}/api/login/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'alice' }),
  });
  expect(login.status).toBe(200);
  await alice.close();
});

test.each([
  ['no table', ['--time', '2026-01-01T00:00:00Z']],
  ['no time', [RESTORED]],
  ['a time in the future', [RESTORED, '--time', '2999-01-01T00:00:00Z']],
  ['the same table twice', [RESTORED, '--time', '2026-01-01T00:00:00Z', '--from', RESTORED]],
  ['a bucket without origins', [RESTORED, '--time', '2026-01-01T00:00:00Z', '--bucket', 'files']],
])('the script refuses %s with one line', async (_what, args) => {
  await expect(run(...args)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Could not read the arguments: .*\n$/),
  });
});

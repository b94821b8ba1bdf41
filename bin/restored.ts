import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  paginateScan,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { PutBucketCorsCommand, type S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { mapLimited } from '../functions/delivery/concurrency.ts';
import { type Database, type Item, openDatabase } from '../functions/store/database.ts';
import { logKey, parseRoomKey, roomKey } from '../functions/store/keys.ts';
import { sdkDynamoDb } from '../functions/store/sdk-dynamodb.ts';
import { filesCors } from '../lib/entries.ts';

const restoreError = (why: string, advice: string) =>
  new Error(`Could not put the table into service: ${why}. ${advice}`);

/**
 * Sets what DynamoDB does not restore with a table: TTL, point-in-time recovery and deletion protection (AWS:
 * "Point-in-time recovery: restoring a table").
 * @throws Error if the table has no index `by-user`
 */
export async function protectTable(client: DynamoDBClient, table: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  if (!Table?.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === 'by-user')) {
    throw restoreError(`${table} has no index by-user`, 'Restore the table with all its indexes.');
  }
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  // DynamoDB refuses to enable TTL twice.
  if (!/^ENABL/.test(TimeToLiveDescription?.TimeToLiveStatus ?? '')) {
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAt' };
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
  }
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await client.send(
    new UpdateContinuousBackupsCommand({ TableName: table, PointInTimeRecoverySpecification }),
  );
  if (Table.DeletionProtectionEnabled !== true) {
    await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: true }));
  }
}

/** Lets pages of these origins use signed URLs of the bucket. Replaces its CORS rules. */
export async function allowOrigins(
  client: S3Client,
  bucket: string,
  origins: readonly string[],
): Promise<void> {
  const rule = {
    AllowedOrigins: [...origins],
    AllowedMethods: [...filesCors.methods],
    AllowedHeaders: [...filesCors.requestHeaders],
    ExposeHeaders: [...filesCors.responseHeaders],
    MaxAgeSeconds: filesCors.maxAgeSeconds,
  };
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [rule] } }));
}

/**
 * The most sequence numbers that a room uses in a second. Each is a write to the room's item, which takes at most 1,000
 * writes a second (AWS: DynamoDB quotas).
 */
const NUMBERS_PER_SECOND = 1_000;

/**
 * How much the script adds to each room's `seq`, so that the restored table never reuses a number. A deploy replaces
 * functions one after another, so some of them still take numbers from the old table for a few minutes. A room needs
 * more than a quarter of an hour to take this many. The gap is longer than a sync can report, so each client loads its
 * rooms again and drops messages that the restored table lacks.
 */
const HEADROOM = 1_000_000;

const SEGMENTS = 8;

/** Calls back with each room's item. Reads the whole table, because no index lists rooms. */
async function eachRoom(
  client: DynamoDBClient,
  table: string,
  visit: (item: Item) => Promise<void> | void,
): Promise<void> {
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => segment);
  await mapLimited(segments, async (Segment) => {
    const input = {
      TableName: table,
      Segment,
      TotalSegments: SEGMENTS,
      FilterExpression: '#item = :room',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':room': { S: 'room' } },
    };
    for await (const { Items = [] } of paginateScan({ client }, input)) {
      for (const item of Items) await visit(unmarshall(item));
    }
  });
}

/** Makes the numbers from `from` to `to` void, and continues the room's numbers above them. */
async function raiseTo(
  db: Database,
  room: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  await db.chat.put({ ...logKey(room, to), kind: 'void', seq: to, from });
  const raised = await db.chat.update(roomKey(room), {
    update: 'SET seq = :to',
    condition: 'seq = :before',
    values: { ':to': to, ':before': from - 1 },
  });
  if (raised) return;
  // The entry would hide the message that took the room's next number.
  await db.chat.remove(logKey(room, to));
  throw restoreError(`the room ${room} got a message meanwhile`, 'Do this before a stack uses the table.');
}

export interface Restored {
  readonly table: string;
  /** The time to which the table was restored, in milliseconds since the epoch. */
  readonly time: number;
  /** The table that clients used until now. Undefined if it is lost. */
  readonly from: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Raises the number of each room above all numbers that it may have given out after the time of the restore, so that no
 * number stands for two messages. Rooms that only the old table has continue in the restored one, without members and
 * messages. Repeating it is safe.
 * @returns how many rooms were raised
 */
export async function raiseNumbers(client: DynamoDBClient, restored: Restored): Promise<number> {
  const { table, time, from, now } = restored;
  const db = openDatabase(sdkDynamoDb(client), { chat: table, connections: '' });
  const lost = new Map<string, Item>();
  if (from !== undefined) await eachRoom(client, from, (item) => void lost.set(item['room'], item));
  const unknown = Math.ceil(Math.max(0, now - time) / 1000) * NUMBERS_PER_SECOND;
  let count = 0;
  const raise = async (key: string, seq: number, given: number) => {
    await raiseTo(db, parseRoomKey(key), { from: seq + 1, to: given + HEADROOM });
    count += 1;
  };
  await eachRoom(client, table, async ({ room: key, seq }) => {
    // The import of a room was in progress. It has no number yet.
    if (seq === undefined) return;
    const before = lost.get(key);
    lost.delete(key);
    await raise(key, seq, before ? Math.max(seq, before['seq']) : seq + unknown);
  });
  for (const [key, item] of lost) {
    const isNew = await db.chat.put({ ...item, seq: 0 }, { condition: 'attribute_not_exists(#item)' });
    if (isNew) await raise(key, 0, item['seq']);
  }
  return count;
}

import { randomUUID } from 'node:crypto';
import { GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Change, LogEntry, Message, Void } from '../domain/message.ts';
import { type Database, unlessRefused } from './database.ts';
import { logKey } from './keys.ts';
import { toMessage } from './messages.ts';

type Item = ReturnType<typeof unmarshall>;

function toEntry(room: string, item: Item): LogEntry {
  if (item['kind'] === 'message') return { kind: 'message', message: toMessage(room, item) };
  const { room: _key, item: _sort, put: _put, ...change } = item;
  return change as Change | Void;
}

async function getItem(db: Database, room: string, seq: number): Promise<Item | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(logKey(room, seq)), ConsistentRead: true }),
  );
  return Item && unmarshall(Item);
}

/**
 * Puts an entry under a number that is free. A write that took effect may be tried again by the SDK, since its answer
 * was lost, and is refused then: so each has a mark of its own, by which it is known as done.
 */
async function putEntry(
  db: Database,
  room: string,
  seq: number,
  fields: object,
): Promise<LogEntry | undefined> {
  const put = randomUUID();
  const stored = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.chat,
        Item: marshall({ ...fields, ...logKey(room, seq), seq, put }, { removeUndefinedValues: true }),
        ConditionExpression: 'attribute_not_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item' },
      }),
    ),
  );
  if (stored) return undefined;
  const item = await getItem(db, room, seq);
  return item && item['put'] !== put ? toEntry(room, item) : undefined;
}

/** @returns what stands under its number already; undefined where the message was stored by this call */
export function putMessage(db: Database, message: Message): Promise<LogEntry | undefined> {
  const { id, room, ...fields } = message;
  const files = message.file && { files: new Set([message.file.id]) };
  return putEntry(db, room, id, { kind: 'message', ...fields, ...files });
}

/** @returns what stands under its number already; undefined where the change was stored by this call */
export const putChange = (db: Database, room: string, change: Change): Promise<LogEntry | undefined> =>
  putEntry(db, room, change.seq, change);

/**
 * Sees to it that nothing will ever stand under a number that nothing stands under.
 * @returns what stands there already; undefined where the number is void now
 */
export const putVoid = (db: Database, room: string, seq: number): Promise<LogEntry | undefined> =>
  putEntry(db, room, seq, { kind: 'void' });

/** What stands under a number of the log, or undefined where nothing does. */
export async function getEntry(db: Database, room: string, seq: number): Promise<LogEntry | undefined> {
  const item = await getItem(db, room, seq);
  return item && toEntry(room, item);
}

/** The message with an id, deleted ones included; undefined where no message was born with that number. */
export async function getMessage(db: Database, room: string, id: number): Promise<Message | undefined> {
  const entry = await getEntry(db, room, id);
  return entry?.kind === 'message' ? entry.message : undefined;
}

/** Takes text and file out of an edit's entry, once its message is deleted. */
export async function scrubChange(db: Database, room: string, seq: number): Promise<void> {
  await db.client.send(
    new UpdateItemCommand({
      TableName: db.chat,
      Key: marshall(logKey(room, seq)),
      UpdateExpression: 'REMOVE #text, #file',
      ExpressionAttributeNames: { '#text': 'text', '#file': 'file' },
    }),
  );
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** The log goes on after the last entry, in the order in which it was asked for. */
  readonly hasMore: boolean;
}

async function queryLog(
  db: Database,
  room: string,
  stretch: {
    readonly first: number;
    readonly last: number;
    readonly forward: boolean;
    readonly limit: number;
  },
): Promise<LogPage> {
  const first = logKey(room, stretch.first);
  const { Items = [], LastEvaluatedKey } = await db.client.send(
    new QueryCommand({
      TableName: db.chat,
      KeyConditionExpression: '#room = :room AND #item BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#room': 'room', '#item': 'item' },
      ExpressionAttributeValues: marshall({
        ':room': first.room,
        ':first': first.item,
        ':last': logKey(room, stretch.last).item,
      }),
      ScanIndexForward: stretch.forward,
      ConsistentRead: true,
      Limit: stretch.limit,
    }),
  );
  const entries = Items.map((item) => toEntry(room, unmarshall(item)));
  return { entries, hasMore: LastEvaluatedKey !== undefined };
}

/** Entries of the log with numbers below `before` (all where absent), newest first, at most `limit`. */
export const listLog = (
  db: Database,
  room: string,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
): Promise<LogPage> => queryLog(db, room, { first: 0, last: before - 1, forward: false, limit });

/** Entries of the log with numbers above `since` up to `upTo`, oldest first, at most `limit`. */
export const listLogSince = (
  db: Database,
  room: string,
  { since, upTo, limit }: { since: number; upTo: number; limit: number },
): Promise<LogPage> => queryLog(db, room, { first: since + 1, last: upTo, forward: true, limit });

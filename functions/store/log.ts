import { GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Change, LogEntry } from '../domain/log.ts';
import type { Message } from '../domain/message.ts';
import { type Database, unlessRefused } from './database.ts';
import { logKey } from './keys.ts';

type Item = ReturnType<typeof unmarshall>;

/** Each user's reaction with an emoji is an attribute of its own, so that two at the same time do not meet. */
const REACTION = 'reaction#';

export const reactionAttribute = (user: string, emoji: string): string =>
  `${REACTION}${encodeURIComponent(user)}#${emoji}`;

function reactionsOf(item: Item): { reactions?: Record<string, string[]> } {
  const reactions = new Map<string, string[]>();
  for (const [name, value] of Object.entries(item)) {
    if (!name.startsWith(REACTION) || value.removed) continue;
    // The user's part has no `#`, an emoji may: keycaps do.
    const end = name.indexOf('#', REACTION.length);
    const emoji = name.slice(end + 1);
    const user = decodeURIComponent(name.slice(REACTION.length, end));
    reactions.set(emoji, [...(reactions.get(emoji) ?? []), user]);
  }
  return reactions.size > 0 ? { reactions: Object.fromEntries(reactions) } : {};
}

/** The message that a log item holds. */
export function toMessage(room: string, item: Item): Message {
  const { room: _key, item: _sort, kind: _kind, seq, edits: _edits, files: _files, ...rest } = item;
  const message = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(REACTION)));
  const reactions = item['deletedAt'] === undefined ? reactionsOf(item) : {};
  return { ...message, ...reactions, id: seq, room } as unknown as Message;
}

function toEntry(room: string, item: Item): LogEntry {
  if (item['kind'] === 'message') return { kind: 'message', message: toMessage(room, item) };
  const { room: _key, item: _sort, ...change } = item;
  return change as Change;
}

async function putEntry(db: Database, room: string, seq: number, fields: object): Promise<boolean> {
  const stored = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.chat,
        Item: marshall({ ...fields, ...logKey(room, seq), seq }, { removeUndefinedValues: true }),
        ConditionExpression: 'attribute_not_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item' },
      }),
    ),
  );
  return stored !== undefined;
}

/** @returns whether it was stored now; false where its number is taken already, as by an earlier try */
export function putMessage(db: Database, message: Message): Promise<boolean> {
  const { id, room, ...fields } = message;
  const files = message.file && { files: new Set([message.file.id]) };
  return putEntry(db, room, id, { kind: 'message', ...fields, ...files });
}

/** @returns whether it was stored now; false where its number is taken already, as by an earlier try */
export const putChange = (db: Database, room: string, change: Change): Promise<boolean> =>
  putEntry(db, room, change.seq, change);

/** What stands under a number of the log, or undefined where nothing does. */
export async function getEntry(db: Database, room: string, seq: number): Promise<LogEntry | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(logKey(room, seq)), ConsistentRead: true }),
  );
  return Item && toEntry(room, unmarshall(Item));
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
  /** Newest first. */
  readonly entries: readonly LogEntry[];
  /** The log goes on below the last entry. */
  readonly hasMore: boolean;
}

/** Entries of the log with numbers below `before` (all where absent), newest first, at most `limit`. */
export async function listLog(
  db: Database,
  room: string,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
): Promise<LogPage> {
  const first = logKey(room, 0);
  const { Items = [], LastEvaluatedKey } = await db.client.send(
    new QueryCommand({
      TableName: db.chat,
      KeyConditionExpression: '#room = :room AND #item BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#room': 'room', '#item': 'item' },
      ExpressionAttributeValues: marshall({
        ':room': first.room,
        ':first': first.item,
        ':last': logKey(room, before - 1).item,
      }),
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    }),
  );
  const entries = Items.map((item) => toEntry(room, unmarshall(item)));
  return { entries, hasMore: LastEvaluatedKey !== undefined };
}

import { GetItemCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  below,
  type Change,
  type Deletion,
  type Edit,
  type Message,
  type Reaction,
  type Status,
} from '../domain/message.ts';
import { getItems } from './batch.ts';
import { type Database, unlessRefused } from './database.ts';
import { logKey } from './keys.ts';
import { reactionAttribute, toMessage } from './log.ts';

type Item = ReturnType<typeof unmarshall>;

/** What became of a change: the message took it now, has it from before, or a later change, or a delete, came first. */
export interface Applied {
  readonly outcome: 'now' | 'before' | 'overtaken';
  /** As it is after that. */
  readonly message: Message;
}

type Update = Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ExpressionAttributeNames'> & {
  readonly values: Record<string, unknown>;
  readonly condition?: string;
};

const alive = 'attribute_exists(author) AND attribute_not_exists(deletedAt)';

async function updateMessage(
  db: Database,
  room: string,
  id: number,
  { values, condition, ...update }: Update,
): Promise<Item | undefined> {
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(logKey(room, id)),
        ...update,
        ConditionExpression: [alive, condition].filter(Boolean).join(' AND '),
        ExpressionAttributeValues: marshall(values),
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  return result?.Attributes && unmarshall(result.Attributes);
}

async function getMessageItem(db: Database, room: string, id: number): Promise<Item | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(logKey(room, id)), ConsistentRead: true }),
  );
  const item = Item && unmarshall(Item);
  return item?.['kind'] === 'message' ? item : undefined;
}

/** A message as it is now, and whether a change needs nothing more to be in it. */
export interface State {
  readonly message: Message;
  readonly settles: (change: Change) => boolean;
}

/** The messages with these ids, by id; those that are not there are left out. Ids must differ. */
export async function listStates(
  db: Database,
  room: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, State>> {
  const items = await getItems(
    db,
    ids.map((id) => logKey(room, id)),
    { consistent: true },
  );
  const states = items.filter((item) => item['kind'] === 'message');
  return new Map(
    states.map((item) => [
      item['seq'],
      { message: toMessage(room, item), settles: (change: Change) => settles(item, change) },
    ]),
  );
}

/** Whether a message's item has a change in it. A later edit hides an earlier one, a delete hides all. */
function holds(item: Item, change: Change): boolean {
  if (change.kind !== 'react') return item['revision'] === change.seq;
  return item[reactionAttribute(change.by, change.emoji)]?.seq === change.seq;
}

/** Whether nothing is left to be done for a change: its message has it, or what came first. */
function settles(item: Item, change: Change): boolean {
  const deleted = item['deletedAt'] !== undefined;
  if (change.kind === 'delete') return deleted;
  // Whoever made an edit that came too late may have ended before its text was taken out of the log.
  if (change.kind === 'edit')
    return change.text === undefined || (!deleted && item['revision'] >= change.seq);
  if (deleted) return true;
  return (item[reactionAttribute(change.by, change.emoji)]?.seq ?? 0) >= change.seq;
}

/**
 * What became of a change whose update gave an item, or was refused. The SDK tries an update again whose answer was
 * lost, and is refused then, though it took effect.
 */
async function appliedOf(
  db: Database,
  room: string,
  change: Change,
  updated: Item | undefined,
): Promise<(Applied & { readonly item: Item }) | undefined> {
  if (updated) return { outcome: 'now', message: toMessage(room, updated), item: updated };
  const item = await getMessageItem(db, room, change.message);
  if (!item) return undefined;
  return { outcome: holds(item, change) ? 'before' : 'overtaken', message: toMessage(room, item), item };
}

/** Writes an edit into its message, unless a later change is in it already. Undefined where there is no message. */
export async function editMessage(db: Database, room: string, change: Edit): Promise<Applied | undefined> {
  const item = await updateMessage(db, room, change.message, {
    UpdateExpression: `SET #text = :text, ${change.file ? '#file = :file, ' : ''}editedAt = :at, updatedAt = :at, revision = :seq ADD edits :edits${change.file ? ', files :files' : ''}`,
    ExpressionAttributeNames: { '#text': 'text', ...(change.file && { '#file': 'file' }) },
    values: {
      ':text': change.text ?? '',
      ':at': change.at,
      ':seq': change.seq,
      ':edits': new Set([change.seq]),
      ...(change.file && { ':file': change.file, ':files': new Set([change.file.id]) }),
    },
    condition: 'revision < :seq',
  });
  return appliedOf(db, room, change, item);
}

/**
 * Leaves of a message its number, author and times. It wins over an edit with a higher number.
 * @returns the tombstone, the numbers of the edits whose entries may hold a text and the ids of the files that it ever
 * carried; undefined where there is no message
 */
export async function deleteMessage(
  db: Database,
  room: string,
  change: Deletion,
): Promise<(Applied & { edits: readonly number[]; files: readonly string[] }) | undefined> {
  const updated = await updateMessage(db, room, change.message, {
    UpdateExpression:
      'SET #text = :none, deletedAt = :at, updatedAt = :at, revision = :seq REMOVE replyTo, #file',
    ExpressionAttributeNames: { '#text': 'text', '#file': 'file' },
    values: { ':none': '', ':at': change.at, ':seq': change.seq },
  });
  const applied = await appliedOf(db, room, change, updated);
  if (!applied) return undefined;
  const { item, ...rest } = applied;
  return { ...rest, edits: [...(item['edits'] ?? [])], files: [...(item['files'] ?? [])] };
}

/**
 * Notes a reaction, or that it was taken back, unless a later one of the same user with the same emoji is noted.
 * Undefined where there is no message.
 */
export async function reactToMessage(
  db: Database,
  room: string,
  change: Reaction,
): Promise<Applied | undefined> {
  const { message, by, emoji, removed, seq } = change;
  const item = await updateMessage(db, room, message, {
    UpdateExpression: 'SET #reaction = :reaction',
    ExpressionAttributeNames: { '#reaction': reactionAttribute(by, emoji), '#seq': 'seq' },
    values: { ':reaction': { seq, removed }, ':seq': seq },
    condition: '(attribute_not_exists(#reaction) OR #reaction.#seq < :seq)',
  });
  return appliedOf(db, room, change, item);
}

/**
 * Lets a message's status climb.
 * @returns the message, or undefined where it has come as far already or is deleted
 */
export async function raiseStatus(
  db: Database,
  message: Pick<Message, 'room' | 'id'>,
  status: Status,
  at: string,
): Promise<Message | undefined> {
  const lower = below(status).map((step, index) => [`:lower${index}`, step] as const);
  const item = await updateMessage(db, message.room, message.id, {
    UpdateExpression: 'SET #status = :status, updatedAt = :at',
    ExpressionAttributeNames: { '#status': 'status' },
    values: { ':status': status, ':at': at, ...Object.fromEntries(lower) },
    condition: `#status IN (${lower.map(([name]) => name).join(', ')})`,
  });
  return item && toMessage(message.room, item);
}

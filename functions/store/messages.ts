import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Deletion, Edit, Reaction } from '../domain/log.ts';
import { below, type Message, type Status } from '../domain/message.ts';
import { type Database, unlessRefused } from './database.ts';
import { logKey } from './keys.ts';
import { reactionAttribute, toMessage } from './log.ts';

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
): Promise<ReturnType<typeof unmarshall> | undefined> {
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

/**
 * Writes an edit into its message, unless a later change is in it already.
 * @returns the message, or undefined where it is deleted or changed later
 */
export async function editMessage(db: Database, room: string, change: Edit): Promise<Message | undefined> {
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
  return item && toMessage(room, item);
}

/**
 * Leaves of a message its number, author and times. It wins over an edit with a higher number.
 * @returns the tombstone, the numbers of the edits that still hold a text and the ids of the files that it ever carried,
 * or undefined where it is deleted already
 */
export async function deleteMessage(
  db: Database,
  room: string,
  change: Deletion,
): Promise<{ message: Message; edits: readonly number[]; files: readonly string[] } | undefined> {
  const item = await updateMessage(db, room, change.message, {
    UpdateExpression:
      'SET #text = :none, deletedAt = :at, updatedAt = :at, revision = :seq REMOVE replyTo, #file',
    ExpressionAttributeNames: { '#text': 'text', '#file': 'file' },
    values: { ':none': '', ':at': change.at, ':seq': change.seq },
  });
  if (!item) return undefined;
  return {
    message: toMessage(room, item),
    edits: [...(item['edits'] ?? [])],
    files: [...(item['files'] ?? [])],
  };
}

/**
 * Notes a reaction, or that it was taken back, unless a later one of the same user with the same emoji is noted.
 * @returns the message, or undefined where it is deleted or a later one is noted
 */
export async function reactToMessage(
  db: Database,
  room: string,
  { message, by, emoji, removed, seq }: Reaction,
): Promise<Message | undefined> {
  const item = await updateMessage(db, room, message, {
    UpdateExpression: 'SET #reaction = :reaction',
    ExpressionAttributeNames: { '#reaction': reactionAttribute(by, emoji), '#seq': 'seq' },
    values: { ':reaction': { seq, removed }, ':seq': seq },
    condition: '(attribute_not_exists(#reaction) OR #reaction.#seq < :seq)',
  });
  return item && toMessage(room, item);
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

import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { MessageFile } from '../domain/file.ts';
import { type Database, unlessRefused } from './database.ts';
import { fileKey } from './keys.ts';

/** A file of a room: announced (its bytes may still be on their way) or ready to be read. */
export interface Upload {
  readonly room: string;
  readonly file: MessageFile;
  /** The id of the user who brought it; only they may put it into a message. */
  readonly owner: string;
  readonly state: 'pending' | 'ready';
}

/**
 * Keeps what is known of a file. With `expiresAt` (milliseconds) it is forgotten then, unless it is made ready before.
 */
export async function putUpload(db: Database, upload: Upload, expiresAt?: number): Promise<void> {
  const { room, file, owner, state } = upload;
  const { id, ...facts } = file;
  const expiry = expiresAt === undefined ? {} : { expiresAt: Math.floor(expiresAt / 1000) };
  await db.client.send(
    new PutItemCommand({
      TableName: db.chat,
      Item: marshall({ ...facts, owner, state, ...expiry, ...fileKey(room, id) }),
    }),
  );
}

/** The file, or undefined where the room has none with this id, or it has expired. */
export async function getUpload(
  db: Database,
  room: string,
  id: string,
  now: number,
): Promise<Upload | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(fileKey(room, id)), ConsistentRead: true }),
  );
  if (!Item) return undefined;
  const { name, contentType, size, owner, state, expiresAt } = unmarshall(Item);
  // DynamoDB deletes expired items within days, not at once, so what reads them decides.
  if (expiresAt !== undefined && expiresAt * 1000 <= now) return undefined;
  return { room, file: { id, name, contentType, size }, owner, state };
}

/** Lets a file be read, for good. Resolves to whether it was still there. */
export async function readyUpload(db: Database, room: string, id: string): Promise<boolean> {
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(fileKey(room, id)),
        UpdateExpression: 'SET #state = :ready REMOVE expiresAt',
        ConditionExpression: 'attribute_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item', '#state': 'state' },
        ExpressionAttributeValues: marshall({ ':ready': 'ready' }),
      }),
    ),
  );
  return result !== undefined;
}

/** Takes a file away from everybody, as when its message is deleted: it counts as expired from now (milliseconds). */
export async function expireUpload(db: Database, room: string, id: string, now: number): Promise<void> {
  await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(fileKey(room, id)),
        UpdateExpression: 'SET expiresAt = :now',
        ConditionExpression: 'attribute_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: marshall({ ':now': Math.floor(now / 1000) }),
      }),
    ),
  );
}

import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ChatError } from '../domain/errors.ts';
import { isInbox, type Room } from '../domain/room.ts';
import { type Database, unlessRefused } from './database.ts';
import { roomKey } from './keys.ts';

/** The room that an item of the table `chat` holds. */
export function toRoom(id: string, item: ReturnType<typeof unmarshall>): Room {
  const { name, kind, access, seq, shards, shardsBefore: from, shardsSince: at } = item;
  return { id, name, kind, access, seq, shards, ...(at !== undefined && { grown: { from, at } }) };
}

/** The room, or undefined where there is none. */
export async function getRoom(db: Database, id: string): Promise<Room | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(roomKey(id)), ConsistentRead: true }),
  );
  return Item && toRoom(id, unmarshall(Item));
}

/**
 * Creates a room with an empty log. A room that is there already stays as it is.
 * @returns whether it was created now
 * @throws Error for an id that is an inbox's
 */
export async function putRoom(
  db: Database,
  room: Pick<Room, 'id' | 'name' | 'kind' | 'access'>,
): Promise<boolean> {
  const { id, name, kind, access } = room;
  if (isInbox(id)) throw new Error('Room not made: an id that begins with # is an inbox; take another');
  const created = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.chat,
        Item: marshall({ ...roomKey(id), name, kind, access, seq: 0, shards: 1 }),
        ConditionExpression: 'attribute_not_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item' },
      }),
    ),
  );
  return created !== undefined;
}

/**
 * Takes the room's next number, which is given to nobody else.
 * @returns the room, its `seq` being the number taken
 * @throws ChatError ROOM_NOT_FOUND
 */
export async function takeSeq(db: Database, id: string, now: number): Promise<Room> {
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(roomKey(id)),
        UpdateExpression: 'SET lastAt = :now ADD seq :one',
        ConditionExpression: 'attribute_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: marshall({ ':now': now, ':one': 1 }),
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  if (!result?.Attributes) throw new ChatError('ROOM_NOT_FOUND');
  return toRoom(id, unmarshall(result.Attributes));
}

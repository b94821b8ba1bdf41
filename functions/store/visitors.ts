import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ChatError } from '../domain/errors.ts';
import { type Database, unlessRefused } from './database.ts';
import { visitorKey } from './keys.ts';
import { countTurn, type TurnWindow, waitOf } from './write-window.ts';

/** No window is longer, so an item that is gone had nothing left to count. */
const VISITOR_MEMORY_MS = 60 * 60 * 1000;

/**
 * Counts a turn of somebody who is not a member, in a room that is open to anyone: ask first that it is.
 * @param now milliseconds since the epoch
 * @throws ChatError RATE_LIMITED
 */
export async function countVisitorWrite(
  db: Database,
  room: string,
  visitor: string,
  window: TurnWindow,
  now: number,
): Promise<void> {
  const key = marshall(visitorKey(room, visitor));
  const { set, condition, values } = countTurn(window, now);
  const expiresAt = Math.floor((now + VISITOR_MEMORY_MS) / 1000);
  const taken = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: key,
        UpdateExpression: `SET expiresAt=:expires,${set}`,
        ConditionExpression: condition,
        ExpressionAttributeValues: marshall({ ...values, ':expires': expiresAt }),
      }),
    ),
  );
  if (taken) return;
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: key, ConsistentRead: true }),
  );
  throw new ChatError('RATE_LIMITED', undefined, waitOf(window, Item ? unmarshall(Item) : {}, now));
}

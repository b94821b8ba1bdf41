import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../domain/connection.ts';
import { type ConnectionPlace, getConnection, targetOf, toConnection } from './connections.ts';
import { type Database, unlessRefused } from './database.ts';

/**
 * Moves the end of a connection's token forward, in one of its rows; it never goes back.
 * @param to milliseconds since the epoch
 * @returns when the token ends now; undefined where there is no row
 */
export async function raiseTokenExpiry(
  db: Database,
  place: ConnectionPlace,
  to: number,
): Promise<number | undefined> {
  const raised = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        ...targetOf(db, place),
        UpdateExpression: 'SET tokenExpiresAt = :to',
        ConditionExpression: 'tokenExpiresAt < :to',
        ExpressionAttributeValues: marshall({ ':to': to }),
      }),
    ),
  );
  return raised ? to : (await getConnection(db, place))?.tokenExpiresAt;
}

/**
 * Removes a connection's row, unless its token was renewed: in one step, so that nobody is cut off who has just sent a
 * fresh token.
 * @param by milliseconds since the epoch; a token that ends then, or later, keeps its row
 * @returns the connection that ended, or the one that goes on; neither where its row was gone already
 */
export async function takeExpired(
  db: Database,
  place: ConnectionPlace,
  by: number,
): Promise<{ readonly ended?: Connection; readonly goesOn?: Connection }> {
  const taken = await unlessRefused(
    db.client.send(
      new DeleteItemCommand({
        ...targetOf(db, place),
        ConditionExpression: 'tokenExpiresAt < :by',
        ExpressionAttributeValues: marshall({ ':by': by }),
        ReturnValues: 'ALL_OLD',
      }),
    ),
  );
  if (taken?.Attributes) return { ended: toConnection(unmarshall(taken.Attributes)) };
  const goesOn = await getConnection(db, place);
  return goesOn ? { goesOn } : {};
}

import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../domain/connection.ts';
import { type ConnectionPlace, itemOf, toConnection } from './connections.ts';
import { type Database, unlessRefused } from './database.ts';
import { connectionKey } from './keys.ts';

const names = { '#via': 'via' };
const joined = marshall({ ':joined': 'joined' });

const targetOf = (db: Database, { room, shard, id }: ConnectionPlace) => ({
  TableName: db.connections,
  Key: marshall(connectionKey(room, shard, id)),
});

/** Has a connection hear of a room that it joined. @returns false where it had joined already; that row stays as it is */
export async function putJoined(db: Database, connection: Connection): Promise<boolean> {
  const put = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.connections,
        Item: itemOf(connection),
        ConditionExpression: 'attribute_not_exists(#connection) OR #via = :inbox',
        ExpressionAttributeNames: { ...names, '#connection': 'connection' },
        ExpressionAttributeValues: marshall({ ':inbox': 'inbox' }),
      }),
    ),
  );
  return put !== undefined;
}

/** Has an inbox hear of a room. @returns false where it does already, or has joined the room */
export async function putInInbox(db: Database, connection: Connection): Promise<boolean> {
  const put = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.connections,
        Item: itemOf(connection),
        ConditionExpression: 'attribute_not_exists(#connection)',
        ExpressionAttributeNames: { '#connection': 'connection' },
      }),
    ),
  );
  return put !== undefined;
}

/** Takes a connection out of a room that it joined. @returns it as it was; undefined where it had not joined */
export async function deleteJoined(db: Database, place: ConnectionPlace): Promise<Connection | undefined> {
  const result = await unlessRefused(
    db.client.send(
      new DeleteItemCommand({
        ...targetOf(db, place),
        ConditionExpression: '#via = :joined',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: joined,
        ReturnValues: 'ALL_OLD',
      }),
    ),
  );
  return result?.Attributes && toConnection(unmarshall(result.Attributes));
}

/** From a room that it joined, an inbox hears again what inboxes hear. @returns as `deleteJoined` */
export async function returnToInbox(db: Database, place: ConnectionPlace): Promise<Connection | undefined> {
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        ...targetOf(db, place),
        UpdateExpression: 'SET #via = :inbox, #reads = :manual REMOVE joinedAt',
        ConditionExpression: '#via = :joined',
        ExpressionAttributeNames: { ...names, '#reads': 'reads' },
        ExpressionAttributeValues: { ...joined, ...marshall({ ':inbox': 'inbox', ':manual': 'manual' }) },
        ReturnValues: 'ALL_OLD',
      }),
    ),
  );
  return result?.Attributes && toConnection(unmarshall(result.Attributes));
}

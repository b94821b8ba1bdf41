import {
  DeleteItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../domain/connection.ts';
import { type ConnectionPlace, itemOf, targetOf, toConnection } from './connections.ts';
import { type Database, unlessRefused } from './database.ts';

const names = { '#via': 'via' };
const joined = marshall({ ':joined': 'joined' });

async function putRow(
  db: Database,
  connection: Connection,
  where: Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'> & { names?: object },
): Promise<boolean> {
  const { names: more, ...condition } = where;
  const put = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.connections,
        Item: itemOf(connection),
        ...condition,
        ExpressionAttributeNames: { '#connection': 'connection', ...more },
      }),
    ),
  );
  return put !== undefined;
}

/** Has a connection hear of a room that it joined. @returns false where it had joined already; that row stays as it is */
export const putJoined = (db: Database, connection: Connection): Promise<boolean> =>
  putRow(db, connection, {
    ConditionExpression: 'attribute_not_exists(#connection) OR #via = :inbox',
    names,
    ExpressionAttributeValues: marshall({ ':inbox': 'inbox' }),
  });

/** Has an inbox hear of a room. @returns false where it does already, or has joined the room */
export const putInInbox = (db: Database, connection: Connection): Promise<boolean> =>
  putRow(db, connection, { ConditionExpression: 'attribute_not_exists(#connection)' });

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

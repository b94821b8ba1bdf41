import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../../functions/domain/connection.ts';
import { toItem } from '../../functions/store/connections.ts';
import { mockDatabase } from './mock-database.ts';
import { messageOf } from './sample.ts';

/** A connection's row, as it stands in the table. */
export const rowOf = (connection: Connection) => marshall(toItem(connection));

/**
 * Returns a database with a room `1` of seq 42, whose last message is alice's, and with rows of these connections. Rows
 * can be read, and removed if their token has expired. `readTo` records the read marks that are stored.
 */
export function roomOfRows(...connections: readonly Connection[]) {
  const { db, dynamodb } = mockDatabase();
  const rows = new Map(connections.map((connection) => [connection.id, rowOf(connection)]));
  const readTo: Record<string, number> = {};
  const found = (key: GetItemCommandInput['Key']) => rows.get(String(key?.['connection']?.S));
  const { id: seq, ...message } = messageOf({ id: 42 });
  const said = marshall({ ...message, kind: 'message', seq, item: 'log' });
  const room = marshall({ name: 'r', kind: 'group', access: 'members', seq: 42, shards: 1 });
  dynamodb
    .on(QueryCommand)
    .callsFake(({ TableName }) => ({ Items: TableName === 'connections' ? [...rows.values()] : [said] }));
  dynamodb.on(GetItemCommand).callsFake(({ TableName, Key }: GetItemCommandInput) => {
    const Item = TableName === 'connections' ? found(Key) : room;
    return Item ? { Item } : {};
  });
  dynamodb.on(DeleteItemCommand).callsFake((input: DeleteItemCommandInput) => {
    const row = found(input.Key);
    const by = input.ExpressionAttributeValues?.[':by']?.N;
    const fits = by === undefined || (row && Number(row['tokenExpiresAt']?.N) < Number(by));
    if (!fits) throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
    rows.delete(String(input.Key?.['connection']?.S));
    return row ? { Attributes: row } : {};
  });
  dynamodb.on(UpdateItemCommand).callsFake(({ Key, UpdateExpression, ExpressionAttributeValues }) => {
    if (UpdateExpression !== 'SET readTo = :message') return {};
    readTo[Key.item.S] = Number(ExpressionAttributeValues[':message'].N);
    return {};
  });
  return { db, rows, readTo };
}

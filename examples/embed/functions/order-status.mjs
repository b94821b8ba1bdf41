import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** Returns the status of an order, and the address of the chat. */
export async function handler({ id, table = process.env.ORDERS_TABLE }) {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }));
  return { status: Item?.status?.S ?? 'unknown', chat: process.env.CHAT_URL };
}

import { randomUUID } from 'node:crypto';
import { type Database, openRemote } from '../../local/dynamodb/database.ts';
import { openEmbedded } from '../../local/dynamodb/embedded.ts';

/**
 * Returns the endpoint of a new, empty database if the variable DYNAMODB_ENDPOINT names a DynamoDB Local. It keeps a
 * database for each access key, and its access keys have letters and digits only.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
 */
export function testDatabase(): { readonly dynamodbEndpoint?: string } {
  const endpoint = process.env['DYNAMODB_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return {};
  const url = new URL(endpoint);
  url.username = randomUUID().replaceAll('-', '');
  return { dynamodbEndpoint: url.href };
}

/** Opens an empty database in memory: the embedded one, or one of DYNAMODB_ENDPOINT. */
export async function openTestDatabase(): Promise<Database> {
  const { dynamodbEndpoint } = testDatabase();
  return dynamodbEndpoint === undefined ? openEmbedded(null) : openRemote(dynamodbEndpoint);
}

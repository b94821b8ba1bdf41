import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDb, Operation } from '../aws/dynamodb.ts';
import { SILENCE_MS, sdkRequests } from '../aws/retry.ts';

const commands: Readonly<Record<Operation, new (input: never) => object>> = {
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  Query: QueryCommand,
  BatchGetItem: BatchGetItemCommand,
};

/** Calls DynamoDB with the AWS SDK. */
export const sdkDynamoDb =
  (client = new DynamoDBClient({ requestHandler: sdkRequests(SILENCE_MS) })): DynamoDb =>
  (operation, input) =>
    // The types of `send` do not cover a command that is chosen at run time.
    client.send(new commands[operation](input as never) as GetItemCommand);

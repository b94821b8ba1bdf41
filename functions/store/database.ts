import { type DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';

/** The two tables and the client that reaches them. */
export interface Database {
  readonly client: DynamoDBClient;
  /** Name of the durable table: rooms, members, logs, users. */
  readonly chat: string;
  /** Name of the ephemeral table: open connections. */
  readonly connections: string;
}

/** Whether a write was refused by its own condition, which is an answer and no fault. */
const refusedByCondition = (error: unknown): boolean =>
  error instanceof DynamoDBServiceException && error.name === 'ConditionalCheckFailedException';

/**
 * Runs a conditional write.
 * @returns the write's result, or undefined where its condition did not hold
 */
export async function unlessRefused<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (refusedByCondition(error)) return undefined;
    throw error;
  }
}

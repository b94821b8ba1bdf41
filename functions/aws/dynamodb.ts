import { type ClientOptions, endpointOf, environmentRegion } from './environment.ts';
import { retrying, SILENCE_MS } from './retry.ts';
import { bodyOf, Service } from './service.ts';
import type { Header } from './sign.ts';

export type Operation = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'BatchGetItem';

/** Calls DynamoDB. Input and output are those of the operation in the API reference, with marshalled items. */
export type DynamoDb = (operation: Operation, input: object) => Promise<object>;

/** Throws for bytes: DynamoDB expects them in base64, but JSON turns them into an object. Parley stores none. */
function refuseBytes(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (this[key] instanceof Uint8Array)
    throw new Error('Item not written: it contains bytes. Store them as text.');
  return value;
}

/** Whether JSON may contain bytes. The second pass over the input is slow, so it looks only where a type says so. */
const mayHaveBytes = /"BS?":/;

function jsonOf(input: object): string {
  const json = JSON.stringify(input);
  return mayHaveBytes.test(json) ? JSON.stringify(input, refuseBytes) : json;
}

const headersOf = (operation: Operation): readonly Header[] => [
  ['content-type', 'application/x-amz-json-1.0'],
  ['x-amz-target', `DynamoDB_20120810.${operation}`],
];

/** The service prepares the headers of each array only once a second. */
const headers: Readonly<Record<Operation, readonly Header[]>> = {
  GetItem: headersOf('GetItem'),
  PutItem: headersOf('PutItem'),
  UpdateItem: headersOf('UpdateItem'),
  DeleteItem: headersOf('DeleteItem'),
  Query: headersOf('Query'),
  BatchGetItem: headersOf('BatchGetItem'),
};

/**
 * Calls DynamoDB with the signing client. Region, credentials and endpoint come from the environment by default.
 * The returned function throws ServiceError, or NoResponse when DynamoDB cannot be reached.
 */
export function signedDynamoDb({
  endpoint,
  region = environmentRegion(),
  credentials,
}: ClientOptions = {}): DynamoDb {
  const url = endpoint === undefined ? endpointOf('dynamodb', 'DYNAMODB', region) : new URL(endpoint);
  const service = new Service({
    name: 'dynamodb',
    endpoint: url,
    region,
    credentials,
    silenceMs: SILENCE_MS,
  });
  const retry = retrying();
  return async (operation, input) => {
    const body = bodyOf(jsonOf(input));
    const call = { method: 'POST', path: '/', headers: headers[operation], body } as const;
    const response = await retry(() => service.send(call));
    return JSON.parse(response.body.toString());
  };
}

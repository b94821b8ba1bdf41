import { type ClientOptions, endpointOf, environmentRegion } from './environment.ts';
import { ServiceError } from './errors.ts';
import { retrying } from './retry.ts';
import { bodyOf, Service } from './service.ts';

/*
 * What the bundles have in place of `@aws-sdk/client-dynamodb`: so much of it as `store` uses, by the same names. The
 * SDK's client is 200 KB even without its credential providers, and takes as long to load as all else. Sources import
 * the SDK, whose types hold for both; the build puts this here, and fails where a name is missing.
 */

const JSON_1_0 = 'application/x-amz-json-1.0';

abstract class Command {
  abstract readonly operation: string;
  readonly input: object;

  constructor(input: object) {
    this.input = input;
  }
}

export class GetItemCommand extends Command {
  readonly operation = 'GetItem';
}
export class PutItemCommand extends Command {
  readonly operation = 'PutItem';
}
export class UpdateItemCommand extends Command {
  readonly operation = 'UpdateItem';
}
export class DeleteItemCommand extends Command {
  readonly operation = 'DeleteItem';
}
export class QueryCommand extends Command {
  readonly operation = 'Query';
}
export class BatchGetItemCommand extends Command {
  readonly operation = 'BatchGetItem';
}

/** The SDK has a class for each error too; `store` tells them by name. */
export { ServiceError as DynamoDBServiceException };

/** In the protocol, bytes are base64; nothing of ours stores bytes, and JSON would make an object of them. */
function withoutBytes(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (this[key] instanceof Uint8Array)
    throw new Error('Item not written: it holds bytes; store them as text');
  return value;
}

export class DynamoDBClient {
  readonly #retry = retrying();
  readonly #service: Service;

  /** Region, credentials and endpoint come from the environment, unless they are given. */
  constructor({ endpoint, region = environmentRegion(), credentials }: ClientOptions = {}) {
    const url = endpoint === undefined ? endpointOf('dynamodb', 'DYNAMODB', region) : new URL(endpoint);
    this.#service = new Service({ name: 'dynamodb', endpoint: url, region, credentials });
  }

  /** @throws ServiceError; NoResponse when DynamoDB could not be reached */
  async send({ operation, input }: Command): Promise<unknown> {
    const body = bodyOf(JSON.stringify(input, withoutBytes));
    const response = await this.#retry(() =>
      this.#service.send({
        method: 'POST',
        path: '/',
        headers: [
          ['content-type', JSON_1_0],
          ['x-amz-target', `DynamoDB_20120810.${operation}`],
        ],
        body,
      }),
    );
    return JSON.parse(response.body.toString());
  }

  /** Closes its connections. */
  destroy(): void {
    this.#service.close();
  }
}

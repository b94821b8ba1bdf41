import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { type Poster, TransientError } from './poster.ts';

/** AWS names both kinds of 429 so: too fast for the account, or for a client whose buffer is full. */
const putOff = (sentence: string, cause: unknown): TransientError =>
  new TransientError(sentence, { cause, throttled: cause instanceof LimitExceededException });

/** A fault without an HTTP status is a connection that broke; one with 5xx is the gateway's. Both pass. */
function passes(error: unknown): boolean {
  if (error instanceof LimitExceededException) return true;
  if (!(error instanceof ApiGatewayManagementApiServiceException)) return true;
  const status = error.$metadata.httpStatusCode ?? 500;
  return status >= 500 || status === 429;
}

/**
 * Posts through API Gateway's management API by the SDK's client. It does not retry by itself, since `retryTransient` does.
 * @param url the stage's URL for `@connections`
 */
export function sdkPoster(url: string): Poster {
  const client = new ApiGatewayManagementApiClient({ endpoint: url, maxAttempts: 1 });
  return {
    async post(connection, frame) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: frame }));
        return 'delivered';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        if (passes(error)) throw putOff('Post put off: the gateway did not take it', error);
        throw error;
      }
    },
    async isOpen(connection) {
      try {
        await client.send(new GetConnectionCommand({ ConnectionId: connection }));
        return true;
      } catch (error) {
        if (error instanceof GoneException) return false;
        throw passes(error) ? putOff('Connection not looked up: the gateway did not answer', error) : error;
      }
    },
    async close(connection) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connection }));
      } catch (error) {
        if (error instanceof GoneException) return;
        throw passes(error) ? putOff('Connection not closed: the gateway did not take it', error) : error;
      }
    },
  };
}

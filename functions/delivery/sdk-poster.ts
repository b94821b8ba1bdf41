import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { sdkRequests } from '../aws/retry.ts';
import { type Poster, TransientError } from './poster.ts';

/** Posts through API Gateway's management API with the AWS SDK. Does not retry: `retryTransient` does. */
export function sdkPoster(url: string): Poster {
  const client = new ApiGatewayManagementApiClient({
    endpoint: url,
    maxAttempts: 1,
    requestHandler: sdkRequests(),
  });

  /** Returns whether the connection exists. @throws the SDK's error; TransientError when a retry may succeed */
  async function reach(response: Promise<unknown>, failure: string): Promise<boolean> {
    try {
      await response;
      return true;
    } catch (cause) {
      if (cause instanceof GoneException) return false;
      // LimitExceeded: the account sends too fast, or the buffer of this client is full.
      const throttled = cause instanceof LimitExceededException;
      throw throttled || isTransientFault(cause) ? new TransientError(failure, { cause, throttled }) : cause;
    }
  }

  return {
    async post(connection, frame) {
      const command = new PostToConnectionCommand({ ConnectionId: connection, Data: frame });
      return (await reach(
        client.send(command),
        'Post failed: API Gateway did not accept the frame. Try again.',
      ))
        ? 'delivered'
        : 'gone';
    },
    isOpen: (connection) =>
      reach(
        client.send(new GetConnectionCommand({ ConnectionId: connection })),
        'Lookup failed: API Gateway did not return the connection. Try again.',
      ),
    close: (connection) =>
      reach(
        client.send(new DeleteConnectionCommand({ ConnectionId: connection })),
        'Close failed: API Gateway did not close the connection. Try again.',
      ),
  };
}

/** An error without an HTTP status is a broken connection. */
function isTransientFault(error: unknown): boolean {
  if (!(error instanceof ApiGatewayManagementApiServiceException)) return true;
  const status = error.$metadata.httpStatusCode ?? 500;
  return status >= 500 || status === 429;
}

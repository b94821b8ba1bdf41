import type { APIGatewayAuthorizerResult, Context } from 'aws-lambda';
import { ChatError } from './domain/errors.ts';
import { authorizeSession, type UpgradeEvent } from './gateway/authorize-session.ts';
import { countRefusal } from './gateway/metrics.ts';
import { invocationError, limitRetries, logFault } from './gateway/runtime.ts';
import { principalOf, sessionContext } from './gateway/session.ts';

function policy(effect: 'Allow' | 'Deny', methodArn: string, user: string): APIGatewayAuthorizerResult {
  // API Gateway evaluates this policy for `$connect` only, and needs the trailing `*` to match the route
  // (AWS: Lambda authorizers, WebSocket APIs).
  const Resource = methodArn.replace(/\/[^/]*$/, '/*');
  return {
    principalId: user,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource }],
    },
  };
}

/**
 * Authorizes an upgrade request. API Gateway turns the error `Unauthorized` into 401, a Deny into 403, and any other
 * error into 500. A room that does not exist gets the same 403 as a room that the user is not a
 * member of, so that clients cannot probe for rooms.
 */
export async function handler(event: UpgradeEvent, context?: Context): Promise<APIGatewayAuthorizerResult> {
  limitRetries(context);
  try {
    const session = await authorizeSession(event);
    if (session.refusal !== undefined) countRefusal(session.refusal);
    return { ...policy('Allow', event.methodArn, principalOf(session)), context: sessionContext(session) };
  } catch (error) {
    if (!(error instanceof ChatError)) {
      logFault('authorize', error, event.requestContext.requestId);
      throw invocationError('Handshake failed: see the log of this request.');
    }
    countRefusal(error.code);
    if (error.code === 'UNAUTHENTICATED') throw invocationError('Unauthorized');
    return policy('Deny', event.methodArn, 'nobody');
  }
}

import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { openSession, type UpgradeEvent } from './open-session.ts';
import { invocationError, logFault } from './runtime.ts';
import { sessionContext } from './session.ts';

function policy(effect: 'Allow' | 'Deny', methodArn: string, user: string): APIGatewayAuthorizerResult {
  // The policy is asked about `$connect` alone; a tail of `*` is what matches it (AWS: Lambda authorizers, WebSocket APIs).
  const Resource = methodArn.replace(/\/[^/]*$/, '/*');
  return {
    principalId: user,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource }],
    },
  };
}

const allow = (methodArn: string, session: Session): APIGatewayAuthorizerResult => ({
  ...policy('Allow', methodArn, session.user.id),
  context: sessionContext(session),
});

/**
 * Decides over an upgrade request. API Gateway turns the error `Unauthorized` into 401, a Deny into 403, and any other
 * error into 500. Not a member and no such room get the same 403, so that nobody can probe for rooms.
 */
export async function authorize(event: UpgradeEvent): Promise<APIGatewayAuthorizerResult> {
  try {
    return allow(event.methodArn, await openSession(event));
  } catch (error) {
    if (!(error instanceof ChatError)) {
      logFault('authorize', error, event.requestContext.requestId);
      throw invocationError('Handshake not decided: see the log of this request');
    }
    if (error.code === 'UNAUTHENTICATED') throw invocationError('Unauthorized');
    return policy('Deny', event.methodArn, 'nobody');
  }
}

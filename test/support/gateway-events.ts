import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { NOON } from './sample.ts';

/** Converts the authorizer's context as API Gateway does: all values become strings. */
export const authorizerContext = (overrides: Record<string, string> = {}) => ({
  principalId: '1',
  room: '1',
  shard: '0',
  username: 'alice',
  email: 'alice@example.com',
  userType: 'student',
  dialect: 'action',
  reads: 'auto',
  guest: 'false',
  refusal: '',
  tokenExpiresAt: String(Date.now() + 3_600_000),
  ...overrides,
});

/** Creates a message event, which has no headers and no query string. */
export const frameEvent = (
  body: string,
  authorizer = authorizerContext(),
): APIGatewayProxyWebsocketEventV2 => ({
  requestContext: {
    routeKey: '$default',
    messageId: 'm=',
    eventType: 'MESSAGE',
    extendedRequestId: 'e=',
    requestTime: '16/Feb/2025:12:34:56 +0000',
    messageDirection: 'IN',
    stage: 'prod',
    connectedAt: NOON,
    requestTimeEpoch: NOON,
    requestId: 'r=',
    domainName: 'abc.execute-api.us-east-1.amazonaws.com',
    connectionId: 'alice-socket=',
    apiId: 'abc',
    ...{ authorizer },
  },
  body,
  isBase64Encoded: false,
});

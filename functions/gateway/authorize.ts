import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { findToken, type Headers } from '../auth/credential.ts';
import { tokenVerifier, type VerifiedToken } from '../auth/token-verifier.ts';
import { chooseDialect } from '../dialects/registry.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { shardOf } from '../store/keys.ts';
import { getMember } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { database } from './database.ts';
import { once, required } from './environment.ts';
import { logFault, reported } from './fault.ts';
import { sessionContext } from './session.ts';

/** What a REQUEST authorizer of a WebSocket API is given, as far as it is used here. */
export interface UpgradeEvent {
  readonly methodArn: string;
  readonly headers?: Headers | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext: {
    readonly connectionId: string;
    readonly connectedAt: number;
    readonly requestId: string;
  };
}

const verifier = once(() =>
  tokenVerifier({
    issuer: required('ISSUER'),
    audience: required('AUDIENCE'),
    jwksUri: required('JWKS_URI'),
  }),
);

/** A room's id is a key of ours, and DynamoDB's keys have an end. */
const MAX_ROOM_LENGTH = 256;

async function openSession(event: UpgradeEvent, verified: VerifiedToken): Promise<Session> {
  const query = event.queryStringParameters ?? {};
  const dialect = chooseDialect(query['dialect']);
  const opened = dialect?.open({ query });
  if (!dialect || !opened || opened.room.length > MAX_ROOM_LENGTH) throw new ChatError('NOT_A_MEMBER');
  const { user, expiresAt } = verified;
  const [room, member] = await Promise.all([
    getRoom(database(), opened.room),
    getMember(database(), opened.room, user.id),
  ]);
  if (!room || !member) throw new ChatError('NOT_A_MEMBER');
  const { connectionId, connectedAt } = event.requestContext;
  return {
    id: connectionId,
    connectedAt,
    room: room.id,
    shard: shardOf(connectionId, room.shards),
    user,
    dialect: dialect.name,
    reads: opened.reads,
    tokenExpiresAt: expiresAt,
  };
}

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

/**
 * Decides over an upgrade request. API Gateway turns the error `Unauthorized` into 401, a Deny into 403, and any other
 * error into 500. Not a member and no such room get the same 403, so that nobody can probe for rooms.
 */
export async function authorize(event: UpgradeEvent): Promise<APIGatewayAuthorizerResult> {
  let user = 'nobody';
  try {
    const token = findToken(event.headers ?? {});
    if (!token) throw new ChatError('UNAUTHENTICATED');
    const verified = await verifier()(token);
    user = verified.user.id;
    const session = await openSession(event, verified);
    return { ...policy('Allow', event.methodArn, user), context: sessionContext(session) };
  } catch (error) {
    if (!(error instanceof ChatError)) {
      logFault('authorize', error, event.requestContext.requestId);
      throw reported('Handshake not decided: see the log of this request');
    }
    if (error.code === 'UNAUTHENTICATED') throw reported('Unauthorized');
    return policy('Deny', event.methodArn, user);
  }
}

import type { HandshakeInput } from './handshake-request.ts';
import type { AuthorizerContext, Peer } from './peer.ts';
import { requestId } from './request-id.ts';
import type { SocketApi } from './socket-api.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `19/Feb/2024:07:11:42 +0000`, the form of `requestTime`. */
export function requestTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';

/** The part of `requestContext` that all events have. In events seen in public both ids are the same. */
function context(
  api: SocketApi,
  peer: Peer,
  routeKey: string,
  eventType: EventType,
  now: number,
  id: string,
) {
  return {
    routeKey,
    eventType,
    extendedRequestId: id,
    requestTime: requestTime(now),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt: peer.connectedAt,
    requestTimeEpoch: now,
    identity: peer.identity,
    requestId: id,
    domainName: peer.domainName,
    connectionId: peer.connectionId,
    apiId: api.apiId,
  };
}

/** The ARN that an authorizer's policy must allow. */
export function connectArn(api: SocketApi): string {
  return `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/${api.stage}/$connect`;
}

/** AWS: "Input to an API Gateway Lambda authorizer", type REQUEST; for WebSocket APIs without path parameters. */
export function authorizerEvent(api: SocketApi, peer: Peer, input: HandshakeInput, now: number) {
  return {
    type: 'REQUEST',
    methodArn: connectArn(api),
    ...input,
    stageVariables: {},
    requestContext: context(api, peer, '$connect', 'CONNECT', now, requestId()),
  };
}

function authorized(authorizer: AuthorizerContext | undefined) {
  return authorizer === undefined ? {} : { authorizer };
}

export function connectEvent(
  api: SocketApi,
  peer: Peer,
  input: HandshakeInput,
  authorizer: AuthorizerContext | undefined,
  now: number,
) {
  return {
    ...input,
    requestContext: {
      ...context(api, peer, '$connect', 'CONNECT', now, requestId()),
      ...authorized(authorizer),
    },
    isBase64Encoded: false,
  };
}

/** A message has no headers and no query, only the context, the authorizer's included. */
export function messageEvent(
  api: SocketApi,
  peer: Peer,
  authorizer: AuthorizerContext | undefined,
  message: { readonly routeKey: string; readonly body: string; readonly requestId: string },
  now: number,
) {
  return {
    requestContext: {
      ...context(api, peer, message.routeKey, 'MESSAGE', now, message.requestId),
      messageId: requestId(),
      ...authorized(authorizer),
    },
    body: message.body,
    isBase64Encoded: false,
  };
}

/**
 * Of the authorizer `$disconnect` gets `principalId` (seen in boto/boto3 issue 3789); its other
 * keys are not confirmed there, so they are left out. The headers are as seen in public events.
 */
export function disconnectEvent(
  api: SocketApi,
  peer: Peer,
  authorizer: AuthorizerContext | undefined,
  end: { readonly code: number; readonly reason: string },
  now: number,
) {
  const headers = { Host: peer.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const principalId = authorizer?.['principalId'];
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: {
      ...context(api, peer, '$disconnect', 'DISCONNECT', now, requestId()),
      disconnectStatusCode: end.code,
      disconnectReason: end.reason,
      ...(principalId === undefined ? {} : authorized({ principalId })),
    },
    isBase64Encoded: false,
  };
}

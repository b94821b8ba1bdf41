import type { SocketApi } from '../api-routes.ts';
import type { AuthorizedPeer, AuthorizerContext, Peer } from './connection.ts';
import type { GatewayOptions } from './gateway-state.ts';
import type { HandshakeRequest } from './handshake-request.ts';
import { requestId } from './rejection.ts';

/** The result of a function call, as API Gateway sees it. */
export type Outcome =
  | { readonly kind: 'returned'; readonly result: unknown }
  | { readonly kind: 'threw'; readonly message: string }
  | { readonly kind: 'timed out' };

/** Calls a function. Never rejects, and waits for `timeoutMs` at most. */
export function integrate(
  { clock, invoke }: Pick<GatewayOptions, 'clock' | 'invoke'>,
  timeoutMs: number,
  functionName: string,
  event: unknown,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => resolve({ kind: 'timed out' }));
    const settle = (outcome: Outcome) => {
      cancel();
      resolve(outcome);
    };
    const fail = (error: unknown) => {
      settle({ kind: 'threw', message: error instanceof Error ? error.message : String(error) });
    };
    try {
      invoke(functionName, event).then((result) => settle({ kind: 'returned', result }), fail);
    } catch (error) {
      fail(error);
    }
  });
}

const resultFields = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/**
 * Returns the status code of a proxy integration's result, or undefined if the result is malformed. API Gateway
 * treats a result with an unknown field as a failure of the function (seen in middyjs/middy#1219).
 */
export function resultStatus(result: unknown): number | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  if (!Object.keys(result).every((name) => resultFields.has(name))) return undefined;
  const status = Number(Reflect.get(result, 'statusCode') ?? Number.NaN);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

/** Returns the log line about a route whose function failed. */
export function failedRoute(routeKey: string, functionName: string, kind: Outcome['kind']): string {
  const why = kind === 'returned' ? 'returned no { statusCode }' : kind;
  return `Route ${routeKey} failed: ${functionName} ${why}. See the function's log.`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Formats a time as `requestTime`: `19/Feb/2024:07:11:42 +0000`. */
export function requestTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** Returns the fields of `requestContext` that all events share. In public events, the two request ids are equal. */
function context(
  { apiId, stage }: SocketApi,
  { connectionId, connectedAt, domainName, identity }: Peer,
  { routeKey, eventType }: { routeKey: string; eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT' },
  now: number,
  id = requestId(),
) {
  return {
    routeKey,
    eventType,
    extendedRequestId: id,
    requestTime: requestTime(now),
    messageDirection: 'IN',
    stage,
    connectedAt,
    requestTimeEpoch: now,
    identity,
    requestId: id,
    domainName,
    connectionId,
    apiId,
  };
}

const connecting = { routeKey: '$connect', eventType: 'CONNECT' } as const;

const withAuthorizer = (authorizer: AuthorizerContext | undefined) => authorizer && { authorizer };

/** Returns the ARN that an authorizer's policy must allow. */
export function connectArn({ region, accountId, apiId, stage }: SocketApi): string {
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/$connect`;
}

/** Returns a REQUEST authorizer's event (AWS: "Input to an API Gateway Lambda authorizer"), without path parameters. */
export function authorizerEvent(api: SocketApi, peer: Peer, request: HandshakeRequest, now: number) {
  return {
    type: 'REQUEST',
    methodArn: connectArn(api),
    ...request,
    stageVariables: {},
    requestContext: context(api, peer, connecting, now),
  };
}

export function connectEvent(api: SocketApi, peer: AuthorizedPeer, request: HandshakeRequest, now: number) {
  return {
    ...request,
    requestContext: { ...context(api, peer, connecting, now), ...withAuthorizer(peer.authorizer) },
    isBase64Encoded: false,
  };
}

/** A message event has neither headers nor a query string. */
export function messageEvent(
  api: SocketApi,
  peer: AuthorizedPeer,
  message: { readonly routeKey: string; readonly body: string; readonly requestId: string },
  now: number,
) {
  const route = { routeKey: message.routeKey, eventType: 'MESSAGE' } as const;
  return {
    requestContext: {
      ...context(api, peer, route, now, message.requestId),
      messageId: requestId(),
      ...withAuthorizer(peer.authorizer),
    },
    body: message.body,
    isBase64Encoded: false,
  };
}

/**
 * `$disconnect` gets the authorizer's `principalId` (seen in boto/boto3#3789). Its other context keys are
 * unconfirmed, so they are left out. Public events have these headers.
 */
export function disconnectEvent(
  api: SocketApi,
  peer: AuthorizedPeer,
  end: { readonly code: number; readonly reason: string },
  now: number,
) {
  const headers = { Host: peer.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const principalId = peer.authorizer?.['principalId'];
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: {
      ...context(api, peer, { routeKey: '$disconnect', eventType: 'DISCONNECT' }, now),
      disconnectStatusCode: end.code,
      disconnectReason: end.reason,
      ...withAuthorizer(principalId === undefined ? undefined : { principalId }),
    },
    isBase64Encoded: false,
  };
}

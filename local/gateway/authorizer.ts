import { evaluate, readStatements, type Verdict } from '../iam/statement.ts';
import type { AuthorizerContext, Peer } from './connection.ts';
import type { GatewayState } from './gateway-state.ts';
import { type HandshakeRequest, hasIdentitySource } from './handshake-request.ts';
import { authorizerEvent, connectArn, integrate } from './integration.ts';
import { accessDenied, type Rejection, rejection } from './rejection.ts';

export type Authorization =
  | { readonly kind: 'allowed'; readonly context: AuthorizerContext | undefined }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

const reject = (reason: Rejection): Authorization => ({ kind: 'rejected', rejection: reason });

const unauthorized = reject(rejection(401, 'UnauthorizedException', 'Unauthorized'));
// REST APIs answer with this null message. Whether WebSocket APIs do so too is unconfirmed.
const misconfigured = reject(rejection(500, 'AuthorizerConfigurationException', null));

/**
 * Runs the API's Lambda authorizer, if any, on a handshake (AWS: "Use API Gateway Lambda authorizers").
 * A missing identity source causes a 401 without a call, and a thrown `Unauthorized` a 401. Any other error or a
 * malformed result causes a 500. A policy that does not allow `$connect` causes a 403.
 */
export async function authorize(
  state: GatewayState,
  peer: Peer,
  request: HandshakeRequest,
): Promise<Authorization> {
  const { options, limits } = state;
  const api = options.api();
  if (api.authorizer === null) return { kind: 'allowed', context: undefined };
  const { functionName, identitySources } = api.authorizer;
  if (!identitySources.every((source) => hasIdentitySource(source, request))) return unauthorized;
  const startedAt = options.clock.now();
  const event = authorizerEvent(api, peer, request, startedAt);
  const outcome = await integrate(options, limits.integrationMs, functionName, event);
  if (outcome.kind === 'threw' && outcome.message === 'Unauthorized') return unauthorized;
  const failed = `Handshake failed with 500: authorizer ${functionName}`;
  if (outcome.kind !== 'returned') {
    options.log(`${failed} ${outcome.kind}. See the function's log.`);
    return misconfigured;
  }
  try {
    const { context, principalId, policy } = readResult(outcome.result, limits.authorizerResultBytes);
    const verdict = evaluatePolicy(policy, connectArn(api));
    const integrationLatency = options.clock.now() - startedAt;
    if (verdict === 'allowed') {
      return { kind: 'allowed', context: { ...context, principalId, integrationLatency } };
    }
    const explicit = verdict === 'denied explicitly' ? ' with an explicit deny' : '';
    return reject(accessDenied(`User is not authorized to access this resource${explicit}`));
  } catch (error) {
    options.log(`${failed}: ${String(error)}`);
    return misconfigured;
  }
}

/** Evaluates an authorizer's policy on the ARN of `$connect`. @throws for a malformed or unsupported document. */
export function evaluatePolicy(document: unknown, resource: string): Verdict {
  return evaluate(readStatements(document, "the authorizer's policy"), 'execute-api:Invoke', resource);
}

function malformed(why: string): Error {
  return new Error(
    `the result is malformed: ${why}. See AWS, "Output from an API Gateway Lambda authorizer".`,
  );
}

function readResult(result: unknown, maxBytes: number) {
  if (typeof result !== 'object' || result === null) throw malformed('it is not an object');
  if (Buffer.byteLength(JSON.stringify(result)) > maxBytes) throw malformed(`it has over ${maxBytes} bytes`);
  const principalId: unknown = Reflect.get(result, 'principalId');
  if (typeof principalId !== 'string' || principalId === '') throw malformed('it has no principalId');
  const policy: unknown = Reflect.get(result, 'policyDocument');
  const context = readContext(Reflect.get(result, 'context'));
  return { principalId: asciiOf(principalId), context, policy };
}

/**
 * Reads the context. Its values must not be nested, and functions get them as strings. AWS does not document what
 * happens to empty values and to text that is not ASCII. The local stack assumes the worst: it drops the former and
 * garbles the latter.
 */
function readContext(context: unknown): Readonly<Record<string, string>> {
  if (context === undefined) return {};
  if (typeof context !== 'object' || context === null || Array.isArray(context)) {
    throw malformed('its context is not an object');
  }
  const texts = Object.entries(context).map(([name, value]: [string, unknown]) => {
    if (['string', 'number', 'boolean'].includes(typeof value))
      return [name, asciiOf(String(value))] as const;
    throw malformed(`context key ${name} is neither a string nor a number nor a boolean`);
  });
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

const asciiOf = (text: string): string => text.replace(/[^\x20-\x7e]/gu, '?');

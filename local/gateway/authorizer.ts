import type { GatewayState } from './gateway-state.ts';
import type { HandshakeInput } from './handshake-request.ts';
import { hasIdentitySource } from './identity-source.ts';
import { integrate } from './integration.ts';
import { authorizerEvent, connectArn } from './lambda-event.ts';
import type { AuthorizerContext, Peer } from './peer.ts';
import { evaluatePolicy } from './policy.ts';
import { type Refusal, refusal } from './rejection.ts';
import type { SocketApi } from './socket-api.ts';

export type Authorization =
  | { readonly kind: 'allowed'; readonly context: AuthorizerContext }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

function refused(reason: Refusal): Authorization {
  return { kind: 'refused', refusal: reason };
}

const unauthorized = refused(refusal(401, 'UnauthorizedException', 'Unauthorized'));
// A broken authorizer: the body with a null message is that of REST APIs, not confirmed for WebSocket APIs.
const broken = refused(refusal(500, 'AuthorizerConfigurationException', null));

/**
 * Runs the API's Lambda authorizer on a handshake. AWS: "Use API Gateway Lambda authorizers": a missing
 * identity source is a 401 without a call, throwing exactly `Unauthorized` a 401, any other failure or a
 * malformed result a 500, a policy that does not allow `$connect` a 403.
 */
export async function authorize(
  state: GatewayState,
  api: SocketApi,
  authorizer: NonNullable<SocketApi['authorizer']>,
  peer: Peer,
  input: HandshakeInput,
): Promise<Authorization> {
  const { clock, log } = state.options;
  if (!authorizer.identitySources.every((source) => hasIdentitySource(source, input))) return unauthorized;
  const startedAt = clock.now();
  const outcome = await integrate(
    state,
    authorizer.functionName,
    authorizerEvent(api, peer, input, startedAt),
  );
  if (outcome.kind === 'threw' && outcome.message === 'Unauthorized') return unauthorized;
  if (outcome.kind !== 'returned') {
    log(`Handshake refused with 500: authorizer ${authorizer.functionName} ${outcome.kind}; see its log`);
    return broken;
  }
  try {
    return judge(state, api, outcome.result, clock.now() - startedAt);
  } catch (error) {
    log(`Handshake refused with 500: authorizer ${authorizer.functionName}: ${String(error)}`);
    return broken;
  }
}

function malformed(what: string): Error {
  return new Error(
    `its result is malformed: ${what}; see AWS, "Output from an API Gateway Lambda authorizer"`,
  );
}

function judge(state: GatewayState, api: SocketApi, result: unknown, latencyMs: number): Authorization {
  if (typeof result !== 'object' || result === null) throw malformed('it is not an object');
  if (Buffer.byteLength(JSON.stringify(result)) > state.limits.authorizerResultBytes) {
    throw malformed(`it has over ${state.limits.authorizerResultBytes} bytes`);
  }
  const principalId: unknown = Reflect.get(result, 'principalId');
  if (typeof principalId !== 'string' || principalId === '') throw malformed('it has no principalId');
  const context = textContext(Reflect.get(result, 'context'));
  const verdict = evaluatePolicy(
    Reflect.get(result, 'policyDocument'),
    'execute-api:Invoke',
    connectArn(api),
  );
  if (verdict === 'allow') {
    return { kind: 'allowed', context: { ...context, principalId, integrationLatency: latencyMs } };
  }
  // The capital M is AWS's.
  const Message = `User is not authorized to access this resource${verdict === 'explicit deny' ? ' with an explicit deny' : ''}`;
  return refused({ status: 403, type: 'AccessDeniedException', body: JSON.stringify({ Message }) });
}

/** AWS: "Output from an API Gateway Lambda authorizer": values are flat, and reach the integrations as texts. */
function textContext(context: unknown): Readonly<Record<string, string>> {
  if (context === undefined) return {};
  if (typeof context !== 'object' || context === null || Array.isArray(context)) {
    throw malformed('its context is not an object');
  }
  const texts = Object.entries(context).map(([name, value]: [string, unknown]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw malformed(`context key ${name} is neither a string nor a number nor a boolean`);
    }
    return [name, String(value)] as const;
  });
  return Object.fromEntries(texts);
}

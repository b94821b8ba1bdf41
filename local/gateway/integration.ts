import type { GatewayState } from './gateway-state.ts';

/** How a call of a function ended, as API Gateway sees it. */
export type Outcome =
  | { readonly kind: 'returned'; readonly result: unknown }
  | { readonly kind: 'threw'; readonly message: string }
  | { readonly kind: 'timed out' };

/** Calls a function and never rejects. AWS: "Amazon API Gateway quotas": the integration timeout is 29 seconds. */
export function integrate(state: GatewayState, functionName: string, event: unknown): Promise<Outcome> {
  const { clock, invoke } = state.options;
  return new Promise((resolve) => {
    const cancel = clock.after(state.limits.integrationMs, () => resolve({ kind: 'timed out' }));
    const settle = (outcome: Outcome) => {
      cancel();
      resolve(outcome);
    };
    try {
      invoke(functionName, event).then(
        (result) => settle({ kind: 'returned', result }),
        (error: unknown) => settle({ kind: 'threw', message: messageOf(error) }),
      );
    } catch (error) {
      settle({ kind: 'threw', message: messageOf(error) });
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const resultFields = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/**
 * The status code of a proxy integration's result, or undefined if the result is malformed: no
 * object, no status code, or a field that a proxy response does not have. API Gateway takes such a
 * result as a failure of the function (seen in middyjs/middy issue 1219).
 */
export function resultStatus(result: unknown): number | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  if (!Object.keys(result).every((name) => resultFields.has(name))) return undefined;
  const status = Number(Reflect.get(result, 'statusCode') ?? Number.NaN);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

import { endpointOf, environmentRegion } from './environment.ts';
import { retrying, SILENCE_MS } from './retry.ts';
import { bodyOf, Service } from './service.ts';
import { encoded, type Header } from './sign.ts';

const HEADERS: readonly Header[] = [
  ['content-type', 'application/octet-stream'],
  ['x-amz-invocation-type', 'Event'],
];

/**
 * Invokes a function asynchronously, and resolves once Lambda has accepted the event.
 * @param payload sent as JSON, at most 1 MB (AWS: Lambda quotas)
 */
export type Invoke = (functionName: string, payload: unknown) => Promise<void>;

/** Invokes functions with the signing client. */
export function signedInvoke(): Invoke {
  const region = environmentRegion();
  const service = new Service({
    name: 'lambda',
    endpoint: endpointOf('lambda', 'LAMBDA', region),
    region,
    silenceMs: SILENCE_MS,
  });
  const retry = retrying();
  return async (functionName, payload) => {
    const path = `/2015-03-31/functions/${encoded(functionName)}/invocations`;
    const body = bodyOf(JSON.stringify(payload));
    await retry(() => service.send({ method: 'POST', path, headers: HEADERS, body }));
  };
}

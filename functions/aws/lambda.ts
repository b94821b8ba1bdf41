import { hash } from 'node:crypto';
import { endpointOf } from './endpoint.ts';
import { environmentRegion } from './environment.ts';
import { retrying } from './retry.ts';
import { Service } from './service.ts';
import { encoded } from './sign.ts';

let client: { readonly service: Service; readonly retry: ReturnType<typeof retrying> } | undefined;

function lambda() {
  if (client) return client;
  const region = environmentRegion();
  const service = new Service({ name: 'lambda', endpoint: endpointOf('lambda', 'LAMBDA', region), region });
  client = { service, retry: retrying() };
  return client;
}

/**
 * Invokes a function asynchronously: resolves once Lambda has accepted the event.
 * @param payload sent as JSON, 1 MB at most (AWS: Lambda quotas)
 */
export async function invokeFunction(functionName: string, payload: unknown): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(payload));
  const { service, retry } = lambda();
  await retry(() =>
    service.ask({
      method: 'POST',
      path: `/2015-03-31/functions/${encoded(functionName)}/invocations`,
      headers: [
        ['content-type', 'application/octet-stream'],
        ['x-amz-invocation-type', 'Event'],
      ],
      body: { bytes, hash: hash('sha256', bytes) },
    }),
  );
}

import { hash } from 'node:crypto';
import { environmentRegion } from '../aws/credentials.ts';
import { endpointOf } from '../aws/endpoint.ts';
import { retrying } from '../aws/retry.ts';
import { Service } from '../aws/service.ts';
import { encoded } from '../aws/sign.ts';
import { once } from './environment.ts';

const lambda = once(() => {
  const region = environmentRegion();
  const service = new Service({ name: 'lambda', endpoint: endpointOf('lambda', 'LAMBDA', region), region });
  return { service, retry: retrying() };
});

/** Invokes a function and does not wait for its end. The payload is JSON, 1 MB at most (AWS: Lambda quotas). */
export async function invoke(functionName: string, payload: unknown): Promise<void> {
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

import { callConnections } from '../report.ts';

interface MessageEvent {
  readonly requestContext: { readonly connectionId: string; readonly authorizer?: unknown };
  readonly body: string;
}

/** Answers the frames of the probes. */
export async function handler({ requestContext, body }: MessageEvent) {
  const { connectionId, authorizer } = requestContext;
  const { probe, bytes } = JSON.parse(body) as { probe: string; bytes?: number };
  if (probe === 'throw')
    throw new Error(
      'Probe failed on purpose: the question asks how the API answers a failure. Ignore this error.',
    );
  if (probe === 'context') {
    await callConnections('POST', connectionId, { probe, connectionId, authorizer });
  }
  if (probe === 'post') {
    const status = await callConnections('POST', connectionId, { probe, filler: 'x'.repeat(bytes ?? 0) });
    await callConnections('POST', connectionId, { probe: 'posted', status });
  }
  return { statusCode: 200 };
}

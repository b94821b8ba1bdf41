import { callConnections, writeReport } from '../report.ts';

interface ConnectEvent {
  readonly requestContext: { readonly connectionId: string };
  readonly queryStringParameters?: Readonly<Record<string, string>>;
}

/** Reports what `@connections` answers while the handshake is pending. */
export async function handler({ requestContext, queryStringParameters }: ConnectEvent) {
  const report = queryStringParameters?.['report'];
  if (report !== undefined) {
    const { connectionId } = requestContext;
    const get = await callConnections('GET', connectionId);
    const post = await callConnections('POST', connectionId, { probe: 'early' });
    await writeReport(report, { get, post });
  }
  return { statusCode: 200 };
}

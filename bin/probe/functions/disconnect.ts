import { writeReport } from '../report.ts';

interface DisconnectEvent {
  readonly requestContext: { readonly connectionId: string } & Readonly<Record<string, unknown>>;
}

/** Reports the context of the event. */
export async function handler({ requestContext }: DisconnectEvent) {
  await writeReport(requestContext.connectionId, requestContext);
  return { statusCode: 200 };
}

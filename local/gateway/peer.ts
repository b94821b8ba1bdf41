import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { requestId } from './request-id.ts';

/** What `requestContext.authorizer` holds: the context as texts, `principalId` and `integrationLatency` (ms). */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

/** The far end of a socket, known from its handshake on and the same in every event. */
export interface Peer {
  readonly connectionId: string;
  /** Milliseconds since the epoch; of the handshake's start. */
  readonly connectedAt: number;
  readonly domainName: string;
  readonly identity: { readonly userAgent?: string; readonly sourceIp: string };
}

export function peerOf(request: IncomingMessage, clock: Clock): Peer {
  const userAgent = request.headers['user-agent'];
  return {
    connectionId: requestId(),
    connectedAt: clock.now(),
    domainName: request.headers.host ?? '',
    identity: {
      ...(userAgent === undefined ? {} : { userAgent }),
      sourceIp: request.socket.remoteAddress ?? '',
    },
  };
}

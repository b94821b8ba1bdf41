import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.ts';
import type { FaultOf, Faults } from '../faults.ts';
import type { GatewayLimits } from './limits.ts';
import type { SocketApi } from './socket-api.ts';
import type { TokenBucket } from './token-bucket.ts';

/** What the gateway is handed: the deployed API, the functions, and the account's IAM. */
export interface GatewayOptions {
  /** Asked at every use, so that a reloaded template acts at once on open sockets. */
  readonly api: () => SocketApi;
  /** Runs a function with an event; rejects when the function throws or times out. */
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** IAM for a signed `@connections` call: undefined when allowed, else the sentence of the 403. */
  readonly permit: (headers: IncomingHttpHeaders, action: string, resourceArn: string) => string | undefined;
  readonly clock: Clock;
  /** AWS's own where absent. */
  readonly limits?: Partial<GatewayLimits>;
  /** The account's requests, where something else takes from them too. */
  readonly requests?: TokenBucket;
  /** One line, never with a token, a text or a query string in it. */
  readonly log: (line: string) => void;
  /** The environment variable that a "port is taken" error names; PARLEY_SOCKET_PORT where absent. */
  readonly portVariable?: string;
  /** Of calls to `@connections`; absent where nothing fails. */
  readonly faultOf?: FaultOf;
  /** Of frames; absent where nothing fails. */
  readonly frameFault?: Faults['frame'];
}

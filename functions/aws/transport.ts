import type * as http from 'node:http';
import * as https from 'node:https';
import { hasArrived, poolConnections } from './connection-pool.ts';
import { NoResponse } from './errors.ts';

/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Header names and values, alternating. The transport adds only the header `connection`. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array;
}

/** A complete HTTP response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Reads headers only on request, because Node creates their object then, and most responses are a success. */
class LazyResponse implements HttpResponse {
  readonly body: Buffer;
  readonly #message: http.IncomingMessage;

  constructor(message: http.IncomingMessage, body: Buffer) {
    this.#message = message;
    this.body = body;
  }

  get status(): number {
    return this.#message.statusCode ?? 0;
  }

  get headers(): http.IncomingHttpHeaders {
    return this.#message.headers;
  }
}

export interface TransportOptions {
  /** Maximum number of requests in flight; further requests wait in order. Default 50, as in the AWS SDK. */
  readonly maxSockets?: number;
  /** Milliseconds without a byte from the service until a request fails. Default 5,000. */
  readonly silenceMs?: number;
  /**
   * Milliseconds for which an unused connection stays open. Default 50,000: AWS load balancers close it after 60,000.
   */
  readonly idleMs?: number;
}

/** No response of the services in use is larger: BatchGetItem returns up to 16 MB of items, written as JSON. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/** Whether an error means that the service closed the connection. */
const isClosed = (error: NodeJS.ErrnoException): boolean =>
  error.code === 'ECONNRESET' || error.code === 'EPIPE';

/** Sends requests to one origin over kept-alive connections. Follows no redirects. */
export class Transport {
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  readonly #options: http.RequestOptions;

  constructor(origin: URL, { maxSockets = 50, silenceMs = 5_000, idleMs = 50_000 }: TransportOptions = {}) {
    const secure = origin.protocol === 'https:';
    // An import of node:http would read all its exports at cold start, among them WebSocket, which loads undici.
    const { Agent, request } = secure ? https : process.getBuiltinModule('node:http');
    this.#agent = new Agent({ keepAlive: true, maxSockets });
    const onSilence = (silent: http.ClientRequest) =>
      silent.destroy(new NoResponse(`the service sent nothing for ${silenceMs / 1000} s`));
    poolConnections(this.#agent, { onSilence, silenceMs, idleMs });
    this.#request = request;
    this.#options = {
      host: origin.hostname.replace(/^\[|\]$/g, ''),
      port: origin.port || (secure ? 443 : 80),
      agent: this.#agent,
    };
  }

  /** @throws NoResponse when the connection breaks, or when the service sends nothing for too long */
  send(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => this.#send(request, resolve, reject, true));
  }

  /** Closes all connections. */
  close(): void {
    this.#agent.destroy();
  }

  #send(
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (error: NoResponse) => void,
    mayResend: boolean,
  ): void {
    const { method, path, headers, body } = request;
    const fail = (error: Error) =>
      reject(error instanceof NoResponse ? error : new NoResponse('the connection broke', { cause: error }));
    const sent = this.#request({ ...this.#options, method, path, headers });
    sent.once('response', (response) => readBody(response, resolve, fail));
    sent.on('error', (error) => {
      // The service may have closed a kept-alive connection while Lambda had frozen the function.
      const stale = sent.reusedSocket && isClosed(error) && !hasArrived(sent);
      if (stale && mayResend) this.#send(request, resolve, reject, false);
      else fail(error);
    });
    sent.end(body);
  }
}

function readBody(
  response: http.IncomingMessage,
  resolve: (response: HttpResponse) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) response.destroy(new NoResponse('the response is too large'));
    else chunks.push(chunk);
  });
  response.once('end', () => {
    const [first = NOTHING] = chunks;
    const body = chunks.length > 1 ? Buffer.concat(chunks) : first;
    resolve(new LazyResponse(response, body));
  });
  response.on('error', fail);
}

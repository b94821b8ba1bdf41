import { createServer, type IncomingMessage, type ServerResponse, type Server as WebServer } from 'node:http';
import type { Server } from 'node:net';

export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The name of a server in error messages, and the environment variable that sets its port. */
export interface ServerName {
  readonly name: string;
  readonly variable: string;
}

/** A listening HTTP server. */
export interface HttpServer {
  readonly port: number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/**
 * Serves HTTP on 127.0.0.1; port 0 picks a free one. When `serve` rejects, the client gets a 500 and `onError`
 * gets the error, unless the client disconnected first.
 * @throws when the port cannot be opened.
 */
export async function listen(
  port: number,
  name: ServerName,
  serve: Serve,
  onError: (error: unknown) => void,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (request.errored === null) onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // AWS SDK clients reuse idle sockets: closing one while a request is on its way would fail that request.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  return { port: await bind(server, port, name), close: () => closeServer(server) };
}

/**
 * Binds `server` to a loopback address and returns the port. Port 0 picks a free one.
 * @throws when the port cannot be opened, with the name of the variable to set.
 */
export function bind(server: Server, port: number, name: ServerName, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(startError(error, port, name));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.removeListener('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const bindAttempts = 10;

/**
 * Binds servers to 127.0.0.1 and, where the machine supports IPv6, to the same port of ::1, because `localhost`
 * resolves to either. Port 0 picks a port that is free on both.
 * @throws when the port cannot be opened.
 */
export async function bindLocalhost<S extends Server>(
  createServer: () => S,
  port: number,
  name: ServerName,
): Promise<{ readonly port: number; readonly servers: readonly S[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const ipv4 = createServer();
    const bound = await bind(ipv4, port, name);
    const ipv6 = createServer();
    try {
      await bind(ipv6, bound, name, '::1');
      return { port: bound, servers: [ipv4, ipv6] };
    } catch (error) {
      if (!(error instanceof Error && isInUse(error.cause))) return { port: bound, servers: [ipv4] };
      await new Promise((resolve) => ipv4.close(resolve));
      if (port !== 0 || attempt === bindAttempts) throw error;
    }
  }
}

/** Stops listening and cuts every connection. Does nothing if the server does not listen. */
export function closeServer(server: WebServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Returns the request's body. @throws when the client disconnects before the end. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  return (await readBodyUpTo(request, Number.POSITIVE_INFINITY)) ?? Buffer.alloc(0);
}

/**
 * Returns the request's body, or undefined if it has more than `limit` bytes. Reads a larger body to its end, so
 * that the client gets the answer and can reuse the socket.
 * @throws when the client disconnects before the end.
 */
export function readBodyUpTo(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    });
    request.once('error', reject);
    request.once('end', () => {
      const [first] = chunks;
      if (size > limit) resolve(undefined);
      else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
  });
}

/** Yields the name and value of each header in Node's flat `rawHeaders`, in the order sent. */
export function* headerPairs(raw: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    yield [name, value];
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function startError(error: NodeJS.ErrnoException, port: number, { name, variable }: ServerName): Error {
  const why = isInUse(error)
    ? `port ${port} is already in use. Stop the process that uses it or set ${variable}.`
    : `port ${port} cannot be opened (${error.code}). Set another port in ${variable}.`;
  return new Error(`${name} did not start: ${why}`, { cause: error });
}

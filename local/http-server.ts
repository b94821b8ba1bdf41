import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What a server is called in an error, and the setting that moves it to another port. */
export interface ServerName {
  readonly name: string;
  readonly variable: string;
}

/** An HTTP server on 127.0.0.1 only. */
export interface HttpServer {
  readonly port: number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1; port 0 takes any free one. Rejects with one clear line if the port is taken.
 * A request whose `serve` rejects is answered with 500, and `fail` is told.
 */
export async function listen(
  port: number,
  { name, variable }: ServerName,
  serve: Serve,
  fail: (error: unknown) => void,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A client that went away, such as an environment that was ended, is no failure of this server.
      if (request.errored === null) fail(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // An SDK client keeps its sockets: none may be closed under it while it is about to send.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(startError(error, name, port, variable)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The whole body of a request; rejects when the client went away before its end. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('error', reject);
    request.once('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function startError(error: NodeJS.ErrnoException, name: string, port: number, variable: string): Error {
  const why = error.code === 'EADDRINUSE' ? `port ${port} is taken` : error.message;
  return new Error(`${name} did not start: ${why}; stop what uses it or set ${variable}`, { cause: error });
}

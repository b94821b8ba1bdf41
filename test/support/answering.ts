import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A complete request. */
export interface Came {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

export interface Answering {
  readonly url: string;
  readonly came: readonly Came[];
  readonly server: Server;
}

/** Listens on loopback until the test ends. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Starts a server that passes each complete request to `answer`. It stops when the test ends. */
export async function answering(answer: (response: ServerResponse, came: Came) => void): Promise<Answering> {
  const came: Came[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers, socket } = request;
    const each = { method, path: url, headers, body: Buffer.concat(chunks).toString(), socket };
    came.push(each);
    answer(response, each);
  });
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}`, came, server };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

// The servers that benchmarks use as references, each in a child process, so that its CPU time is not counted. The
// argument selects the server. The process sends its port to the benchmark.

/** Answers every HTTP request immediately, as API Gateway answers a successful post. */
function startPostEndpoint() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, {
        'x-amzn-RequestId': 'L0SM9cOFvHcCIhw=',
        'Content-Type': 'application/json',
        'Content-Length': 0,
      });
      response.end();
    });
  });
  // On a busy machine, two rounds can be further apart than Node's default of five seconds.
  server.keepAliveTimeout = 0;
  return server.listen(0, '127.0.0.1');
}

/**
 * Sends each message to all connections of its room, in a frame about as long as Parley's. The server checks and
 * stores nothing, and sends no receipts.
 */
function startBroadcaster() {
  const rooms = new Map<string, Set<WebSocket>>();
  const at = new Date().toISOString();
  let last = 0;
  const encode = (text: string): Buffer => {
    const message_id = ++last;
    const author = { sender_id: 1, sender_email: 'user-1@example.com' };
    const message = { message_id, text, ...author, status: 'send', created_at: at, updated_at: at };
    return Buffer.from(JSON.stringify({ type: 'chat_message', message_id, message, seq: message_id }));
  };
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket, request) => {
    const room = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('room') ?? '';
    const members = rooms.get(room) ?? new Set();
    rooms.set(room, members.add(socket));
    socket.on('close', () => members.delete(socket));
    socket.on('message', (data) => {
      const { message } = JSON.parse(String(data)) as { readonly message: string };
      const frame = encode(message);
      for (const member of members) member.send(frame, { binary: false });
    });
  });
  return server;
}

const server = process.argv[2] === 'broadcaster' ? startBroadcaster() : startPostEndpoint();
server.once('listening', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());

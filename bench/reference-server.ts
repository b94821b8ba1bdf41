import { type WebSocket, WebSocketServer } from 'ws';

// The least that a chat server can do, in a process of its own: what comes by a socket goes to all of its room, in a
// frame that is as long as Parley's. It asks nobody, stores nothing and tells no receipt.

const rooms = new Map<string, Set<WebSocket>>();
const at = new Date().toISOString();
let last = 0;

function frameOf(text: string): string {
  const message_id = ++last;
  const author = { sender_id: 1, sender_email: 'user-1@example.com' };
  const message = { message_id, text, ...author, status: 'send', created_at: at, updated_at: at };
  return JSON.stringify({ type: 'chat_message', message_id, message, seq: message_id });
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? `ws://127.0.0.1:${address?.port}` : undefined);
});
server.on('connection', (socket, request) => {
  const room = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('room') ?? '';
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.on('close', () => members.delete(socket));
  socket.on('message', (data) => {
    const { message } = JSON.parse(String(data)) as { readonly message: string };
    // Encoded once for all.
    const bytes = Buffer.from(frameOf(message));
    for (const member of members) member.send(bytes, { binary: false });
  });
});
process.once('disconnect', () => process.exit());

import { connect as dial, type Socket } from 'node:net';

export const upgradeHeaders = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'DM+9PqsQtaZrN+IMZbWTzg==',
};

/** The bytes of an upgrade request. */
export function upgradeRequest(target = '/prod', more: readonly (readonly [string, string])[] = []): string {
  const headers = [['Host', '127.0.0.1'], ...Object.entries(upgradeHeaders), ...more];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends an upgrade over a plain socket, which can then be dropped at will. */
export function dialUpgrade(port: number, ...request: Parameters<typeof upgradeRequest>): Socket {
  const socket = dial(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(upgradeRequest(...request));
  return socket;
}

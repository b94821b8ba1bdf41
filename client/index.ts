/**
 * The typed client for Parley, for browsers and Node 22 and later.
 *
 * ```ts
 * const client = new ChatClient({ url: 'https://chat.example.com', token: () => freshToken() });
 * const room = client.room(1);
 * room.subscribe(() => show(room.state, room.messages, room.typers));
 * room.on('chat_message', ({ message }) => notify(message));
 * const stored = await room.send('Hello');
 * await room.edit(stored.message_id, 'Hello, Bob');
 * ```
 *
 * One socket serves all rooms. It is opened again whenever it is lost; each room then asks for what it missed, and what
 * was not answered is sent again, under the same client id. Fields are named as on the wire: `docs/protocol.md`.
 */
export { ChatClient } from './chat-client.ts';
export type { ChatClientOptions, ClientEvents } from './chat-client-options.ts';
export type { Token } from './credential.ts';
export { ChatClientError, type ErrorCode } from './errors.ts';
export type { State } from './link.ts';
export { type ChatStorage, type PendingChange, webStorage } from './outbox.ts';
export type { Presence } from './participants.ts';
export type { PendingMessage } from './pending-changes.ts';
export type { Room, SendOptions } from './room.ts';
export type { RoomEvents } from './room-core.ts';
export type { SocketClass } from './socket.ts';
export type { ProgressListener, UploadedFile } from './upload.ts';
export type {
  Activity,
  Change,
  Frame,
  FrameOf,
  Id,
  Message,
  RoomDetails,
  RoomSummary,
  RoomsPage,
  Status,
} from './wire.ts';

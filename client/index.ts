/**
 * The typed client for Parley, for browsers and Node 22 and later. `docs/client.md` is its guide.
 * Fields have the names of the wire protocol: see `docs/protocol.md`.
 * @module @your-org/parley/client
 */
export { ChatClient, type ChatClientOptions, type PageOptions } from './chat-client.ts';
export { ChatClientError, type ErrorCode } from './errors.ts';
export type { ClientEvents, RoomEvents, State } from './events.ts';
export { type ChatStorage, type PendingChange, webStorage } from './outbox.ts';
export type { Presence } from './participants.ts';
export type { PendingMessage } from './pending-changes.ts';
export {
  addMember,
  blocks,
  blockUser,
  deleteRoom,
  pinMessage,
  pins,
  removeMember,
  reportMessage,
  reports,
  resolveReports,
  searchMessages,
  setPreferences,
  unblockUser,
  unpinMessage,
  updateMember,
  updateRoom,
} from './requests.ts';
export type { Token, UploadedFile, UploadOptions } from './rest.ts';
export type { EditOptions, Room, SendOptions } from './room.ts';
export type { RoomList, RoomListState } from './room-list.ts';
export type { Socket, SocketClass } from './socket.ts';
export type {
  Activity,
  BlockedUser,
  Change,
  ChangeRequest,
  FoundMessages,
  Frame,
  FrameOf,
  Id,
  Member,
  MemberChange,
  MembersPage,
  Message,
  Preferences,
  Report,
  ReportedMessage,
  ReportsPage,
  RoomChange,
  RoomDetails,
  RoomSummary,
  RoomsPage,
  RoomUpdate,
  Status,
  UsersPage,
} from './wire.ts';
export { actorId, reactorsOf } from './wire.ts';

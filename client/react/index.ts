/**
 * React hooks for the client. `docs/react.md` is their guide.
 * @module @your-org/parley/react
 */
'use client';

export { keepRoomOpen } from './open-room.ts';
export { ChatProvider, useChatClient, useConnection, useUsers } from './provider.ts';
export {
  type Participant,
  useMembers,
  useMessages,
  usePresence,
  useReadBy,
  useRoom,
  useTyping,
} from './room.ts';
export { useRooms, useUnread } from './rooms.ts';
export { type UploadState, useUpload } from './upload.ts';
export { type ChatMessage, otherMember, type User } from './users.ts';

/**
 * The client of Parley's admin API, for backends. `docs/admin.md` is its guide.
 * @module @your-org/parley/server
 */
export {
  type AddedMembers,
  AdminClient,
  type AuditEntry,
  type ErasedRoom,
  type Erasure,
  type ExportOptions,
  type ExportPage,
  type FileLink,
  type ImportedLine,
  type ImportedUser,
  type ImportState,
  type ListOptions,
  type Member,
  type MemberChange,
  type Message,
  type MessageChange,
  type NewMember,
  type NewMessage,
  type NewRoom,
  type ReportedMessage,
  type ReportOptions,
  type Retention,
  type Room,
  type RoomChange,
  type User,
  type UserChange,
} from './admin-client.ts';
export { AdminError } from './errors.ts';
export type { AdminClientOptions, Credentials } from './signed-requests.ts';

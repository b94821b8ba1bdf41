/**
 * The client of Parley's admin API, for backends. `docs/admin.md` is its guide.
 * @module @your-org/parley/server
 */
export {
  type AddedMembers,
  AdminClient,
  type AuditEntry,
  type ListOptions,
  type Member,
  type Message,
  type NewMember,
  type NewMessage,
  type NewRoom,
  type Role,
  type Room,
  type User,
  type UserChange,
} from './admin-client.ts';
export { AdminError } from './errors.ts';
export type { AdminClientOptions, Credentials } from './signed-requests.ts';

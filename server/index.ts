/** The client of Parley's admin API, for backends. */
export {
  type AddedMembers,
  AdminClient,
  type ListOptions,
  type Member,
  type Message,
  type NewMember,
  type NewMessage,
  type NewRoom,
  type Role,
  type Room,
} from './admin-client.ts';
export { AdminError } from './errors.ts';
export type { AdminClientOptions, Credentials } from './signed-requests.ts';

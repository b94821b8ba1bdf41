import type * as v from 'valibot';
import { contentMessage } from '../../dialects/content/content.ts';
import { wireId } from '../../dialects/frame.ts';
import type {
  memberShape,
  messageShape,
  roomShape,
  summaryShape,
  userShape,
} from '../../dialects/rest/schema.ts';
import type { Member, User } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import type { Room } from '../../domain/room.ts';
import type { NamedMember } from '../../rooms/describe-room.ts';
import type { RoomSummary } from '../../rooms/summarize-room.ts';

type Wire<S extends v.GenericSchema> = v.InferOutput<S>;

export const wireUser = ({ id, username, email, userType }: User): Wire<typeof userShape> => ({
  id: wireId(id),
  username,
  email,
  user_type: userType,
});

/** S2's message, and what its sockets do not tell. */
export const wireMessage = (message: Message): Wire<typeof messageShape> => ({
  ...contentMessage(message),
  type: message.type,
  status: message.status,
  edited: message.editedAt !== undefined,
  ...(message.deletedAt !== undefined && { deleted: true as const }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
});

const isoOrNull = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null);

export const wireMember = (member: Member & Partial<NamedMember>, now: number): Wire<typeof memberShape> => ({
  user_id: wireId(member.user),
  username: member.profile?.username ?? null,
  role: member.role,
  muted_until: member.mutedUntil > now ? isoOrNull(member.mutedUntil) : null,
  online: member.profile?.online ?? false,
  last_seen: member.profile?.lastSeen ?? null,
});

export const wireRoom = ({ id, name, kind, access }: Room): Wire<typeof roomShape> => ({
  id: wireId(id),
  name,
  kind,
  access,
});

export const wireSummary = (summary: RoomSummary): Wire<typeof summaryShape> => ({
  ...wireRoom(summary.room),
  unread: summary.unread,
  unread_capped: summary.unreadCapped,
  last_message: summary.lastMessage ? wireMessage(summary.lastMessage) : null,
  last_at: isoOrNull(summary.lastAt),
});

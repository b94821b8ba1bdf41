import type { Message } from '../../domain/message.ts';
import type { View } from '../dialect.ts';
import { wireFile, wireId } from '../frame.ts';

/** S0 and S1 call a stored message that nobody else has got yet `send`. */
export const wireStatus = { sent: 'send', delivered: 'delivered', read: 'read' } as const;

const wireReactions = (reactions: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(reactions).map(([emoji, users]) => [emoji, users.map(wireId)]));

/** A message as a viewer sees it. */
export const wireMessage = (message: Message, { viewer }: View) => ({
  message_id: message.id,
  text: message.text,
  sender_id: wireId(message.author.id),
  sender_email: message.author.email,
  status: wireStatus[message.status],
  created_at: message.createdAt,
  updated_at: message.updatedAt,
  ...(message.type !== 'text' && { type: message.type }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
  ...(message.editedAt !== undefined && { edited: true }),
  ...(message.deletedAt !== undefined && { deleted: true }),
  ...(message.file && wireFile(message.room, message.file)),
  ...(message.reactions && { reactions: wireReactions(message.reactions) }),
  ...(viewer === message.author.id && message.clientId !== undefined && { client_id: message.clientId }),
});

import { messagesToAcknowledge, receiptAudience, statusAtRecipient } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import type { Message, Status } from '../domain/message.ts';
import { raiseStatus, withReaders } from '../store/messages.ts';
import { isoTime, type PostingContext } from './context.ts';
import { type Audience, post } from './publish.ts';

/**
 * Raises the status of a message, and posts receipts to the connections that get them. Does nothing if the message
 * already has this status. A message that goes from sent to read gets one update and both receipts, because clients of
 * the contracts S0 and S1 expect "delivered" before "read".
 */
export async function acknowledge(
  message: Message,
  status: Status,
  audience: Audience,
  context: PostingContext,
): Promise<void> {
  const raised = await raiseStatus(context.db, message, status, isoTime(context.now()));
  if (!raised) return;
  const { room } = message;
  const receivers = receiptAudience(message.author, await audience());
  const readers = [...new Set(receivers.map(({ user }) => user.id))];
  const [read = raised] = await withReaders(context.db, [raised], readers);
  if (message.status === 'sent') {
    const delivered = { ...read, status: 'delivered' } as const;
    await post({ kind: 'MessageDelivered', room, message: delivered }, receivers, context);
  }
  if (status === 'read') await post({ kind: 'MessageRead', room, message: read }, receivers, context);
}

/** Acknowledges messages that a connection got: as read if the connection reads automatically, else as delivered. */
export async function acknowledgeAll(
  messages: readonly Message[],
  connection: Connection,
  audience: Audience,
  context: PostingContext,
): Promise<void> {
  const status = statusAtRecipient(connection);
  const pending = messagesToAcknowledge(connection, messages);
  await Promise.all(pending.map((message) => acknowledge(message, status, audience, context)));
}

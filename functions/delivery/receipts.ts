import { receiptAudience, statusAtRecipient } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import type { Message, Status } from '../domain/message.ts';
import { raiseStatus } from '../store/messages.ts';
import type { Audience } from './audience.ts';
import { isoTime } from './context.ts';
import type { PostingContext } from './leave.ts';
import { post } from './publish.ts';

/**
 * Notes that a message was delivered, or read, and tells those who follow its receipts. S0 and S1 see a message that is
 * read at once delivered first, so both are told, though one update stores them.
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
  const to = receiptAudience(message.author.id, await audience());
  if (message.status === 'sent') {
    const delivered = { ...raised, status: 'delivered' } as const;
    await post({ kind: 'MessageDelivered', room, message: delivered }, to, context);
  }
  if (status === 'read') await post({ kind: 'MessageRead', room, message: raised }, to, context);
}

/** Notes that messages have come as far as a connection. */
export async function acknowledgeAll(
  messages: readonly Message[],
  connection: Connection,
  audience: Audience,
  context: PostingContext,
): Promise<void> {
  const status = statusAtRecipient(connection);
  await Promise.all(messages.map((message) => acknowledge(message, status, audience, context)));
}

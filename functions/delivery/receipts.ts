import { messagesToAcknowledge, receiptAudience, statusAtRecipient } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import { actorId } from '../domain/member.ts';
import type { Message, Status } from '../domain/message.ts';
import { raiseStatus, withReaders } from '../store/messages.ts';
import { isoTime, type PostingContext } from './context.ts';
import { type Audience, post } from './publish.ts';

/**
 * Posts the receipts of one message to the connections that get all of them. A message that goes from sent to read gets
 * both receipts, because clients of the contracts S0 and S1 expect "delivered" before "read".
 */
async function postReceipts(
  before: Status,
  message: Message,
  connections: readonly Connection[],
  context: PostingContext,
): Promise<void> {
  const { room, status } = message;
  const audience = receiptAudience(message.author, connections);
  const receivers = audience.filter(({ receipts }) => receipts !== 'author');
  if (receivers.length === 0) return;
  const readers = [...new Set(receivers.map(({ user }) => user.id))];
  const [read = message] = await withReaders(context.db, [message], readers);
  if (before === 'sent') {
    const delivered = { ...read, status: 'delivered' } as const;
    await post({ kind: 'MessageDelivered', room, message: delivered }, receivers, context);
  }
  if (status === 'read') await post({ kind: 'MessageRead', room, message: read }, receivers, context);
}

/** Posts one event to each author's connections with `receipts=author`, for the last of the author's messages. */
async function postToAuthors(
  messages: readonly Message[],
  connections: readonly Connection[],
  context: PostingContext,
): Promise<void> {
  const ascending = messages.toSorted((one, other) => one.id - other.id);
  const lastByAuthor = new Map(ascending.map((message) => [actorId(message.author), message]));
  const postToAuthor = ({ author, room, id, status }: Message) => {
    const audience = receiptAudience(author, connections);
    const receivers = audience.filter(({ receipts }) => receipts === 'author');
    return post({ kind: 'Acknowledged', room, messageId: id, status }, receivers, context);
  };
  await Promise.all([...lastByAuthor.values()].map(postToAuthor));
}

/**
 * Raises the status of messages of one room, and posts receipts to the connections that get them. Leaves out the
 * messages that have this status already.
 * @throws the first error, after everything else is done
 */
export async function acknowledge(
  messages: readonly Message[],
  status: Status,
  audience: Audience,
  context: PostingContext,
): Promise<void> {
  const raising = messages.map(async (message) => {
    const raised = await raiseStatus(context.db, message, status, isoTime(context.now()));
    if (raised) await postReceipts(message.status, raised, await audience(), context);
    return raised;
  });
  const settled = await Promise.allSettled(raising);
  const raised = settled.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : []));
  if (raised.length > 0) await postToAuthors(raised, await audience(), context);
  await Promise.all(raising);
}

/** Acknowledges messages that a connection got: as read if the connection reads automatically, else as delivered. */
export const acknowledgeReceived = (
  messages: readonly Message[],
  connection: Connection,
  audience: Audience,
  context: PostingContext,
): Promise<void> =>
  acknowledge(messagesToAcknowledge(connection, messages), statusAtRecipient(connection), audience, context);

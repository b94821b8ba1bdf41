import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { acknowledge } from '../delivery/receipts.ts';
import type { Session } from '../domain/connection.ts';
import { statusFrom } from '../domain/receipt.ts';
import type { Stored } from './store-message.ts';

/**
 * Posts a stored message to its room, then tells those who follow its receipts how far it has come. What a fan-out has
 * been asked for, it tells itself.
 * @param caller the connection that the message came by, if any
 */
export async function publishMessage(
  { message, room }: Pick<Stored, 'message' | 'room'>,
  caller: Session | undefined,
  context: Context,
): Promise<void> {
  const sent = { kind: 'MessageSent', room: room.id, message, seq: message.id } as const;
  const { delivered, audience } = await publish(sent, room, caller, context);
  const status = statusFrom(message.author.id, delivered);
  if (status !== 'sent') await acknowledge(message, status, audience, context);
}

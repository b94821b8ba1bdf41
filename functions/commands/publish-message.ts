import type { Connection } from '../domain/connection.ts';
import { statusFrom } from '../domain/receipt.ts';
import { acknowledge } from './acknowledge.ts';
import type { Parts } from './parts.ts';
import { publish } from './publish.ts';
import type { Stored } from './store-message.ts';

/** Posts a stored message to an audience, then tells those who follow its receipts how far it has come. */
export async function publishMessage(
  { message, room }: Pick<Stored, 'message' | 'room'>,
  audience: readonly Connection[],
  parts: Parts,
): Promise<void> {
  const sent = { kind: 'MessageSent', room: room.id, message, seq: message.id } as const;
  const taken = await publish(sent, audience, parts);
  const status = statusFrom(message.author.id, taken);
  if (status !== 'sent') await acknowledge(message, status, audience, parts);
}

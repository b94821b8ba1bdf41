import type { Context } from '../delivery/context.ts';
import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { publishMessage } from './publish-message.ts';
import { storeMessage } from './store-message.ts';

/**
 * Stores a message, then posts it to the room, its sender included, then tells how far it has come. A repeat stores
 * nothing, and is answered to its sender alone with the message as it is now.
 * @throws what `storeMessage` throws
 */
export async function sendMessage(
  command: SendMessage,
  session: Session,
  context: Context,
): Promise<Event[]> {
  const stored = await storeMessage(command, session, context);
  const { message, room } = stored;
  if (stored.repeated) return [{ kind: 'MessageSent', room: room.id, message, seq: message.id }];
  await publishMessage(stored, session, context);
  return [];
}

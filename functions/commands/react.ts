import type { Context } from '../delivery/context.ts';
import type { React } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Service } from '../rooms/access.ts';
import { effectOfReaction } from '../store/reaction-readers.ts';
import { changeMessage } from './change-message.ts';

/**
 * Adds or removes the user's emoji on a message. Any member may.
 * @throws ChatError TOO_MANY_REACTIONS, and what `changeMessage` throws
 */
export function react(command: React, session: Session | Service, context: Context): Promise<Event[]> {
  const { emoji, remove: removed } = command;
  const reaction = { emoji, removed, by: session.user.id };
  return changeMessage(command, session, context, {
    fields: { kind: 'react', emoji, removed },
    check: () => undefined,
    whenFull: 'TOO_MANY_REACTIONS',
    effectOn: (message) => effectOfReaction(context.db, message, reaction),
  });
}

/**
 * Removes an emoji of a user from a message, for a backend of the team. Returns whether it was there.
 * @throws what `react` throws
 */
export async function removeEmoji(
  { message, emoji }: Pick<React, 'message' | 'emoji'>,
  of: Service,
  context: Context,
): Promise<boolean> {
  const unchanged = await react({ kind: 'React', message, emoji, remove: true }, of, context);
  return unchanged.length === 0;
}

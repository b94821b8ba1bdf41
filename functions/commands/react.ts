import type { Context } from '../delivery/context.ts';
import type { React } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Reaction } from '../domain/message.ts';
import { changeMessage } from './change-message.ts';

/** Puts an emoji under a message, or takes it back, and tells the room: any member may. @throws what `changeMessage` throws */
export async function react(command: React, session: Session, context: Context): Promise<Event[]> {
  const room = command.room ?? session.room;
  return changeMessage<Reaction>(command, session, context, {
    fields: { kind: 'react', emoji: command.emoji, removed: command.remove },
    counted: 'change',
    check: () => undefined,
    told: (message, { seq, by, emoji, removed }) => ({
      kind: 'MessageReacted',
      room,
      message,
      seq,
      by,
      emoji,
      removed,
    }),
  });
}

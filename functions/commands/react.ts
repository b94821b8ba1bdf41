import type { Context } from '../delivery/context.ts';
import type { React } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { changeMessage } from './change-message.ts';

/** Adds or removes the user's emoji on a message. Any member may. @throws what `changeMessage` throws */
export const react = (command: React, session: Session, context: Context): Promise<Event[]> =>
  changeMessage(command, session, context, {
    fields: { kind: 'react', emoji: command.emoji, removed: command.remove },
    check: () => undefined,
  });

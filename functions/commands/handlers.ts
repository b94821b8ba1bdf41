import type { Context, TokenContext } from '../delivery/context.ts';
import type { Command } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { authenticate } from './authenticate.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { joinRoom } from './join-room.ts';
import { leaveRoom } from './leave-room.ts';
import { loadHistory } from './load-history.ts';
import { markSeen } from './mark-seen.ts';
import { ping } from './ping.ts';
import { react } from './react.ts';
import { sendMessage } from './send-message.ts';
import { setTyping } from './set-typing.ts';
import { sync } from './sync.ts';

/** Executes one kind of command. The returned events are posted to the connection that sent the command. */
export type Handler<C extends Command, P> = (command: C, session: Session, context: P) => Promise<Event[]>;

/** The handler for each kind of command. */
export type Handlers<P> = {
  readonly [K in Command['kind']]: Handler<Extract<Command, { kind: K }>, P>;
};

/** All handlers. A Lambda function for one command imports only its handler, so its bundle stays small. */
export const handlers: Handlers<Context & TokenContext> = {
  SendMessage: sendMessage,
  EditMessage: editMessage,
  DeleteMessage: deleteMessage,
  React: react,
  MarkSeen: markSeen,
  SetTyping: setTyping,
  LoadHistory: loadHistory,
  Sync: sync,
  Ping: ping,
  JoinRoom: joinRoom,
  LeaveRoom: leaveRoom,
  Authenticate: authenticate,
};

import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type { Handler, Handlers } from '../commands/handlers.ts';
import { withCurrentToken } from '../connections/lifecycle.ts';
import type { Context } from '../delivery/context.ts';
import { post } from '../delivery/publish.ts';
import { expireSession } from '../delivery/remove-connections.ts';
import { close } from '../delivery/retry.ts';
import { FrameError } from '../dialects/dialect.ts';
import { dialectOf } from '../dialects/registry.ts';
import type { Command } from '../domain/command.ts';
import { hasValidToken, mayBeOpening, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { guestNamed } from '../domain/member.ts';
import { isInbox } from '../domain/room.ts';
import { countRefusal } from './metrics.ts';
import { invocationError, logFault } from './runtime.ts';
import { sessionOf } from './session.ts';

const TOO_OFTEN =
  'Too many requests: this connection sends this frame too often. Wait a moment, then try again.';

const clientIdOf = (command: Command | undefined): string | undefined =>
  command && 'clientId' in command ? command.clientId : undefined;

const roomOf = (command: Command | undefined): string | undefined =>
  command && 'room' in command ? command.room : undefined;

function refusal(error: unknown, session: Session, command: Command | undefined): Event {
  const { code, message, retryAfterMs } = error instanceof ChatError ? error : new ChatError('INTERNAL');
  const clientId = error instanceof FrameError ? error.clientId : clientIdOf(command);
  return {
    kind: 'Refused',
    room: roomOf(command) ?? session.room,
    code,
    reason: message,
    ...(clientId !== undefined && { clientId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** @throws ChatError ROOM_REQUIRED for a command about a room that arrives on an inbox socket and names no room */
function checkNamesRoom(command: Command, session: Session): void {
  const needsNoRoom = command.kind === 'Ping' || command.kind === 'Authenticate';
  if (isInbox(session.room) && roomOf(command) === undefined && !needsNoRoom) {
    throw new ChatError('ROOM_REQUIRED');
  }
}

/** @throws ChatError RATE_LIMITED for a command that the connection has sent too often */
function checkBudget(command: Command, session: Session, { budgets, now }: Context): void {
  const waitMs = budgets.takeCommand(session, command, now());
  if (waitMs > 0) throw new ChatError('RATE_LIMITED', TOO_OFTEN, waitMs);
}

/**
 * Returns the session that a command runs under. A guest's frame may say in whose name it is sent.
 * @throws ChatError WRONG_USER for a reserved id, BAD_FRAME for a name with invisible characters
 */
function commandSession(session: Session, command: Command): Session {
  const author = 'author' in command ? command.author : undefined;
  if (author === undefined || author === session.user.id || !session.user.guest) return session;
  return { ...session, user: guestNamed(author) };
}

async function run<C extends Command, P extends Context>(
  command: C,
  session: Session,
  context: P,
  handlers: Partial<Handlers<P>>,
): Promise<Event[]> {
  const handler = handlers[command.kind] as Handler<C, P> | undefined;
  if (!handler) throw new ChatError('UNKNOWN_ACTION');
  return handler(command, commandSession(session, command), context);
}

async function answersTo<P extends Context>(
  body: string,
  session: Session,
  context: P,
  handlers: Partial<Handlers<P>>,
  onFault: (error: unknown) => void,
): Promise<Event[]> {
  let command: Command | undefined;
  try {
    command = dialectOf(session).decode(body, session.user);
    checkNamesRoom(command, session);
    checkBudget(command, session, context);
    return await run(command, session, context, handlers);
  } catch (error) {
    if (!(error instanceof ChatError)) onFault(error);
    return [refusal(error, session, command)];
  }
}

/**
 * Creates the Lambda handler of a WebSocket route: decodes a frame, runs its command and posts the answers. It returns
 * 200 for refused frames too, because the client gets an error frame. It closes a connection whose frames are refused
 * too often. It throws only if it cannot post an answer, and then API Gateway sends its own error frame.
 */
export function serveFrames<P extends Context>(handlers: Partial<Handlers<P>>, createContext: () => P) {
  return async ({
    requestContext,
    body,
  }: APIGatewayProxyWebsocketEventV2): Promise<APIGatewayProxyResult> => {
    const onFault = (error: unknown) => logFault(requestContext.routeKey, error, requestContext.requestId);
    const served = { statusCode: 200, body: '' };
    try {
      const opened = sessionOf(requestContext);
      const context = createContext();
      if (opened.refusal !== undefined) {
        // `welcome` closes a refused connection. Until then, the connection can do nothing. If the close failed, the
        // next frame closes it.
        if (!mayBeOpening(opened, context.now())) await close(opened.id, context.poster);
        return served;
      }
      const session = await withCurrentToken(opened, context);
      if (!hasValidToken(session, context.now())) {
        await expireSession(session, context);
        return served;
      }
      // Ignore frames that were on their way when the connection was closed.
      if (context.budgets.isRefused(session.id, context.now())) return served;
      for (const answer of await answersTo(body ?? '', session, context, handlers, onFault)) {
        await post(answer, [session], context);
        if (answer.kind !== 'Refused') continue;
        // `onFault` has counted an INTERNAL.
        if (answer.code !== 'INTERNAL') countRefusal(answer.code);
        if (context.budgets.refuse(session.id, context.now())) {
          await close(session.id, context.poster);
        }
      }
      return served;
    } catch (error) {
      onFault(error);
      throw invocationError('Frame not answered: see the log of this request.');
    }
  };
}

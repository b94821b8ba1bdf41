import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { withCurrentToken } from '../connections/lifecycle.ts';
import type { Context } from '../delivery/context.ts';
import { post } from '../delivery/post.ts';
import { expireSession } from '../delivery/remove-connections.ts';
import { FrameError } from '../dialects/dialect.ts';
import { dialectOf } from '../dialects/registry.ts';
import type { Command } from '../domain/command.ts';
import { hasValidToken, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { isInbox } from '../domain/room.ts';
import { invocationError, logFault } from './runtime.ts';
import { sessionOf } from './session.ts';

/** What a command does; the events that it returns are its answer, for the connection that asked. */
type Run<C extends Command, P extends Context> = (
  command: C,
  session: Session,
  context: P,
) => Promise<Event[]>;

/** The commands that a function serves, and no others are in its bundle. */
export type Runs<P extends Context = Context> = {
  readonly [K in Command['kind']]?: Run<Extract<Command, { kind: K }>, P>;
};

const clientIdOf = (command: Command | undefined): string | undefined =>
  command && 'clientId' in command ? command.clientId : undefined;

function refusal(error: unknown, session: Session, command: Command | undefined): Event {
  const known = error instanceof ChatError ? error : new ChatError('INTERNAL');
  const clientId = error instanceof FrameError ? error.clientId : clientIdOf(command);
  return {
    kind: 'Refused',
    room: (command && 'room' in command ? command.room : undefined) ?? session.room,
    code: known.code,
    reason: known.message,
    ...(clientId !== undefined && { clientId }),
    ...(known.retryAfterMs !== undefined && { retryAfterMs: known.retryAfterMs }),
  };
}

/** @throws ChatError ROOM_REQUIRED for a command about a room that arrives on an inbox socket and names no room */
function checkNamesRoom(command: Command, session: Session): void {
  if (!isInbox(session.room) || ('room' in command && command.room !== undefined)) return;
  if (command.kind === 'Ping' || command.kind === 'Authenticate') return;
  throw new ChatError('ROOM_REQUIRED');
}

async function run<C extends Command, P extends Context>(
  command: C,
  session: Session,
  context: P,
  runs: Runs<P>,
): Promise<Event[]> {
  const served = runs[command.kind] as Run<C, P> | undefined;
  if (!served) throw new ChatError('UNKNOWN_ACTION');
  return served(command, session, context);
}

/** A guest's word for who they are counts, for the frame that says so. */
function speaking(session: Session, command: Command): Session {
  const author = 'author' in command ? command.author : undefined;
  if (author === undefined || !session.guest) return session;
  return { ...session, user: { id: author, username: author, email: '', userType: '', guest: true } };
}

async function answersTo<P extends Context>(
  body: string,
  session: Session,
  context: P,
  runs: Runs<P>,
  onFault: (error: unknown) => void,
): Promise<Event[]> {
  let command: Command | undefined;
  try {
    command = dialectOf(session).decode(body, session);
    checkNamesRoom(command, session);
    return await run(command, speaking(session, command), context, runs);
  } catch (error) {
    if (!(error instanceof ChatError)) onFault(error);
    return [refusal(error, session, command)];
  }
}

async function serve<P extends Context>(
  body: string,
  opened: Session,
  context: P,
  runs: Runs<P>,
  onFault: (error: unknown) => void,
): Promise<void> {
  const session = await withCurrentToken(opened, context);
  if (!hasValidToken(session, context.now())) return expireSession(session, context);
  for (const answer of await answersTo(body, session, context, runs, onFault)) {
    await post(answer, [session], context);
  }
}

/**
 * Makes the handler of a route: frame in, command run, answer posted. It returns 200 whatever happened, since a refusal
 * is told by a frame; only where not even that could be posted it throws, and the client gets the gateway's own error.
 */
export function serveFrames<P extends Context>(runs: Runs<P>, createContext: () => P) {
  return async ({
    requestContext,
    body,
  }: APIGatewayProxyWebsocketEventV2): Promise<APIGatewayProxyResult> => {
    const onFault = (error: unknown) => logFault(requestContext.routeKey, error, requestContext.requestId);
    try {
      const session = sessionOf(requestContext);
      // It is closed by its welcome; until then it can do nothing.
      if (session.turnedAway !== undefined) return { statusCode: 200, body: '' };
      await serve(body ?? '', session, createContext(), runs, onFault);
    } catch (error) {
      onFault(error);
      throw invocationError('Frame not answered: see the log of this request');
    }
    return { statusCode: 200, body: '' };
  };
}

import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { deliver } from '../broadcast/deliver.ts';
import type { Parts } from '../commands/parts.ts';
import { FrameError } from '../dialects/dialect.ts';
import { dialectOf } from '../dialects/registry.ts';
import type { Command } from '../domain/command.ts';
import { authentic, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { logFault, reported } from './fault.ts';
import { publishingParts } from './parts.ts';
import { sessionOf } from './session.ts';

/** What a command does; the events that it returns are its answer, for the connection that asked. */
type Run<C extends Command> = (command: C, session: Session, parts: Parts) => Promise<Event[]>;

/** The commands that a function serves, and no others are in its bundle. */
export type Runs = { readonly [K in Command['kind']]?: Run<Extract<Command, { kind: K }>> };

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
  };
}

async function run<C extends Command>(
  command: C,
  session: Session,
  parts: Parts,
  runs: Runs,
): Promise<Event[]> {
  const served = runs[command.kind] as Run<C> | undefined;
  if (!served) throw new ChatError('UNKNOWN_ACTION');
  return served(command, session, parts);
}

async function answersTo(
  body: string,
  session: Session,
  parts: Parts,
  runs: Runs,
  onFault: (error: unknown) => void,
): Promise<Event[]> {
  let command: Command | undefined;
  try {
    if (!authentic(session, parts.now())) throw new ChatError('TOKEN_EXPIRED');
    command = dialectOf(session).decode(body);
    return await run(command, session, parts, runs);
  } catch (error) {
    if (!(error instanceof ChatError)) onFault(error);
    return [refusal(error, session, command)];
  }
}

/**
 * Makes the handler of a route: frame in, command run, answer posted. It returns 200 whatever happened, since a refusal
 * is told by a frame; only where not even that could be posted it throws, and the client gets the gateway's own error.
 */
export function serveFrames(runs: Runs) {
  return async ({
    requestContext,
    body,
  }: APIGatewayProxyWebsocketEventV2): Promise<APIGatewayProxyResult> => {
    const onFault = (error: unknown) => logFault(requestContext.routeKey, error, requestContext.requestId);
    try {
      const session = sessionOf(requestContext);
      const parts = publishingParts();
      for (const answer of await answersTo(body ?? '', session, parts, runs, onFault)) {
        await deliver(answer, [session], parts.poster);
      }
      if (!authentic(session, parts.now())) await parts.poster.close(session.id);
    } catch (error) {
      onFault(error);
      throw reported('Frame not answered: see the log of this request');
    }
    return { statusCode: 200, body: '' };
  };
}

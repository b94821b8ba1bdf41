import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { handlers } from '../functions/commands/handlers.ts';
import { connect, disconnect } from '../functions/connections/lifecycle.ts';
import { welcome } from '../functions/connections/welcome.ts';
import { serveFrames } from '../functions/gateway/frames.ts';
import { sessionContext } from '../functions/gateway/session.ts';
import { type CountedRoom, type Counts, OWN_MESSAGE, openCountedRoom, SAID, TEXT } from './counted-room.ts';

/** Sends a frame through the very handler that a Lambda has. */
export type SendFrame = (frame: object) => Promise<unknown>;

type Counted = (room: CountedRoom, send: SendFrame) => Promise<unknown>;

const frame =
  (fields: object): Counted =>
  (_room, send) =>
    send(fields);

/** What is counted, in this order: a later one finds what an earlier one has done. */
const counted = {
  send: frame({ action: 'send', message: TEXT }),
  'send with client_id': frame({ action: 'send', message: TEXT, client_id: 'c-1' }),
  'send again': frame({ action: 'send', message: TEXT, client_id: 'c-1' }),
  edit: frame({ action: 'edit', message_id: OWN_MESSAGE, text: TEXT }),
  react: frame({ action: 'react', message_id: OWN_MESSAGE, emoji: '👍' }),
  delete: frame({ action: 'delete', message_id: OWN_MESSAGE }),
  seen: frame({ action: 'seen', message_id: SAID - 1 }),
  typing: frame({ action: 'typing', typing: true }),
  'history, 50 messages': frame({ action: 'history' }),
  'sync, 10 changes': frame({ action: 'sync', since: SAID - 5 }),
  ping: frame({ action: 'ping' }),
  authenticate: frame({ action: 'authenticate', token: 'a-token' }),
  'join another room': frame({ action: 'join', room_id: 'another' }),
  'leave it': frame({ action: 'leave', room_id: 'another' }),
  $disconnect: ({ session, parts }) => disconnect({ user: session.user.id, id: session.id }, parts),
  $connect: ({ session, parts }) => connect(session, parts, async () => undefined),
  welcome: ({ session, parts }) =>
    welcome(session, parts, (error) => {
      throw error;
    }),
} satisfies Record<string, Counted>;

/** What is counted by its name. */
export type CountedName = keyof typeof counted;

/** The handler of frames, with all commands that there are. */
export function handlerOf({ session, parts }: CountedRoom): SendFrame {
  const handler = serveFrames(handlers, () => parts);
  const authorizer = { ...sessionContext(session), principalId: session.user.id };
  const requestContext = { connectionId: session.id, connectedAt: session.connectedAt, authorizer };
  return (body) =>
    handler({
      requestContext: { routeKey: '$default', requestId: 'r=', ...requestContext },
      body: JSON.stringify(body),
    } as unknown as APIGatewayProxyWebsocketEventV2);
}

/** What commands cost in a room of so many connections: all of them, or those that are named. */
export async function countCommands(
  people: number,
  names: readonly CountedName[] = Object.keys(counted) as CountedName[],
): Promise<ReadonlyMap<CountedName, Counts>> {
  const room = await openCountedRoom(people);
  try {
    const send = handlerOf(room);
    const counts = new Map<CountedName, Counts>();
    for (const name of names) {
      counts.set(name, await room.count(() => counted[name](room, send)));
    }
    return counts;
  } finally {
    await room.close();
  }
}

import type { TestStack } from './stack.ts';
import { connect, type WsClient } from './ws-client.ts';

export type Frame = Record<string, unknown> & {
  readonly type?: string;
  readonly message?: Record<string, unknown>;
};

const isFrame = (frame: unknown): frame is Frame =>
  typeof frame === 'object' && frame !== null && !Array.isArray(frame);

/** Matches frames of a type that satisfy a predicate. */
export const typed =
  (type: string, fits: (frame: Frame) => boolean = () => true) =>
  (frame: unknown): boolean =>
    isFrame(frame) && frame.type === type && fits(frame);

/** Matches the echo of a text. */
export const said = (text: string) => typed('chat_message', (frame) => frame.message?.['text'] === text);

export interface Chatter extends WsClient {
  /** The messages received on connect, newest first. */
  readonly history: readonly Record<string, unknown>[];
  /** Waits for a frame of a type. */
  take(type: string, fits?: (frame: Frame) => boolean): Promise<Frame>;
  /** Sends a text and waits for its echo. Resolves to the stored message. */
  say(text: string, more?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

function chatterOf(client: WsClient, history: Chatter['history']): Chatter {
  const take = async (type: string, fits?: (frame: Frame) => boolean) =>
    (await client.next(typed(type, fits))) as Frame;
  return Object.assign(Object.create(client) as WsClient, {
    history,
    take,
    async say(text: string, more: Record<string, unknown> = {}) {
      client.send({ action: 'send', message: text, ...more });
      const { message } = (await client.next(said(text))) as Frame;
      return message ?? {};
    },
  });
}

/** Connects a demo user as an S0 client and waits for the history. */
export async function enter(stack: TestStack, username: string, query = 'room=1'): Promise<Chatter> {
  const token = await stack.token(username);
  const headers = { Authorization: `Bearer ${token}` };
  const client = await connect(`${stack.socketUrl}?${query}`, { headers });
  return chatterOf(client, (await client.next(Array.isArray)) as Chatter['history']);
}

/** Opens an inbox for a demo user and waits until it covers all rooms. */
export async function enterInbox(stack: TestStack, username: string, query = ''): Promise<Chatter> {
  const headers = { Authorization: `Bearer ${await stack.token(username)}` };
  const client = await connect(`${stack.socketUrl}${query}`, { headers });
  await client.next(typed('inbox'));
  return chatterOf(client, []);
}

/** Joins a room and waits for the answer. */
export async function join(who: Chatter, room: string): Promise<Frame> {
  who.send({ action: 'join', room_id: room });
  return who.take('joined', ({ room_id }) => String(room_id) === room);
}

/** Returns all received frames of a type. */
export const heard = (who: WsClient, type: string): readonly Frame[] =>
  who.frames().filter(typed(type)) as readonly Frame[];

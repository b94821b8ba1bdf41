import type { TestStack } from './stack.ts';
import { connect, type WsClient } from './ws-client.ts';

export type Frame = Record<string, unknown> & {
  readonly type?: string;
  readonly message?: Record<string, unknown>;
};

const isFrame = (frame: unknown): frame is Frame =>
  typeof frame === 'object' && frame !== null && !Array.isArray(frame);

/** Whether a frame has a type, and what is asked of it beside. */
export const typed =
  (type: string, fits: (frame: Frame) => boolean = () => true) =>
  (frame: unknown): boolean =>
    isFrame(frame) && frame.type === type && fits(frame);

/** The frame that says that a text was stored. */
export const said = (text: string) => typed('chat_message', (frame) => frame.message?.['text'] === text);

export interface Chatter extends WsClient {
  /** What came on connect, newest first. */
  readonly history: readonly Record<string, unknown>[];
  /** Waits for a frame of a type. */
  take(type: string, fits?: (frame: Frame) => boolean): Promise<Frame>;
  /** Sends a text and waits for its echo; resolves to the message as it was stored. */
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

/** Connects a demo user as a client of S0 does, and waits for the history. */
export async function enter(stack: TestStack, username: string, query = 'room=1'): Promise<Chatter> {
  const token = await stack.token(username);
  const headers = { Authorization: `Bearer ${token}` };
  const client = await connect(`${stack.socketUrl}?${query}`, { headers });
  return chatterOf(client, (await client.next(Array.isArray)) as Chatter['history']);
}

/** Connects a demo user without a room, and waits until all of their rooms are heard of. */
export async function enterInbox(stack: TestStack, username: string, query = ''): Promise<Chatter> {
  const headers = { Authorization: `Bearer ${await stack.token(username)}` };
  const client = await connect(`${stack.socketUrl}${query}`, { headers });
  await client.next(typed('inbox'));
  return chatterOf(client, []);
}

/** Asks for a room beside the socket's own, and waits for the answer. */
export async function join(who: Chatter, room: string): Promise<Frame> {
  who.send({ action: 'join', room_id: room });
  return who.take('joined', ({ room_id }) => String(room_id) === room);
}

/** All frames of a type that came. */
export const heard = (who: WsClient, type: string): readonly Frame[] =>
  who.frames().filter(typed(type)) as readonly Frame[];

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

/** Connects a demo user as a client of S0 does, and waits for the history. */
export async function enter(stack: TestStack, username: string, query = 'room=1'): Promise<Chatter> {
  const token = await stack.token(username);
  const headers = { Authorization: `Bearer ${token}` };
  const client = await connect(`${stack.socketUrl}?${query}`, { headers });
  const history = (await client.next(Array.isArray)) as Record<string, unknown>[];
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

import {
  actorId,
  ChatClient,
  ChatClientError,
  type Message,
  type Room,
  reactorsOf,
  type State,
  webStorage,
} from '@your-org/parley/client';

const token = async (): Promise<string> => (await fetch('/chat-token')).text();

/** Opens a chat that keeps unsent messages when the page reloads. */
export const openChat = (url: string): ChatClient =>
  new ChatClient({ url, token, autoConnect: false, storage: webStorage(localStorage) });

export async function say(client: ChatClient, id: number, text: string): Promise<number> {
  const room: Room = client.room(id);
  const state: State = room.state;
  const { message_id } = await room.send(text);
  return state === 'live' ? message_id : 0;
}

export const describeError = (error: unknown): string =>
  error instanceof ChatClientError ? error.code : String(error);

export const author = (message: Message): string => actorId(message.sender_id, message.guest);

export const count = (message: Message, emoji: string): number =>
  reactorsOf(message.reactions?.[emoji]).count;

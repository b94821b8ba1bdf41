import type { ChatClient, Message } from '../../client/index.ts';
import { roomPath, withQuery } from '../../client/rest.ts';
import { messageOf } from '../../client/wire.ts';

/** Loads one message of a room. Resolves to undefined if it was deleted, or if the user may not see it. */
export async function loadMessage(
  client: ChatClient,
  room: string,
  id: number,
): Promise<Message | undefined> {
  const path = withQuery(`/api${roomPath(room)}messages/`, { before: String(id + 1), limit: 1 });
  const response = await client.fetch(path);
  const { messages } = (await response.json()) as { readonly messages: Parameters<typeof messageOf>[0][] };
  // The server skips messages that are gone, and answers with the one before.
  return messages.filter((message) => message.id === id).map(messageOf)[0];
}

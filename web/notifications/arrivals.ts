import type { ChatClient, Message } from '../../client/index.ts';

/**
 * Calls a listener with each message that arrives. The client also emits a room's history when the room opens, which
 * is left out. The unread messages that come while the open room catches up, as after a reconnect, arrive together.
 * @param current returns the id of the open room
 */
export function onArrival(
  client: ChatClient,
  current: () => string | undefined,
  listener: (room: string, messages: readonly Message[]) => void,
): () => void {
  /** The newest message of each room when the client was last live; undefined while it is. */
  let known: ReadonlyMap<string, number> | undefined;
  let missed: { readonly room: string; readonly message: Message }[] = [];
  const newest = () =>
    new Map(
      client.roomList.state.rooms.map(({ id, last_message }) => [String(id), last_message?.message_id ?? 0]),
    );
  const stops = [
    client.on('chat_message', ({ room_id, message }) => {
      const room = String(room_id);
      if (client.state !== 'catching-up' || room !== current()) listener(room, [message]);
      else if (message.message_id > (known?.get(room) ?? Number.POSITIVE_INFINITY))
        missed.push({ room, message });
    }),
    client.on('state', (state) => {
      known = state === 'live' ? undefined : (known ?? newest());
      if (state === 'catching-up') return;
      const open = current();
      const candidates = missed.filter(({ room }) => room === open);
      missed = [];
      if (state !== 'live' || open === undefined || candidates.length === 0) return;
      const seen = client.room(open).seenBy.get(client.user ?? '') ?? 0;
      const unread = candidates.map(({ message }) => message).filter(({ message_id }) => message_id > seen);
      if (unread.length > 0) listener(open, unread);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

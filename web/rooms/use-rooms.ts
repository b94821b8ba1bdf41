import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { actorId, type ChatClient, type FrameOf, type Id, type RoomSummary } from '../../client/index.ts';
import { useDirectory } from './directory.ts';

/** A room as the list shows it. */
export interface ListedRoom {
  readonly id: string;
  readonly name: string;
  readonly unread: number;
  /** Whether there are more unread messages than `unread`, because the server stops counting there. */
  readonly unreadCapped: boolean;
  /** The time of the last message in ISO 8601; undefined in a new room. */
  readonly at?: string | undefined;
  readonly last?: { readonly id: number; readonly author: string; readonly text: string } | undefined;
}

export type RoomList = ReturnType<typeof useRooms>;

const PAGE_SIZE = 50;
/** The server's limit for one page. */
const MAX_PAGE_SIZE = 100;
/** Waits this long before reloading, in milliseconds, so that several changes cause one reload. */
const RELOAD_DELAY_MS = 300;

const previewText = (text: string, type: string, file: string | undefined): string =>
  text || (type === 'image' ? 'Picture' : `File: ${file ?? ''}`);

const listedRoom = ({ id, name, unread, unread_capped, last_message, last_at }: RoomSummary): ListedRoom => ({
  id: String(id),
  name,
  unread,
  unreadCapped: unread_capped,
  at: last_at ?? undefined,
  last: last_message
    ? {
        id: last_message.id,
        author: actorId(last_message.sender.id, last_message.sender.guest),
        text: previewText(last_message.content, last_message.type, last_message.file),
      }
    : undefined,
});

/** Returns the list with a new message, whose room moves to the top. */
function withMessage(
  rooms: readonly ListedRoom[],
  { room_id, message }: FrameOf<'chat_message'> & { room_id: Id },
  me: string | undefined,
): readonly ListedRoom[] {
  const room = rooms.find(({ id }) => id === String(room_id));
  if (!room || (room.last && room.last.id >= message.message_id)) return rooms;
  const author = actorId(message.sender_id, message.guest);
  const text = previewText(message.text, message.type ?? 'text', message.file);
  const unread = author === me ? room.unread : room.unread + 1;
  const changed = { ...room, unread, at: message.created_at, last: { id: message.message_id, author, text } };
  return [changed, ...rooms.filter((each) => each !== room)];
}

const withRead = (rooms: readonly ListedRoom[], room: Id): readonly ListedRoom[] =>
  rooms.map((each) => (each.id === String(room) ? { ...each, unread: 0, unreadCapped: false } : each));

/** Returns the user's rooms, latest first, and keeps them up to date. They are undefined until the first page loads. */
export function useRooms(client: ChatClient) {
  const directory = useDirectory();
  const [rooms, setRooms] = useState<readonly ListedRoom[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState('');
  const shown = useRef(rooms);
  shown.current = rooms;

  const load = useCallback(
    async (from?: string) => {
      try {
        const size = from === undefined ? (shown.current?.length ?? 0) : 0;
        const limit = Math.max(PAGE_SIZE, Math.min(size, MAX_PAGE_SIZE));
        const page = await client.rooms({ limit, ...(from !== undefined && { cursor: from }) });
        for (const { last_message } of page.chats) {
          if (last_message) directory.learn(last_message.sender.id, last_message.sender.username);
        }
        const loaded = page.chats.map(listedRoom);
        const ids = new Set(loaded.map(({ id }) => id));
        const kept = from === undefined ? [] : (shown.current ?? []).filter(({ id }) => !ids.has(id));
        setRooms([...kept, ...loaded]);
        setCursor(page.next_cursor);
        setError('');
      } catch (failure) {
        setError((failure as Error).message);
      }
    },
    [client, directory],
  );

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), RELOAD_DELAY_MS);
    };
    const find = (room: Id) => shown.current?.find(({ id }) => id === String(room));
    const reloadIfLast = ({ room_id, message_id }: { room_id: Id; message_id: number }) => {
      if (find(room_id)?.last?.id === message_id) reload();
    };
    const stops = [
      client.on('chat_message', (frame) => {
        const { sender_id, sender_email, guest } = frame.message;
        if (!guest) directory.guess(sender_id, sender_email);
        if (find(frame.room_id)) setRooms((before) => before && withMessage(before, frame, client.user));
        else reload();
      }),
      client.on('message_seen', ({ room_id, user_id, guest, message_id }) => {
        if (actorId(user_id, guest) !== client.user) return;
        if (message_id >= (find(room_id)?.last?.id ?? 0))
          setRooms((before) => before && withRead(before, room_id));
        else reload();
      }),
      client.on('message_edited', reloadIfLast),
      client.on('message_deleted', reloadIfLast),
      client.on('joined', ({ room_id }) => void (find(room_id) || reload())),
      client.on('left', reload),
      client.on('state', (state) => void (state === 'live' && reload())),
    ];
    void load();
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [client, directory, load]);

  return {
    rooms,
    error,
    hasMore: cursor !== null,
    loadMore: () => void (cursor !== null && load(cursor)),
    reload: () => void load(),
  };
}

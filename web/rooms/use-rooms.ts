import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ChatClient, FrameOf, Id, RoomSummary } from '../../client/index.ts';
import type { Directory } from './directory.ts';

/** A room as the list shows it. */
export interface ListedRoom {
  readonly id: string;
  readonly name: string;
  readonly unread: number;
  readonly unreadCapped: boolean;
  /** When something was said last, in ISO 8601; undefined in a new room. */
  readonly at?: string | undefined;
  readonly last?: LastMessage | undefined;
}

interface LastMessage {
  readonly id: number;
  readonly author: string;
  readonly text: string;
}

export interface RoomList {
  /** Latest first; undefined until the first page came. */
  readonly rooms: readonly ListedRoom[] | undefined;
  readonly problem: string;
  /** Whether there are older rooms than those. */
  readonly hasMore: boolean;
  more(): void;
  reload(): void;
}

const PAGE = 50;
/** Several changes at once are one reload, in milliseconds. */
const SETTLE_MS = 300;

const shownText = (text: string, type: string, file: string | undefined): string =>
  text || (type === 'image' ? 'Picture' : `File: ${file ?? ''}`);

function listed({ id, name, unread, unread_capped, last_message, last_at }: RoomSummary): ListedRoom {
  return {
    id: String(id),
    name,
    unread,
    unreadCapped: unread_capped,
    at: last_at ?? undefined,
    last: last_message
      ? {
          id: last_message.id,
          author: String(last_message.sender.id),
          text: shownText(last_message.content, last_message.type, last_message.file),
        }
      : undefined,
  };
}

/** A list in which a room has another message: the room is the first now. */
function withMessage(
  rooms: readonly ListedRoom[],
  { room_id, message }: FrameOf<'chat_message'> & { room_id: Id },
  me: string | undefined,
): readonly ListedRoom[] {
  const room = rooms.find(({ id }) => id === String(room_id));
  if (!room || (room.last && room.last.id >= message.message_id)) return rooms;
  const author = String(message.sender_id);
  const text = shownText(message.text, message.type ?? 'text', message.file);
  const unread = author === me ? room.unread : room.unread + 1;
  const changed = { ...room, unread, at: message.created_at, last: { id: message.message_id, author, text } };
  return [changed, ...rooms.filter((each) => each !== room)];
}

const withRead = (rooms: readonly ListedRoom[], room: Id): readonly ListedRoom[] =>
  rooms.map((each) => (each.id === String(room) ? { ...each, unread: 0, unreadCapped: false } : each));

/** One's rooms, kept right by what the client hears of all of them. */
export function useRooms(client: ChatClient, directory: Directory): RoomList {
  const [rooms, setRooms] = useState<readonly ListedRoom[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState('');
  const shown = useRef(rooms);
  shown.current = rooms;

  const load = useCallback(
    async (from?: string) => {
      try {
        const limit = from === undefined ? Math.max(PAGE, Math.min(shown.current?.length ?? 0, 100)) : PAGE;
        const page = await client.rooms({ limit, ...(from !== undefined && { cursor: from }) });
        for (const { last_message } of page.chats) {
          if (last_message) directory.learn(last_message.sender.id, last_message.sender.username);
        }
        const loaded = page.chats.map(listed);
        const ids = new Set(loaded.map(({ id }) => id));
        const kept = from === undefined ? [] : (shown.current ?? []).filter(({ id }) => !ids.has(id));
        setRooms([...kept, ...loaded]);
        setCursor(page.next_cursor);
        setProblem('');
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [client, directory],
  );

  useEffect(() => {
    let settling: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      clearTimeout(settling);
      settling = setTimeout(() => void load(), SETTLE_MS);
    };
    const isLast = (room: Id, message: number) =>
      shown.current?.find(({ id }) => id === String(room))?.last?.id === message;
    const stops = [
      client.on('chat_message', (frame) => {
        directory.guess(frame.message.sender_id, frame.message.sender_email);
        const known = shown.current?.some(({ id }) => id === String(frame.room_id));
        if (known) setRooms((before) => before && withMessage(before, frame, client.user));
        else reload();
      }),
      client.on('message_seen', ({ room_id, user_id, message_id }) => {
        if (String(user_id) !== client.user) return;
        const last = shown.current?.find(({ id }) => id === String(room_id))?.last?.id ?? 0;
        if (message_id >= last) setRooms((before) => before && withRead(before, room_id));
        else reload();
      }),
      client.on(
        'message_edited',
        ({ room_id, message_id }) => void (isLast(room_id, message_id) && reload()),
      ),
      client.on(
        'message_deleted',
        ({ room_id, message_id }) => void (isLast(room_id, message_id) && reload()),
      ),
      client.on('joined', ({ room_id }) => {
        if (!shown.current?.some(({ id }) => id === String(room_id))) reload();
      }),
      client.on('left', reload),
      client.on('state', (state) => void (state === 'live' && reload())),
    ];
    void load();
    return () => {
      clearTimeout(settling);
      for (const stop of stops) stop();
    };
  }, [client, directory, load]);

  return {
    rooms,
    problem,
    hasMore: cursor !== null,
    more: () => void (cursor !== null && load(cursor)),
    reload: () => void load(),
  };
}

import { useEffect } from 'preact/hooks';
import type { ChatClient } from '../../client/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { counted, shortTime } from '../ui/format.ts';
import { type Directory, otherIn, useDirectory } from './directory.ts';
import type { ListedRoom, RoomList } from './use-rooms.ts';

interface RowsProps {
  readonly client: ChatClient;
  readonly list: RoomList;
  readonly me: string;
  readonly current: string | undefined;
}

export const addressOf = (room: string): string => `#/${encodeURIComponent(room)}`;

/** A room's name; that of a direct room is the other's. */
export function roomName(room: { id: string; name: string }, me: string, directory: Directory): string {
  const other = otherIn(room.id, me);
  if (other !== undefined) return directory.name(other);
  return room.name || `Room ${room.id}`;
}

/** A direct room's list entry does not say who the other is, but the room does. */
function useNames({ client, list, me }: RowsProps, directory: Directory): void {
  const unknown = (list.rooms ?? [])
    .filter(({ id }) => !directory.knows(otherIn(id, me) ?? me) && otherIn(id, me) !== undefined)
    .map(({ id }) => id)
    .join('\n');
  useEffect(() => {
    for (const id of unknown.split('\n').filter(Boolean)) {
      client
        .fetch(`/api/chats/${encodeURIComponent(id)}/`)
        .then((response) => response.json())
        .then(({ members }) => {
          for (const { user_id, username } of members) directory.learn(user_id, username);
        })
        .catch(() => {});
    }
  }, [client, directory, unknown]);
}

function preview({ last }: ListedRoom, me: string, directory: Directory): string {
  if (!last) return 'Nothing was said yet';
  return `${last.author === me ? 'You' : directory.name(last.author)}: ${last.text}`;
}

function Badge({ room }: { readonly room: ListedRoom }) {
  return (
    <span class="badge">
      <span aria-hidden="true">{room.unreadCapped ? `${room.unread}+` : room.unread}</span>
      <span class="unseen">{counted(room.unread, 'unread message')}</span>
    </span>
  );
}

/** One's rooms, latest first. */
export function RoomRows(props: RowsProps) {
  const { list, me, current } = props;
  const directory = useDirectory();
  useNames(props, directory);
  if (!list.rooms) {
    return list.problem ? <p class="problem">{list.problem}</p> : <p class="hint">Loading your rooms…</p>;
  }
  if (list.rooms.length === 0) return <p class="hint">You are in no room yet. Make one.</p>;
  return (
    <>
      <ul class="rooms">
        {list.rooms.map((room) => {
          const name = roomName(room, me, directory);
          const other = otherIn(room.id, me);
          const isCurrent = room.id === current;
          return (
            <li key={room.id}>
              <a href={addressOf(room.id)} class="room" {...(isCurrent && { 'aria-current': 'page' })}>
                <Avatar id={other ?? room.id} name={name} group={other === undefined} />
                <span class="room-name">{name}</span>
                {room.at ? (
                  <time class="room-time" dateTime={room.at}>
                    {shortTime(room.at)}
                  </time>
                ) : null}
                <span class="room-preview">{preview(room, me, directory)}</span>
                {room.unread > 0 && !isCurrent ? <Badge room={room} /> : null}
              </a>
            </li>
          );
        })}
      </ul>
      {list.hasMore ? (
        <button type="button" class="quiet" onClick={list.more}>
          More rooms
        </button>
      ) : null}
    </>
  );
}

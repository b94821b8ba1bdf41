import { useEffect, useSyncExternalStore } from 'preact/compat';
import type { ChatClient } from '../../client/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/buttons.tsx';
import { pluralize, shortTime } from '../ui/format.ts';
import { type Directory, otherMember, roomName, useDirectory } from './directory.ts';
import type { ListedRoom, RoomList } from './use-rooms.ts';

interface RowsProps {
  readonly client: ChatClient;
  readonly list: RoomList;
  readonly me: string;
  readonly current: string | undefined;
}

export const roomLink = (room: string): string => `#/${encodeURIComponent(room)}`;

function roomInAddress(): string | undefined {
  const [, room] = /^#\/(.+)$/.exec(location.hash) ?? [];
  try {
    return room === undefined ? undefined : decodeURIComponent(room);
  } catch {
    // The percent signs in the address are not a valid encoding, so the address is not from this page.
    return undefined;
  }
}

function onHashChange(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Returns the id of the room in the page's address, so that reloading and going back work. */
export const useCurrentRoom = () => useSyncExternalStore(onHashChange, roomInAddress);

/** Loads the names of the other members of direct rooms, because the room list has only the ids of these members. */
function useNames({ client, list, me }: RowsProps, directory: Directory): void {
  const unknown = (list.rooms ?? [])
    .filter(({ id }) => !directory.knows(otherMember(id, me) ?? me) && otherMember(id, me) !== undefined)
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
  if (!last) return 'No messages yet';
  return `${last.author === me ? 'You' : directory.name(last.author)}: ${last.text}`;
}

function UnreadBadge({ room }: { readonly room: ListedRoom }) {
  return (
    <span class="badge">
      <span aria-hidden="true">{room.unreadCapped ? `${room.unread}+` : room.unread}</span>
      <span class="unseen">{pluralize(room.unread, 'unread message')}</span>
    </span>
  );
}

/** The user's rooms, latest first. */
export function RoomRows(props: RowsProps) {
  const { list, me, current } = props;
  const directory = useDirectory();
  useNames(props, directory);
  if (!list.rooms) {
    return list.error ? <p class="problem">{list.error}</p> : <p class="hint">Loading rooms…</p>;
  }
  if (list.rooms.length === 0) return <p class="hint">No rooms yet. Create one to start chatting.</p>;
  return (
    <>
      <ul class="rooms">
        {list.rooms.map((room) => {
          const name = roomName(room, me, directory);
          const other = otherMember(room.id, me);
          const isCurrent = room.id === current;
          return (
            <li key={room.id}>
              <a href={roomLink(room.id)} class="room" {...(isCurrent && { 'aria-current': 'page' })}>
                <Avatar id={other ?? room.id} name={name} group={other === undefined} />
                <span class="room-name">{name}</span>
                {room.at ? (
                  <time class="room-time" dateTime={room.at}>
                    {shortTime(room.at)}
                  </time>
                ) : null}
                <span class="room-preview">
                  {room.isRequest ? 'Request · ' : ''}
                  {preview(room, me, directory)}
                </span>
                {room.unread > 0 && !isCurrent ? <UnreadBadge room={room} /> : null}
              </a>
            </li>
          );
        })}
      </ul>
      {list.hasMore ? <Button kind="quiet" label="Load more rooms" onClick={list.loadMore} /> : null}
    </>
  );
}

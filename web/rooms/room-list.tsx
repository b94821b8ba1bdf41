import { actorId, type RoomSummary } from '../../client/index.ts';
import { otherMember, type useRooms } from '../../client/react/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/buttons.tsx';
import { pluralize, shortTime } from '../ui/format.ts';
import { type NameOf, roomName, useNames } from './names.ts';
import { useNavigation } from './navigation.ts';

interface RowsProps {
  readonly list: ReturnType<typeof useRooms>;
  readonly me: string;
}

function preview({ last_message: last }: RoomSummary, me: string, nameOf: NameOf): string {
  if (!last) return 'No messages yet';
  const { text, type, file = '', sender_id, sender_name, guest } = last;
  const author = actorId(sender_id, guest);
  const name = author === me ? 'You' : nameOf(author, sender_name);
  return `${name}: ${text || (type === 'image' ? 'Picture' : `File: ${file}`)}`;
}

function UnreadBadge({ room }: { readonly room: RoomSummary }) {
  return (
    <span class="badge">
      <span aria-hidden="true">{room.unread_capped ? `${room.unread}+` : room.unread}</span>
      <span class="unseen">{pluralize(room.unread, 'unread message')}</span>
    </span>
  );
}

/** The user's rooms, latest first. */
export function RoomRows({ list, me }: RowsProps) {
  const { current, linkTo } = useNavigation();
  const nameOf = useNames();
  if (list.rooms.length === 0 && list.error) return <p class="problem">{list.error.message}</p>;
  if (list.rooms.length === 0 && list.loading) return <p class="hint">Loading rooms…</p>;
  if (list.rooms.length === 0) return <p class="hint">No rooms yet. Create one to start chatting.</p>;
  return (
    <>
      <ul class="rooms">
        {list.rooms.map((room) => {
          const id = String(room.id);
          const name = roomName(room, me, nameOf);
          const other = otherMember(id, me);
          const isCurrent = id === current;
          return (
            <li key={id}>
              <a {...linkTo(id)} class="room" {...(isCurrent && { 'aria-current': 'page' })}>
                <Avatar id={other ?? id} name={name} group={other === undefined} />
                <span class="room-name">{name}</span>
                {room.last_at ? (
                  <time class="room-time" dateTime={room.last_at}>
                    {shortTime(room.last_at)}
                  </time>
                ) : null}
                <span class="room-preview">
                  {room.request ? 'Request · ' : ''}
                  {preview(room, me, nameOf)}
                </span>
                {room.unread > 0 && !isCurrent ? <UnreadBadge room={room} /> : null}
              </a>
            </li>
          );
        })}
      </ul>
      {list.hasMore ? (
        <Button kind="quiet" label="Load more rooms" onClick={() => void list.loadMore()} />
      ) : null}
    </>
  );
}

import { actorId, type Message, type RoomSummary } from '../../client/index.ts';
import { otherMember, type useRooms } from '../../client/react/index.ts';
import { previewText } from '../format/plain.ts';
import { useBlockedUsers } from '../people/blocks.ts';
import { type RoomDrafts, useDraftText } from '../room/room-drafts.ts';
import { directionOf, formatNumber } from '../texts/intl.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/buttons.tsx';
import { shortTime } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useToday } from '../ui/use-today.ts';
import { type NameOf, roomName, useNames, usePictures, usePresenceOfAll } from './names.ts';
import { useNavigation } from './navigation.ts';

interface RowsProps {
  readonly list: ReturnType<typeof useRooms>;
  readonly me: string;
  readonly drafts: RoomDrafts;
}

/** Returns the words that the last message is known by: its text, or the name of its file. */
const contentOf = ({ text, file = '' }: Message): string => previewText(text) || file;

function preview(last: Message, me: string, nameOf: NameOf): string {
  const { text, type, file = '', sender_id, sender_name, guest } = last;
  if (type === 'system') return text;
  const author = actorId(sender_id, guest);
  const name = author === me ? texts().common.you : nameOf(author, sender_name);
  const { rooms } = texts();
  return rooms.preview(name, previewText(text) || (type === 'image' ? rooms.picture : rooms.file(file)));
}

interface PreviewProps extends Omit<RowsProps, 'list'> {
  readonly room: RoomSummary;
}

/** The room's draft, or else its last message. The message box of the open room shows its draft already. */
function RoomPreview({ room, me, drafts }: PreviewProps) {
  const { current } = useNavigation();
  const nameOf = useNames();
  const id = String(room.id);
  const draft = useDraftText(drafts, id);
  const words = texts().rooms;
  const { last_message: last } = room;
  // The server sends no message of a blocked person.
  const other = last ? undefined : otherMember(id, me);
  const { blocked } = useBlockedUsers(other !== undefined);
  const isDraft = draft !== '' && id !== current;
  // The row cuts off the end of the message, whatever the language of the page is.
  const dir = directionOf(isDraft ? previewText(draft) : last ? contentOf(last) : '');
  return (
    <span class="room-preview" dir={dir}>
      {room.request ? words.request : ''}
      {isDraft ? (
        <>
          <span class="draft">{words.draft}</span> {previewText(draft)}
        </>
      ) : last ? (
        preview(last, me, nameOf)
      ) : other !== undefined && blocked.has(other) ? (
        texts().timeline.hidden(nameOf(other))
      ) : (
        words.noMessages
      )}
    </span>
  );
}

function UnreadBadge({ room }: { readonly room: RoomSummary }) {
  const { unread, mentioned } = texts().rooms;
  return (
    <span class="badges">
      {room.mentioned > 0 ? (
        <span class="badge">
          <span aria-hidden="true">@</span>
          <span class="unseen">{mentioned(room.mentioned)}, </span>
        </span>
      ) : null}
      <span class="badge">
        <span aria-hidden="true">
          {formatNumber(room.unread)}
          {room.unread_capped ? '+' : ''}
        </span>
        <span class="unseen">{unread(room.unread)}</span>
      </span>
    </span>
  );
}

/** The user's rooms: pinned ones first, and then the latest first. */
export function RoomRows({ list, me, drafts }: RowsProps) {
  const { current, linkTo } = useNavigation();
  const nameOf = useNames();
  const pictureOf = usePictures();
  const presence = usePresenceOfAll();
  const words = texts().rooms;
  // The times depend on the day.
  useToday();
  if (list.rooms.length === 0 && list.error)
    return (
      <p class="problem">
        {errorText(list.error)}{' '}
        <Button
          kind="text-button"
          label={texts().common.tryAgain}
          busy={list.loading}
          onClick={() => void list.reload()}
        />
      </p>
    );
  if (list.rooms.length === 0 && list.loading) return <p class="hint">{words.loading}</p>;
  if (list.rooms.length === 0) return <p class="hint">{words.none}</p>;
  return (
    <>
      <ul class="rooms">
        {list.rooms.map((room) => {
          const id = String(room.id);
          const name = roomName(room, me, nameOf);
          const other = otherMember(id, me);
          const isCurrent = id === current;
          const online = other !== undefined && presence.get(other)?.status === 'online';
          return (
            <li key={id}>
              <a {...linkTo(id)} class="room" {...(isCurrent && { 'aria-current': 'page' })}>
                <Avatar
                  id={other ?? id}
                  name={name}
                  picture={other === undefined ? room.avatar_url : pictureOf(other)}
                  group={other === undefined}
                  online={online}
                />
                <span class="room-name">
                  <bdi>{name}</bdi>
                  {room.preferences.pinned ? (
                    <>
                      <Icon name="pin" />
                      <span class="unseen">{words.pinned}</span>
                    </>
                  ) : null}
                </span>
                {online ? <span class="unseen">{texts().room.online}</span> : null}
                {room.last_at ? (
                  <time class="room-time" dateTime={room.last_at}>
                    {shortTime(room.last_at)}
                  </time>
                ) : null}
                <RoomPreview room={room} me={me} drafts={drafts} />
                {room.unread > 0 && !isCurrent ? <UnreadBadge room={room} /> : null}
              </a>
            </li>
          );
        })}
      </ul>
      {list.hasMore ? (
        <Button kind="quiet" label={words.loadMore} onClick={() => void list.loadMore()} />
      ) : null}
    </>
  );
}

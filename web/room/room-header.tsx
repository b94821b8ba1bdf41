import { useState } from 'preact/hooks';
import type { Presence, RoomDetails } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { Deferred } from '../deferred.tsx';
import { roomName, useNames, usePictures } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { texts } from '../texts/texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { lastSeen } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useToday } from '../ui/use-today.ts';
import { useRoomContext } from './room-context.ts';

interface HeaderProps {
  readonly details: RoomDetails | undefined;
  readonly presence: ReadonlyMap<string, Presence>;
}

/** Returns who is online. */
function presenceLine(other: string | undefined, { details, presence }: HeaderProps): string {
  if (other !== undefined) {
    const known = presence.get(other);
    if (known?.status === 'online') return texts().room.online;
    return known?.last_seen ? lastSeen(known.last_seen) : '';
  }
  const members = details?.members ?? [];
  if (members.length === 0) return '';
  const online = members.filter(({ user_id }) => presence.get(String(user_id))?.status === 'online').length;
  const words = texts().room;
  const count = details?.more_members ? words.moreMembers(members.length) : words.members(members.length);
  return online > 0 ? words.membersOnline(count, online) : count;
}

/** Opens the menu of the room. */
function MenuButton({ details }: { readonly details: RoomDetails }) {
  const [anchor, setAnchor] = useState<Element>();
  return (
    <>
      <IconButton icon="more" label={texts().room.menu} popup="menu" onClick={setAnchor} />
      {anchor ? (
        <Deferred>
          {({ RoomMenu }) => (
            <RoomMenu details={details} anchor={anchor} onClose={() => setAnchor(undefined)} />
          )}
        </Deferred>
      ) : null}
    </>
  );
}

/** Shows the room's name and presence, its buttons, and on small screens the way back to the room list. */
export function RoomHeader(props: HeaderProps) {
  const { details, presence } = props;
  const { room, me, show } = useRoomContext();
  const nameOf = useNames();
  const pictureOf = usePictures();
  // "Last seen" depends on the day.
  useToday();
  const { href, onClick } = useNavigation().linkTo();
  const { id } = room;
  const other = otherMember(id, me);
  const name = details || other ? roomName({ id, name: details?.name ?? '' }, me, nameOf) : '…';
  const online = other !== undefined && presence.get(other)?.status === 'online';
  const picture = other === undefined ? details?.avatar_url : pictureOf(other);
  const line = presenceLine(other, props);
  const description = details?.description;
  return (
    <header class="room-header">
      <a class="icon-button back" href={href} onClick={onClick} aria-label={texts().room.back}>
        <Icon name="back" />
      </a>
      <Avatar id={other ?? id} name={name} picture={picture} group={other === undefined} online={online} />
      <div class="room-title">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <p title={description}>
          {line}
          {description ? (
            <span>
              {' · '}
              <bdi>{description}</bdi>
            </span>
          ) : null}
        </p>
      </div>
      {details && room.state !== 'refused' ? (
        <>
          <span class="room-search">
            <IconButton icon="search" label={texts().room.search} onClick={() => show({ kind: 'search' })} />
          </span>
          <IconButton icon="pin" label={texts().room.pins} onClick={() => show({ kind: 'pins' })} />
          <IconButton
            icon="people"
            label={texts().room.memberList}
            onClick={() => show({ kind: 'members' })}
          />
          <MenuButton details={details} />
        </>
      ) : null}
    </header>
  );
}

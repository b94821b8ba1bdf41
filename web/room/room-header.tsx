import type { Presence, RoomDetails } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { roomName, useNames } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { clockTime, pluralize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useRoomContext } from './room-context.ts';

interface HeaderProps {
  readonly details: RoomDetails | undefined;
  readonly presence: ReadonlyMap<string, Presence>;
  readonly onMembers: () => void;
}

function subtitle(other: string | undefined, { details, presence }: HeaderProps): string {
  if (other !== undefined) {
    const known = presence.get(other);
    if (known?.status === 'online') return 'Online';
    return known?.last_seen ? `Last seen at ${clockTime(known.last_seen)}` : '';
  }
  const members = details?.members ?? [];
  if (members.length === 0) return '';
  const online = members.filter(({ user_id }) => presence.get(String(user_id))?.status === 'online').length;
  const count = details?.more_members ? `${members.length}+ members` : pluralize(members.length, 'member');
  return online > 0 ? `${count}, ${online} online` : count;
}

/** Shows the room's name and presence, the members button, and on small screens the way back to the room list. */
export function RoomHeader(props: HeaderProps) {
  const { details, presence, onMembers } = props;
  const { room, me } = useRoomContext();
  const nameOf = useNames();
  const { href, onClick } = useNavigation().linkTo();
  const { id } = room;
  const other = otherMember(id, me);
  const name = details || other ? roomName({ id, name: details?.name ?? '' }, me, nameOf) : '…';
  const online = other !== undefined && presence.get(other)?.status === 'online';
  return (
    <header class="room-header">
      <a class="icon-button back" href={href} onClick={onClick} aria-label="Back to rooms">
        <Icon name="back" />
      </a>
      <Avatar id={other ?? id} name={name} group={other === undefined} online={online} />
      <div class="room-title">
        <h2>{name}</h2>
        <p>{subtitle(other, props)}</p>
      </div>
      {details ? <IconButton icon="people" label="Members" onClick={onMembers} /> : null}
    </header>
  );
}

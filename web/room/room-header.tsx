import type { Presence, RoomDetails } from '../../client/index.ts';
import { otherIn, useDirectory } from '../rooms/directory.ts';
import { roomName } from '../rooms/room-list.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { clockTime, counted } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';

interface HeaderProps {
  readonly id: string;
  readonly details: RoomDetails | undefined;
  readonly presence: ReadonlyMap<string, Presence>;
  readonly me: string;
  readonly onMembers: () => void;
}

function subtitle({ id, details, presence, me }: HeaderProps): string {
  const other = otherIn(id, me);
  if (other !== undefined) {
    const known = presence.get(other);
    if (known?.status === 'online') return 'Online';
    return known?.last_seen ? `Last seen at ${clockTime(known.last_seen)}` : '';
  }
  const members = details?.members ?? [];
  if (members.length === 0) return '';
  const online = members.filter(({ user_id }) => presence.get(String(user_id))?.status === 'online').length;
  const count = `${counted(members.length, 'member')}${details?.more_members ? ' and more' : ''}`;
  return online > 0 ? `${count}, ${online} online` : count;
}

/** What a room is called, who is there, and the way back on a small screen. */
export function RoomHeader(props: HeaderProps) {
  const { id, details, presence, me, onMembers } = props;
  const directory = useDirectory();
  const other = otherIn(id, me);
  const name = details || other ? roomName({ id, name: details?.name ?? '' }, me, directory) : '…';
  const online = other !== undefined && presence.get(other)?.status === 'online';
  return (
    <header class="room-header">
      <a class="icon-button back" href="#/" aria-label="Back to the rooms">
        <Icon name="back" />
      </a>
      <Avatar id={other ?? id} name={name} group={other === undefined} online={online} />
      <div class="room-title">
        <h2>{name}</h2>
        <p>{subtitle(props)}</p>
      </div>
      {details ? (
        <button type="button" class="icon-button" aria-label="Members" title="Members" onClick={onMembers}>
          <Icon name="people" />
        </button>
      ) : null}
    </header>
  );
}

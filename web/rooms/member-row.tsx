import { useState } from 'preact/hooks';
import { type Member, type MemberChange, updateMember } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { useBlockedUsers } from '../people/blocks.ts';
import { useRoomContext } from '../room/room-context.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { AvatarButton } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { shortTime } from '../ui/format.ts';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { useNames, usePictures } from './names.ts';

/** Runs an action, and shows its failure in the dialog. */
export type Attempt = (action: () => Promise<unknown>) => void;

const muteHours = [1, 24];

const isMuted = (until: string | null): until is string => until !== null && Date.parse(until) > Date.now();

interface MenuProps {
  readonly member: Member;
  readonly name: string;
  readonly attempt: Attempt;
  /** Whether the user may mute and remove the member. */
  readonly canManage: boolean;
}

/** Opens the further actions on a member. */
function MemberMenu({ member: { user_id, role, muted_until }, name, attempt, canManage }: MenuProps) {
  const { client, room, me, role: ownRole, show } = useRoomContext();
  const isDirect = otherMember(room.id, me) !== undefined;
  const [anchor, setAnchor] = useState<Element>();
  const { blocked, unblock } = useBlockedUsers();
  const { members, blocking } = laterTexts();
  const id = String(user_id);
  const change = (next: MemberChange) => attempt(() => updateMember(client, room.id, id, next));
  const isOwner = ownRole === 'owner' && !isDirect;
  const roles = (['owner', 'moderator', 'member'] as const).filter((each) => isOwner && each !== role);
  const mutes = canManage ? muteHours : [];
  return (
    <>
      <IconButton icon="more" label={members.moreAbout(name)} popup="menu" onClick={setAnchor} />
      {anchor ? (
        <Menu label={members.moreAbout(name)} anchor={anchor} onClose={() => setAnchor(undefined)}>
          <MenuItem label={members.viewProfile} onSelect={() => show({ kind: 'profile', user: id })} />
          {roles.map((each) => (
            <MenuItem key={each} label={members.make[each]} onSelect={() => change({ role: each })} />
          ))}
          {isMuted(muted_until)
            ? canManage && <MenuItem label={members.unmute} onSelect={() => change({ muted_until: null })} />
            : mutes.map((hours) => (
                <MenuItem
                  key={hours}
                  label={members.muteFor(hours)}
                  onSelect={() => change({ muted_seconds: hours * 3_600 })}
                />
              ))}
          {blocked.has(id) ? (
            <MenuItem label={blocking.unblockUser(name)} onSelect={() => attempt(() => unblock(id))} />
          ) : (
            <MenuItem
              danger
              label={blocking.blockUser(name)}
              onSelect={() => show({ kind: 'block', user: id })}
            />
          )}
        </Menu>
      ) : null}
    </>
  );
}

interface RowProps {
  readonly member: Member;
  readonly online: boolean;
  readonly attempt: Attempt;
  /** Removes the member; undefined if the user may not remove them. */
  readonly onRemove: (() => void) | undefined;
}

/** A member in the list of a room's members, with the actions on them. */
export function MemberRow({ member, online, attempt, onRemove }: RowProps) {
  const { user_id, username, role, pending, muted_until } = member;
  const { me, show } = useRoomContext();
  const id = String(user_id);
  const name = useNames()(id);
  const picture = usePictures()(id);
  const isUnknown = username === null && id !== me;
  const { members } = laterTexts();
  const state = online ? 'online' : isUnknown ? 'invited' : pending ? 'notAccepted' : undefined;
  const description = state
    ? members.withState(members.roles[role], members.states[state])
    : members.roles[role];
  return (
    <li>
      <AvatarButton
        id={id}
        name={name}
        picture={picture}
        online={online}
        onOpen={(user) => show({ kind: 'profile', user })}
      />
      <span class="member-name">
        <bdi>{id === me ? laterTexts().profile.you(name) : name}</bdi>
        <span class="member-role">
          {isMuted(muted_until)
            ? members.withState(description, members.mutedUntil(shortTime(muted_until)))
            : description}
        </span>
      </span>
      {onRemove ? (
        <button type="button" class="text-button" aria-label={members.removeUser(name)} onClick={onRemove}>
          {members.remove}
        </button>
      ) : null}
      {id === me ? null : (
        <MemberMenu member={member} name={name} attempt={attempt} canManage={onRemove !== undefined} />
      )}
    </li>
  );
}

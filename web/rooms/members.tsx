import { useEffect, useState } from 'preact/hooks';
import {
  addMember,
  type Member,
  type MemberChange,
  type Presence,
  type RoomDetails,
  removeMember,
  updateMember,
} from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { useBlockedUsers } from '../people/blocks.ts';
import { PersonPicker } from '../people/person-picker.tsx';
import type { Person } from '../people/use-people-search.ts';
import { useRoomContext } from '../room/room-context.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { AvatarButton } from '../ui/avatar.tsx';
import { ErrorText, IconButton } from '../ui/buttons.tsx';
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx';
import { shortTime } from '../ui/format.ts';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useNames, usePictures } from './names.ts';

/** Returns the ids of members who have not accepted the room. The server accepts any id, so one may be mistyped. */
export const pendingMembers = ({ members }: RoomDetails): readonly string[] =>
  members.filter(({ pending }) => pending).map(({ user_id }) => String(user_id));

/** Explains what happens to members who have not accepted the room. */
export function PendingMembers({ ids }: { readonly ids: readonly string[] }) {
  const nameOf = useNames();
  if (ids.length === 0) return null;
  return (
    <p class="warning" role="status">
      {laterTexts().members.invitedNote(ids.map((id) => nameOf(id)))}
    </p>
  );
}

/** `onAdd` resolves to the people who could not be added. */
function AddMembers({
  busy,
  members,
  onAdd,
}: {
  busy: boolean;
  /** The ids of the room's members. */
  members: readonly string[];
  onAdd: (people: readonly Person[]) => Promise<readonly Person[]>;
}) {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setPeople(await onAdd(people));
  };
  return (
    <form class="form" onSubmit={submit}>
      <PersonPicker
        label={laterTexts().members.addPeople}
        chosen={people}
        onChange={setPeople}
        except={members}
        required
      />
      <button type="submit" class="primary" aria-disabled={busy}>
        {laterTexts().members.add}
      </button>
    </form>
  );
}

/** Runs an action, and shows its failure in the dialog. */
type Attempt = (action: () => Promise<unknown>) => void;

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

function MemberRow({ member, online, attempt, onRemove }: RowProps) {
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

interface MembersProps {
  readonly details: RoomDetails;
  readonly presence: ReadonlyMap<string, Presence>;
  /** Reloads the details. */
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

/** Lists a room's members. Owners and moderators add and remove members of a group. */
export function RoomMembers({ details, presence, onChanged, onClose }: MembersProps) {
  const { client, me, role: ownRole, isModerator } = useRoomContext();
  const nameOf = useNames();
  /** The member whom the user may want to remove. */
  const [removing, setRemoving] = useState<string>();
  const [added, setAdded] = useState<readonly string[]>([]);
  const { busy, error, run } = useAsyncAction();
  const canManage = details.kind === 'group' && isModerator;
  const add = async (people: readonly Person[]) => {
    const left = [...people];
    await run(async () => {
      while (left[0]) {
        const { id } = left[0];
        await addMember(client, details.id, id);
        left.shift();
        setAdded((before) => [...before, id]);
      }
      await onChanged();
    });
    return left;
  };
  const attempt: Attempt = (action) => void run(action);
  useEffect(() => {
    // In a group, the server does not announce who comes and leaves elsewhere.
    void onChanged();
  }, []);
  const mayRemove = ({ user_id, role }: Member) =>
    canManage && String(user_id) !== me && (ownRole === 'owner' || role === 'member');
  const remove = async (user: string) => {
    await removeMember(client, details.id, user);
    await onChanged();
  };
  return (
    <Dialog title={laterTexts().members.title} onClose={onClose}>
      {canManage ? (
        <AddMembers busy={busy} members={details.members.map(({ user_id }) => String(user_id))} onAdd={add} />
      ) : null}
      <PendingMembers ids={pendingMembers(details).filter((id) => added.includes(id))} />
      <ErrorText>{error}</ErrorText>
      <ul class="members">
        {details.members.map((member) => {
          const id = String(member.user_id);
          return (
            <MemberRow
              key={id}
              member={member}
              online={presence.get(id)?.status === 'online'}
              attempt={attempt}
              onRemove={mayRemove(member) ? () => setRemoving(id) : undefined}
            />
          );
        })}
      </ul>
      {details.more_members ? <p class="hint">{laterTexts().members.more}</p> : null}
      {removing === undefined ? null : (
        <ConfirmDialog
          title={laterTexts().members.removal(nameOf(removing))}
          action={laterTexts().members.remove}
          onClose={() => setRemoving(undefined)}
          onConfirm={() => remove(removing)}
        >
          {laterTexts().members.removalConsequence}
        </ConfirmDialog>
      )}
    </Dialog>
  );
}

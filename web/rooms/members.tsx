import { useEffect, useState } from 'preact/hooks';
import { addMember, type Member, type Presence, type RoomDetails, removeMember } from '../../client/index.ts';
import type { Person } from '../people/use-people-search.ts';
import { useRoomContext } from '../room/room-context.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { ErrorText } from '../ui/buttons.tsx';
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { AddMembers, PendingMembers, pendingMembers } from './add-members.tsx';
import { type Attempt, MemberRow } from './member-row.tsx';
import { useNames } from './names.ts';

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

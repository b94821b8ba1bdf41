import { useState } from 'preact/hooks';
import type { Presence, RoomDetails } from '../../client/index.ts';
import { PersonPicker } from '../people/person-picker.tsx';
import { AvatarButton } from '../people/profile.tsx';
import type { Person } from '../people/use-people-search.ts';
import { useRoomContext } from '../room/room-context.ts';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useNames } from './names.ts';

/** Returns the ids of members who have not accepted the room. The server accepts any id, so one may be mistyped. */
export const pendingMembers = ({ members }: RoomDetails): readonly string[] =>
  members.filter(({ pending }) => pending).map(({ user_id }) => String(user_id));

/** Explains what happens to members who have not accepted the room. */
export function PendingMembers({ ids }: { readonly ids: readonly string[] }) {
  const nameOf = useNames();
  if (ids.length === 0) return null;
  return (
    <p class="warning" role="status">
      Invited: {ids.map((id) => nameOf(id)).join(', ')}. They can accept when they sign in. If you typed a
      user ID, check its spelling.
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
      <PersonPicker label="Add people" chosen={people} onChange={setPeople} except={members} required />
      <button type="submit" class="primary" aria-disabled={busy}>
        Add
      </button>
    </form>
  );
}

interface RowProps {
  readonly member: RoomDetails['members'][number];
  readonly online: boolean;
  /** Removes the member; undefined if the user may not remove them. */
  readonly onRemove: (() => void) | undefined;
}

function MemberRow({ member: { user_id, username, role, pending }, online, onRemove }: RowProps) {
  const { me, showProfile } = useRoomContext();
  const id = String(user_id);
  const name = useNames()(id);
  const isUnknown = username === null && id !== me;
  const state = online ? ', online' : isUnknown ? ', invited' : pending ? ', not accepted yet' : '';
  return (
    <li>
      <AvatarButton id={id} name={name} online={online} onOpen={showProfile} />
      <span class="member-name">
        {name}
        {id === me ? ' (you)' : ''}
      </span>
      <span class="member-role">{role + state}</span>
      {onRemove ? (
        <button type="button" class="text-button" aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </button>
      ) : null}
    </li>
  );
}

interface MembersProps {
  readonly details: RoomDetails;
  readonly presence: ReadonlyMap<string, Presence>;
  /** Reloads the details. */
  readonly onChanged: () => Promise<void>;
  readonly onLeft: () => void;
  readonly onClose: () => void;
}

/** Lists a room's members. Owners and moderators add and remove members; everybody can leave a group. */
export function RoomMembers({ details, presence, onChanged, onLeft, onClose }: MembersProps) {
  const { client, me, isModerator } = useRoomContext();
  const [added, setAdded] = useState<readonly string[]>([]);
  const { busy, error, run } = useAsyncAction();
  const isGroup = details.kind === 'group';
  const canManage = isGroup && isModerator;
  const path = `/api/chats/${encodeURIComponent(String(details.id))}/members/`;
  const add = async (people: readonly Person[]) => {
    const left = [...people];
    await run(async () => {
      while (left[0]) {
        const { id } = left[0];
        await client.fetch(path, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ user_id: id }),
        });
        left.shift();
        setAdded((before) => [...before, id]);
      }
      await onChanged();
    });
    return left;
  };
  const remove = (user: string, onRemoved: () => unknown) =>
    void run(async () => {
      await client.fetch(`${path}${encodeURIComponent(user)}/`, { method: 'DELETE' });
      await onRemoved();
    });
  return (
    <Dialog title="Members" onClose={onClose}>
      <ul class="members">
        {details.members.map((member) => {
          const id = String(member.user_id);
          return (
            <MemberRow
              key={id}
              member={member}
              online={presence.get(id)?.status === 'online'}
              onRemove={canManage && id !== me ? () => remove(id, onChanged) : undefined}
            />
          );
        })}
      </ul>
      {details.more_members ? <p class="hint">This room has more members than are shown here.</p> : null}
      <PendingMembers ids={pendingMembers(details).filter((id) => added.includes(id))} />
      {canManage ? (
        <AddMembers busy={busy} members={details.members.map(({ user_id }) => String(user_id))} onAdd={add} />
      ) : null}
      <ErrorText>{error}</ErrorText>
      {isGroup ? (
        <Button kind="danger" label="Leave room" busy={busy} onClick={() => remove(me, onLeft)} />
      ) : null}
    </Dialog>
  );
}

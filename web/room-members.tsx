import { useState } from 'preact/hooks';
import type { ChatClient, Presence, RoomDetails } from '../client/index.ts';
import { Avatar } from './avatar.tsx';
import { Dialog } from './dialog.tsx';
import { useDirectory } from './directory.ts';
import { addMember, removeMember } from './rooms-api.ts';

interface MembersProps {
  readonly client: ChatClient;
  readonly details: RoomDetails;
  readonly presence: ReadonlyMap<string, Presence>;
  readonly me: string;
  readonly onChanged: () => void;
  readonly onLeft: () => void;
  readonly onClose: () => void;
}

type Member = RoomDetails['members'][number];

export const moderates = (details: RoomDetails | undefined, me: string): boolean => {
  const role = details?.members.find(({ user_id }) => String(user_id) === me)?.role;
  return role === 'owner' || role === 'moderator';
};

function AddMember({ onAdd }: { readonly onAdd: (user: string) => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const user = String(new FormData(form).get('user') ?? '').trim();
    if (user) onAdd(user);
    form.reset();
  };
  return (
    <form class="inline-form" onSubmit={submit}>
      <label class="field">
        <span>Add somebody by their user id</span>
        <input name="user" required autocomplete="off" autocapitalize="none" />
      </label>
      <button type="submit" class="primary">
        Add
      </button>
    </form>
  );
}

/** Who is in a room, and who comes and goes. */
export function RoomMembers({ client, details, presence, me, onChanged, onLeft, onClose }: MembersProps) {
  const directory = useDirectory();
  const [problem, setProblem] = useState('');
  const room = String(details.id);
  const isGroup = details.kind === 'group';
  const may = isGroup && moderates(details, me);

  const attempt = async (deed: () => Promise<unknown>, then: () => void) => {
    setProblem('');
    try {
      await deed();
      then();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const row = ({ user_id, role }: Member) => {
    const id = String(user_id);
    const name = directory.name(id);
    const online = presence.get(id)?.status === 'online';
    return (
      <li key={id}>
        <Avatar id={id} name={name} online={online} />
        <span class="member-name">
          {name}
          {id === me ? ' (you)' : ''}
        </span>
        <span class="member-role">{online ? `${role}, online` : role}</span>
        {may && id !== me ? (
          <button
            type="button"
            class="text-button"
            aria-label={`Remove ${name}`}
            onClick={() => attempt(() => removeMember(client, room, user_id), onChanged)}
          >
            Remove
          </button>
        ) : null}
      </li>
    );
  };

  return (
    <Dialog title="Members" onClose={onClose}>
      <ul class="members">{details.members.map(row)}</ul>
      {details.more_members ? <p class="hint">There are more than are listed.</p> : null}
      {may ? (
        <AddMember onAdd={(user) => void attempt(() => addMember(client, room, user), onChanged)} />
      ) : null}
      <p class="problem" role="alert">
        {problem}
      </p>
      {isGroup ? (
        <button
          type="button"
          class="danger"
          onClick={() => attempt(() => removeMember(client, room, me), onLeft)}
        >
          Leave this room
        </button>
      ) : null}
    </Dialog>
  );
}

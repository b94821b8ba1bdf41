import { useState } from 'preact/hooks';
import type { ChatClient, Presence, RoomDetails } from '../../client/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { type Deed, useDeed } from '../ui/use-async-action.ts';
import { useDirectory } from './directory.ts';
import { addMember, removeMember } from './rooms-api.ts';
import { Strangers } from './strangers.tsx';

interface MembersProps {
  readonly client: ChatClient;
  readonly details: RoomDetails;
  readonly presence: ReadonlyMap<string, Presence>;
  readonly me: string;
  /** Resolves once what is shown is as it is now. */
  readonly onChanged: () => Promise<void>;
  readonly onLeft: () => void;
  readonly onClose: () => void;
}

type Member = RoomDetails['members'][number];

export const moderates = (details: RoomDetails | undefined, me: string): boolean => {
  const role = details?.members.find(({ user_id }) => String(user_id) === me)?.role;
  return role === 'owner' || role === 'moderator';
};

interface AddProps {
  readonly busy: boolean;
  /** Resolves to whether they were added. */
  readonly onAdd: (user: string) => Promise<boolean>;
}

function AddMember({ busy, onAdd }: AddProps) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const user = String(new FormData(form).get('user') ?? '').trim();
    if (user && (await onAdd(user))) form.reset();
  };
  return (
    <form class="inline-form" onSubmit={submit}>
      <label class="field">
        <span>Add somebody by their user id</span>
        <input name="user" required autocomplete="off" autocapitalize="none" />
      </label>
      <button type="submit" class="primary" aria-disabled={busy}>
        Add
      </button>
    </form>
  );
}

interface RowProps {
  readonly member: Member;
  readonly me: string;
  readonly online: boolean;
  /** Undefined where one may not. */
  readonly onRemove: (() => void) | undefined;
}

function MemberRow({ member: { user_id, username, role }, me, online, onRemove }: RowProps) {
  const id = String(user_id);
  const name = useDirectory().name(id);
  const more = online ? ', online' : username === null && id !== me ? ', not here yet' : '';
  return (
    <li>
      <Avatar id={id} name={name} online={online} />
      <span class="member-name">
        {name}
        {id === me ? ' (you)' : ''}
      </span>
      <span class="member-role">{role + more}</span>
      {onRemove ? (
        <button type="button" class="text-button" aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </button>
      ) : null}
    </li>
  );
}

function removal({ attempt }: Deed, { client, details, onChanged }: MembersProps, user: Member['user_id']) {
  const room = String(details.id);
  return () => void attempt(() => removeMember(client, room, user).then(onChanged));
}

/** Who is in a room, and who comes and goes. */
export function RoomMembers(props: MembersProps) {
  const { client, details, presence, me, onChanged, onLeft, onClose } = props;
  const [added, setAdded] = useState<readonly string[]>([]);
  const deed = useDeed();
  const { busy, problem, attempt } = deed;
  const room = String(details.id);
  const isGroup = details.kind === 'group';
  const may = isGroup && moderates(details, me);
  const add = (user: string) =>
    attempt(async () => {
      await addMember(client, room, user);
      setAdded((before) => [...before, user]);
      await onChanged();
    });
  const isOnline = (id: string) => presence.get(id)?.status === 'online';
  return (
    <Dialog title="Members" onClose={onClose}>
      <ul class="members">
        {details.members.map((member) => {
          const id = String(member.user_id);
          const onRemove = may && id !== me ? removal(deed, props, member.user_id) : undefined;
          return <MemberRow key={id} member={member} me={me} online={isOnline(id)} onRemove={onRemove} />;
        })}
      </ul>
      {details.more_members ? <p class="hint">There are more than are listed.</p> : null}
      <Strangers details={details} me={me} among={added} />
      {may ? <AddMember busy={busy} onAdd={add} /> : null}
      <p class="problem" role="alert">
        {problem}
      </p>
      {isGroup ? (
        <button
          type="button"
          class="danger"
          aria-disabled={busy}
          onClick={() => void attempt(() => removeMember(client, room, me).then(onLeft))}
        >
          Leave this room
        </button>
      ) : null}
    </Dialog>
  );
}

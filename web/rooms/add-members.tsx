import { useState } from 'preact/hooks';
import type { RoomDetails } from '../../client/index.ts';
import { PersonPicker } from '../people/person-picker.tsx';
import type { Person } from '../people/use-people-search.ts';
import { laterTexts } from '../texts/later-texts.ts';
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
      {laterTexts().members.invitedNote(ids.map((id) => nameOf(id)))}
    </p>
  );
}

/** A form that adds people to a room. `onAdd` resolves to the people who could not be added. */
export function AddMembers({
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

import { useState } from 'preact/hooks';
import type { ChatClient, RoomDetails } from '../../client/index.ts';
import { PersonPicker } from '../people/person-picker.tsx';
import { UserId } from '../people/profile.tsx';
import type { Person } from '../people/use-people-search.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { Button, ErrorText, Field } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { PendingMembers, pendingMembers } from './add-members.tsx';

interface NewRoomProps {
  readonly client: ChatClient;
  readonly onCreated: (room: string) => void;
  readonly onClose: () => void;
}

/** Creates a group or a direct room. */
export function NewRoom({ client, onCreated, onClose }: NewRoomProps) {
  const words = laterTexts().newRoom;
  const [direct, setDirect] = useState(false);
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [created, setCreated] = useState<RoomDetails>();
  const { busy, error, run } = useAsyncAction();

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(fields.get('name') ?? '').trim();
    const members = people.map(({ id }) => id);
    const [other = ''] = members;
    void run(async () => {
      const room = await client.createRoom(direct ? { kind: 'direct', members: [other] } : { name, members });
      if (pendingMembers(room).length > 0) setCreated(room);
      else onCreated(String(room.id));
    });
  };

  const chooseDirect = () => {
    setDirect(true);
    setPeople(people.slice(0, 1));
  };

  if (created) {
    const open = () => onCreated(String(created.id));
    return (
      <Dialog title={words.created} onClose={open}>
        <PendingMembers ids={pendingMembers(created)} />
        <Button kind="primary" label={words.open} onClick={open} />
      </Dialog>
    );
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <fieldset class="choice">
          <legend>{words.type}</legend>
          <label>
            <input type="radio" name="kind" checked={!direct} onChange={() => setDirect(false)} />{' '}
            {words.group}
          </label>
          <label>
            <input type="radio" name="kind" checked={direct} onChange={chooseDirect} /> {words.direct}
          </label>
        </fieldset>
        {direct ? null : <Field label={words.name} name="name" maxLength={100} />}
        <PersonPicker
          label={direct ? words.person : words.people}
          chosen={people}
          onChange={setPeople}
          single={direct}
          required={direct}
        />
        <ErrorText>{error}</ErrorText>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? words.creating : words.create}
        </button>
      </form>
      {client.user === undefined ? null : <UserId label={laterTexts().profile.ownId} id={client.user} />}
    </Dialog>
  );
}

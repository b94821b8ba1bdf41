import { useState } from 'preact/hooks';
import type { ChatClient, RoomDetails } from '../../client/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useDeed } from '../ui/use-async-action.ts';
import { Strangers, strangersIn } from './strangers.tsx';

interface NewRoomProps {
  readonly client: ChatClient;
  readonly onMade: (room: string) => void;
  readonly onClose: () => void;
}

const idsIn = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** Makes a room of several, or of two. */
export function NewRoom({ client, onMade, onClose }: NewRoomProps) {
  const [direct, setDirect] = useState(false);
  const [made, setMade] = useState<RoomDetails>();
  const { busy, problem, attempt } = useDeed();

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(fields.get('name') ?? '').trim();
    const members = idsIn(String(fields.get('members') ?? ''));
    const [other = ''] = members;
    void attempt(async () => {
      const room = await client.createRoom(direct ? { kind: 'direct', members: [other] } : { name, members });
      if (strangersIn(room, client.user).length > 0) setMade(room);
      else onMade(String(room.id));
    });
  };

  if (made) {
    const go = () => onMade(String(made.id));
    return (
      <Dialog title="The room is made" onClose={go}>
        <Strangers details={made} me={client.user} />
        <button type="button" class="primary" onClick={go}>
          Go to the room
        </button>
      </Dialog>
    );
  }

  return (
    <Dialog title="New room" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <fieldset class="choice">
          <legend>Who is it for?</legend>
          <label>
            <input type="radio" name="kind" checked={!direct} onChange={() => setDirect(false)} /> A group
          </label>
          <label>
            <input type="radio" name="kind" checked={direct} onChange={() => setDirect(true)} /> One other
          </label>
        </fieldset>
        {direct ? null : (
          <label class="field">
            <span>Name</span>
            <input name="name" required autocomplete="off" maxLength={100} />
          </label>
        )}
        <label class="field">
          <span>{direct ? 'Their user id' : 'User ids of the others, with commas between'}</span>
          <input name="members" required={direct} autocomplete="off" autocapitalize="none" />
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? 'Making the room…' : 'Make the room'}
        </button>
      </form>
    </Dialog>
  );
}

import { useState } from 'preact/hooks';
import type { ChatClient } from '../client/index.ts';
import { Dialog } from './dialog.tsx';

interface NewRoomProps {
  readonly client: ChatClient;
  readonly onMade: (room: string) => void;
  readonly onClose: () => void;
}

const idsIn = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** Makes a room of several, or of two. */
export function NewRoom({ client, onMade, onClose }: NewRoomProps) {
  const [direct, setDirect] = useState(false);
  const [problem, setProblem] = useState('');

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(fields.get('name') ?? '').trim();
    const members = idsIn(String(fields.get('members') ?? ''));
    const [other = ''] = members;
    setProblem('');
    try {
      const made = await client.createRoom(direct ? { kind: 'direct', members: [other] } : { name, members });
      onMade(String(made.id));
    } catch (error) {
      setProblem((error as Error).message);
    }
  };

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
        <button type="submit" class="primary">
          Make the room
        </button>
      </form>
    </Dialog>
  );
}

import { useState } from 'preact/hooks';
import type { ChatClient, RoomDetails } from '../../client/index.ts';
import { Button, ErrorText, Field } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { PendingMembers, pendingMembers } from './members.tsx';

interface NewRoomProps {
  readonly client: ChatClient;
  readonly onCreated: (room: string) => void;
  readonly onClose: () => void;
}

const splitIds = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** Creates a group or a direct room. */
export function NewRoom({ client, onCreated, onClose }: NewRoomProps) {
  const [direct, setDirect] = useState(false);
  const [created, setCreated] = useState<RoomDetails>();
  const { busy, error, run } = useAsyncAction();

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(fields.get('name') ?? '').trim();
    const members = splitIds(String(fields.get('members') ?? ''));
    const [other = ''] = members;
    void run(async () => {
      const room = await client.createRoom(direct ? { kind: 'direct', members: [other] } : { name, members });
      if (pendingMembers(room).length > 0) setCreated(room);
      else onCreated(String(room.id));
    });
  };

  if (created) {
    const open = () => onCreated(String(created.id));
    return (
      <Dialog title="Room created" onClose={open}>
        <PendingMembers ids={pendingMembers(created)} />
        <Button kind="primary" label="Open room" onClick={open} />
      </Dialog>
    );
  }

  return (
    <Dialog title="New room" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <fieldset class="choice">
          <legend>Type</legend>
          <label>
            <input type="radio" name="kind" checked={!direct} onChange={() => setDirect(false)} /> Group
          </label>
          <label>
            <input type="radio" name="kind" checked={direct} onChange={() => setDirect(true)} /> Direct
            message
          </label>
        </fieldset>
        {direct ? null : <Field label="Name" name="name" maxLength={100} />}
        <Field
          label={direct ? 'User ID' : 'User IDs, separated by commas'}
          name="members"
          required={direct}
        />
        <ErrorText>{error}</ErrorText>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? 'Creating room…' : 'Create room'}
        </button>
      </form>
    </Dialog>
  );
}

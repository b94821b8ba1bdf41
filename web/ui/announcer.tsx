import { useEffect, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import { useDirectory } from '../rooms/directory.ts';

/** Reads out what others say, as it comes. */
export function Announcer({ room, me }: { readonly room: Room; readonly me: string }) {
  const directory = useDirectory();
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      room.on('chat_message', ({ message }) => {
        if (String(message.sender_id) === me) return;
        setSaid(`${directory.name(message.sender_id)}: ${message.text || (message.file ?? '')}`);
      }),
    [room, me, directory],
  );
  return (
    <p class="unseen" aria-live="polite">
      {said}
    </p>
  );
}

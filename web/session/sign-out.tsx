import { useState } from 'preact/hooks';
import type { ChatClient } from '../../client/index.ts';
import type { Desks } from '../room/room-drafts.ts';
import { Confirm } from '../ui/confirm.tsx';
import { counted } from '../ui/format.ts';

/** Signs out; where something was done that is not stored yet, only once one is sure. Gives the question to show. */
export function useSignOut(client: ChatClient, desks: Desks, onSignOut: () => void) {
  const [unsent, setUnsent] = useState(0);
  const ask = () => {
    const waiting = client.unanswered.length + desks.unsent;
    if (waiting === 0) onSignOut();
    else setUnsent(waiting);
  };
  const question =
    unsent > 0 ? (
      <Confirm
        title="Sign out now?"
        deed="Sign out"
        instead="Stay"
        onClose={() => setUnsent(0)}
        onConfirm={onSignOut}
      >
        {counted(unsent, 'thing')} that you did {unsent === 1 ? 'is' : 'are'} not sent yet, and{' '}
        {unsent === 1 ? 'is' : 'are'} lost when you sign out.
      </Confirm>
    ) : null;
  return { ask, question };
}

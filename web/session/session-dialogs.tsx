import { useState } from 'preact/hooks';
import type { ChatClient } from '../../client/index.ts';
import type { RoomDrafts } from '../room/room-draft.ts';
import { Button } from '../ui/buttons.tsx';
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx';
import { pluralize } from '../ui/format.ts';
import { isSignedInByCookie } from './cookie.ts';
import type { Tokens } from './session.ts';
import { sessions } from './sessions.ts';
import { SignInForm } from './sign-in.tsx';

interface SignInAgainProps {
  readonly client: ChatClient;
  readonly onSignedIn: (tokens: Tokens) => void;
  readonly onSignOut: () => void;
}

/** Asks for a new sign-in after the token has expired. The page keeps its state, and unsent messages stay queued. */
export function SignInAgain({ client, onSignedIn, onSignOut }: SignInAgainProps) {
  return (
    <Dialog title="Sign in again">
      <p class="lead">{client.error?.message}</p>
      <p class="hint">Your unsent messages are saved. They will be sent after you sign in.</p>
      {/* The button must not get the focus when the dialog opens: its user may be typing a message. */}
      <SignInForm name={sessions.current?.name} onSignedIn={onSignedIn} focus>
        {isSignedInByCookie() ? null : <Button kind="quiet" label="Sign out" onClick={onSignOut} />}
      </SignInForm>
    </Dialog>
  );
}

/** Returns a function that signs out, and the dialog that asks first if unsent changes would be lost. */
export function useSignOut(client: ChatClient, drafts: RoomDrafts, onSignOut: () => void) {
  const [unsent, setUnsent] = useState(0);
  const requestSignOut = () => {
    const count = client.pendingChanges.length + drafts.unsent;
    if (count === 0) onSignOut();
    else setUnsent(count);
  };
  const signOutDialog =
    unsent > 0 ? (
      <ConfirmDialog title="Sign out?" action="Sign out" onClose={() => setUnsent(0)} onConfirm={onSignOut}>
        {pluralize(unsent, 'unsent change')} will be lost if you sign out.
      </ConfirmDialog>
    ) : null;
  return { requestSignOut, signOutDialog };
}

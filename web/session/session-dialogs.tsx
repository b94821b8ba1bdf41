import type { ChatClient } from '../../client/index.ts';
import { Deferred } from '../deferred.tsx';
import { signInTexts } from '../texts/sign-in-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Button } from '../ui/buttons.tsx';
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
    <Deferred>
      {({ Dialog }) => (
        <Dialog title={signInTexts().again}>
          <p class="lead">{client.error && errorText(client.error)}</p>
          <p class="hint">{signInTexts().unsentKept}</p>
          {/* The button must not get the focus when the dialog opens: its user may be typing a message. */}
          <SignInForm name={sessions.current?.name} onSignedIn={onSignedIn} focus>
            {isSignedInByCookie() ? null : (
              <Button kind="quiet" label={texts().session.signOut} onClick={onSignOut} />
            )}
          </SignInForm>
        </Dialog>
      )}
    </Deferred>
  );
}

interface SignOutProps {
  /** How many unsent changes would be lost. */
  readonly unsent: number;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks whether to sign out although unsent changes would be lost. */
export function SignOutQuestion({ unsent, onConfirm, onClose }: SignOutProps) {
  return (
    <Deferred>
      {({ ConfirmDialog }) => (
        <ConfirmDialog
          title={signInTexts().signOutTitle}
          action={texts().session.signOut}
          onClose={onClose}
          onConfirm={onConfirm}
        >
          {signInTexts().unsentLost(unsent)}
        </ConfirmDialog>
      )}
    </Deferred>
  );
}

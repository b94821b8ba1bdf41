import { useNames, usePictures } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useBlockedUsers } from './blocks.ts';

/** Asks whether to block a user. */
export function BlockPerson({ user, onClose }: { readonly user: string; readonly onClose: () => void }) {
  const name = useNames()(user);
  const { block } = useBlockedUsers();
  const { blocking } = laterTexts();
  return (
    <ConfirmDialog
      title={blocking.title(name)}
      action={blocking.block}
      onClose={onClose}
      onConfirm={() => block(user)}
    >
      {blocking.consequence}
    </ConfirmDialog>
  );
}

/** Ends the block of a user. */
export function UnblockButton({ user }: { readonly user: string }) {
  const { unblock } = useBlockedUsers();
  const { busy, error, run } = useAsyncAction();
  return (
    <>
      <Button
        kind="text-button"
        label={laterTexts().blocking.unblock}
        busy={busy}
        onClick={() => void run(() => unblock(user))}
      />
      {error ? <ErrorText>{error}</ErrorText> : null}
    </>
  );
}

/** Lists the users whom the signed-in user has blocked. */
export function BlockedPeople({ onClose }: { readonly onClose: () => void }) {
  const nameOf = useNames();
  const pictureOf = usePictures();
  const { blocked, unblock } = useBlockedUsers();
  const { error, run } = useAsyncAction();
  const { blocking } = laterTexts();
  return (
    <Dialog title={blocking.blockedPeople} onClose={onClose}>
      <ul class="members">
        {[...blocked].map((id) => {
          const name = nameOf(id);
          return (
            <li key={id}>
              <Avatar id={id} name={name} picture={pictureOf(id)} />
              <bdi class="member-name">{name}</bdi>
              <button
                type="button"
                class="text-button"
                aria-label={blocking.unblockUser(name)}
                onClick={() => void run(() => unblock(id))}
              >
                {blocking.unblock}
              </button>
            </li>
          );
        })}
      </ul>
      {blocked.size === 0 ? <p class="hint">{blocking.nobody}</p> : null}
      <ErrorText>{error}</ErrorText>
    </Dialog>
  );
}

import { useState } from 'preact/hooks';
import { useChatClient } from '../../client/react/index.ts';
import { useNames } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';

/** Shows a user id with a button that copies it. Pages without encryption have no clipboard. */
export function UserId({ label, id }: { readonly label: string; readonly id: string }) {
  const [isCopied, setCopied] = useState(false);
  const { run } = useAsyncAction();
  const copy = async () => setCopied(await run(() => navigator.clipboard.writeText(id)));
  return (
    <p class="user-id">
      <span>
        {label}: <code>{id}</code>
      </span>
      {'clipboard' in navigator ? (
        <Button kind="text-button" label={isCopied ? 'Copied' : 'Copy'} onClick={() => void copy()} />
      ) : null}
    </p>
  );
}

/** Shows a user, and starts a direct room with them. */
export function Profile({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const client = useChatClient();
  const name = useNames()(id);
  const { isSingleRoom, open } = useNavigation();
  const { busy, error, run } = useAsyncAction();
  const isMe = id === client.user;
  const start = () =>
    void run(async () => {
      const room = await client.createRoom({ kind: 'direct', members: [id] });
      void client.roomList.reload();
      onClose();
      open(String(room.id));
    });
  return (
    <Dialog title={isMe ? `${name} (you)` : name} onClose={onClose}>
      <div class="profile">
        <Avatar id={id} name={name} />
        <UserId label={isMe ? 'Your user ID' : 'User ID'} id={id} />
      </div>
      <ErrorText>{error}</ErrorText>
      {isMe || isSingleRoom ? null : (
        <Button kind="primary" label="Send a message" busy={busy} onClick={start} />
      )}
    </Dialog>
  );
}

/** An avatar that opens the user's profile. */
export function AvatarButton({
  id,
  name,
  online = false,
  tabStop = true,
  onOpen,
}: {
  readonly id: string;
  readonly name: string;
  readonly online?: boolean;
  /** Whether Tab stops at the button. */
  readonly tabStop?: boolean;
  readonly onOpen: (user: string) => void;
}) {
  return (
    <button
      type="button"
      class="avatar-button"
      aria-label={`Profile of ${name}`}
      tabIndex={tabStop ? 0 : -1}
      onClick={() => onOpen(id)}
    >
      <Avatar id={id} name={name} online={online} />
    </button>
  );
}

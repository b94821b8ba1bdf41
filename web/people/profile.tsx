import { useChatClient } from '../../client/react/index.ts';
import { useNames, usePictures, usePresenceOfAll } from '../rooms/names.ts';
import { useNavigation } from '../rooms/navigation.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { lastSeen } from '../ui/format.ts';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useNotice } from '../ui/use-notice.ts';
import { UnblockButton } from './blocked-people.tsx';
import { useBlockedUsers } from './blocks.ts';

/** Shows a user id with a button that copies it. Pages without encryption have no clipboard. */
export function UserId({ label, id }: { readonly label: string; readonly id: string }) {
  const { profile } = laterTexts();
  const [isCopied, setCopied] = useNotice<boolean>();
  const { run } = useAsyncAction();
  const copy = async () => setCopied(await run(() => navigator.clipboard.writeText(id)));
  return (
    <p class="user-id">
      <span>
        {label} <code>{id}</code>
      </span>
      {'clipboard' in navigator ? (
        <Button
          kind="text-button"
          label={isCopied ? profile.copied : profile.copy}
          onClick={() => void copy()}
        />
      ) : null}
    </p>
  );
}

interface ProfileProps {
  readonly id: string;
  /** Asks whether to block the user. */
  readonly onBlock: () => void;
  readonly onClose: () => void;
}

/** Shows a user, blocks or unblocks them, and starts a direct room with them. */
export function Profile({ id, onBlock, onClose }: ProfileProps) {
  const client = useChatClient();
  const name = useNames()(id);
  const picture = usePictures()(id);
  const known = usePresenceOfAll().get(id);
  const online = known?.status === 'online';
  const { isSingleRoom, open } = useNavigation();
  const { busy, error, run } = useAsyncAction();
  const isMe = id === client.user;
  const { blocked } = useBlockedUsers(!isMe);
  const { profile, blocking } = laterTexts();
  const start = () =>
    void run(async () => {
      const room = await client.createRoom({ kind: 'direct', members: [id] });
      void client.roomList.reload();
      onClose();
      open(String(room.id));
    });
  return (
    <Dialog title={isMe ? profile.you(name) : name} onClose={onClose}>
      <div class="profile">
        <Avatar id={id} name={name} picture={picture} online={online && !isMe} />
        <div>
          {isMe || !known ? null : (
            <p class="profile-presence">{online ? texts().room.online : lastSeen(known.last_seen)}</p>
          )}
          <UserId label={isMe ? profile.ownId : profile.id} id={id} />
        </div>
      </div>
      <ErrorText>{error}</ErrorText>
      {isMe || isSingleRoom ? null : (
        <Button kind="primary" label={profile.message} busy={busy} onClick={start} />
      )}
      {isMe ? null : blocked.has(id) ? (
        <p class="hint">
          {blocking.blocked(name)} <UnblockButton user={id} />
        </p>
      ) : (
        <Button kind="danger" label={blocking.block} onClick={onBlock} />
      )}
    </Dialog>
  );
}

import { useMemo, useState } from 'preact/hooks';
import { useChatClient, useMembers, usePresence, useRoom } from '../../client/react/index.ts';
import { Composer } from '../composer/composer.tsx';
import { TypingLine } from '../composer/typing-line.tsx';
import { Profile } from '../people/profile.tsx';
import { RoomMembers } from '../rooms/members.tsx';
import { useNavigation } from '../rooms/navigation.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { useEntries } from '../timeline/use-entries.ts';
import { useReadMark } from '../timeline/use-read-mark.ts';
import { ErrorNotice, MessageAnnouncer } from '../ui/banners.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { RequestNote } from './request-note.tsx';
import { isModerator, RoomContext } from './room-context.ts';
import type { RoomDraft } from './room-draft.ts';
import { RoomHeader } from './room-header.tsx';

interface PaneProps {
  readonly draft: RoomDraft;
  readonly id: string;
  readonly me: string;
  readonly onLeft: () => void;
  readonly onAccepted: () => void;
}

/** The open room: its header, timeline and composer. */
export function RoomPane({ draft, id, me, onLeft, onAccepted }: PaneProps) {
  const client = useChatClient();
  const { linkTo } = useNavigation();
  const { room, error, details } = useRoom(id);
  const entries = useEntries(room, draft, me);
  const { reload } = useMembers(id);
  const presence = usePresence(id);
  const { unreadAfter, onView } = useReadMark(room, me);
  const [showMembers, setShowMembers] = useState(false);
  const [deleting, setDeleting] = useState<number>();
  const [profile, setProfile] = useState<string>();
  const moderator = isModerator(details, me);
  // The context changes rarely, so that a row renders again only when its own message changes.
  const context = useMemo<RoomContext>(
    () => ({
      ...{ client, room, draft, me, isModerator: moderator },
      showProfile: setProfile,
      confirmDelete: setDeleting,
    }),
    [client, room, draft, me, moderator],
  );

  const editLast = () => {
    const own = entries.findLast((entry) => entry.author === me && entry.state === 'stored' && entry.text);
    if (own) draft.setTarget({ kind: 'edit', entry: own });
  };
  // Writing accepts a request.
  const isRequest =
    details?.request && !entries.some(({ author, state }) => author === me && state !== 'failed');
  const accepted = async () => {
    await reload();
    onAccepted();
  };
  const openMembers = () => {
    void reload();
    setShowMembers(true);
  };

  return (
    <RoomContext.Provider value={context}>
      <section class="room-pane" aria-label="Room">
        <RoomHeader details={details} presence={presence} onMembers={openMembers} />
        <Timeline entries={entries} unreadAfter={unreadAfter} onView={onView} />
        <MessageAnnouncer />
        <ErrorNotice />
        {details && isRequest ? (
          <RequestNote details={details} onAccepted={accepted} onDeclined={onLeft} />
        ) : null}
        {error ? (
          <div class="refused-note" role="alert">
            <p>{error.message}</p>
            <a class="text-button" {...linkTo()}>
              Back to rooms
            </a>
          </div>
        ) : (
          <>
            <TypingLine />
            <Composer onEditLast={editLast} />
          </>
        )}
        {deleting !== undefined ? (
          <ConfirmDialog
            title="Delete message?"
            action="Delete"
            onClose={() => setDeleting(undefined)}
            onConfirm={() => draft.change((each) => each.delete(deleting))}
          >
            This deletes the message for everyone. You can't undo it.
          </ConfirmDialog>
        ) : null}
        {showMembers && details ? (
          <RoomMembers
            details={details}
            presence={presence}
            onChanged={reload}
            onLeft={onLeft}
            onClose={() => setShowMembers(false)}
          />
        ) : null}
        {profile !== undefined ? <Profile id={profile} onClose={() => setProfile(undefined)} /> : null}
      </section>
    </RoomContext.Provider>
  );
}

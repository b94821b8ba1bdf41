import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import { useChatClient, useMembers, usePresence, useRoom } from '../../client/react/index.ts';
import { Composer } from '../composer/composer.tsx';
import { useWriteBlock } from '../composer/write-block.ts';
import { Deferred } from '../deferred.tsx';
import { type GoToTarget, useNavigation } from '../rooms/navigation.ts';
import { texts } from '../texts/texts.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { useEntries } from '../timeline/use-entries.ts';
import { ErrorNotice, MessageAnnouncer } from '../ui/banners.tsx';
import { RoomContext, type RoomDialog } from './room-context.ts';
import { type RoomDraft, useDraft } from './room-draft.ts';
import { RoomHeader } from './room-header.tsx';

interface PaneProps {
  readonly draft: RoomDraft;
  readonly id: string;
  readonly me: string;
  readonly onLeft: () => void;
  readonly onAccepted: () => void;
}

/** In rooms with more members, it would cost too much to load the presence each time. */
const MAX_REFRESHED = 50;

/**
 * Loads the members again when the user returns to the page. In a group, the server announces only the presence of
 * people who have opened it, so others may have come online or left meanwhile.
 */
function useFreshPresence(room: Room, reload: () => Promise<void>): void {
  useEffect(() => {
    const onVisibility = () => {
      const count = room.info?.members.length ?? 0;
      if (document.visibilityState === 'visible' && count > 0 && count <= MAX_REFRESHED) void reload();
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => document.removeEventListener('visibilitychange', onVisibility);
  }, [room, reload]);
}

/** The open room: its header, timeline and composer. */
export function RoomPane({ draft, id, me, onLeft, onAccepted }: PaneProps) {
  const client = useChatClient();
  const { target: linked } = useNavigation();
  const { room, error, details } = useRoom(id);
  const entries = useEntries(room, draft, me);
  const { reload } = useMembers(id);
  const presence = usePresence(id);
  useFreshPresence(room, reload);
  /** The open dialogs. A later one lies above the earlier ones. */
  const [dialogs, setDialogs] = useState<readonly RoomDialog[]>([]);
  const [target, setTarget] = useState<GoToTarget | undefined>(linked);
  useEffect(() => setTarget(linked), [linked]);
  const role = details?.members.find(({ user_id }) => String(user_id) === me)?.role;
  const writeBlock = useWriteBlock(details, me);
  const canSend = !error && !writeBlock;
  const canChange = !error && (writeBlock?.canChange ?? true);
  const isEditing = useDraft(draft, ({ target }) => target?.kind === 'edit');
  // The context changes rarely, so that a row renders again only when its own message changes.
  const isModerator = role === 'owner' || role === 'moderator';
  const canPin = !error && !details?.archived && (isModerator || details?.kind === 'direct');
  const context = useMemo<RoomContext>(
    () => ({
      ...{ client, room, draft, me, role, isModerator, canChange, canSend, canPin },
      show: (dialog) => setDialogs((open) => [...open, dialog]),
      goTo: (id) => {
        setDialogs([]);
        setTarget({ id });
      },
    }),
    [client, room, draft, me, role, canChange, canSend, canPin],
  );

  const lastSent = entries.findLast(({ author, state }) => author === me && state !== 'failed');
  const editLast = () => {
    const own = entries.findLast((entry) => entry.author === me && entry.state === 'stored' && entry.text);
    if (own) draft.setTarget({ kind: 'edit', entry: own });
  };
  // A user accepts a request by writing in the room.
  const isRequest =
    details?.request && !entries.some(({ author, state }) => author === me && state !== 'failed');
  const accepted = async () => {
    await reload();
    onAccepted();
  };

  return (
    <RoomContext.Provider value={context}>
      <section class="room-pane" aria-label={texts().room.title}>
        <RoomHeader details={details} presence={presence} />
        <Timeline
          entries={entries}
          target={target}
          blocked={writeBlock?.reason === 'blocked' ? writeBlock.user : undefined}
        />
        <MessageAnnouncer />
        <ErrorNotice />
        {details && isRequest ? (
          <Deferred>
            {({ RequestNote }) => <RequestNote details={details} onAccepted={accepted} onDeclined={onLeft} />}
          </Deferred>
        ) : null}
        {canSend || (canChange && isEditing) ? (
          <Composer lastSent={lastSent} onEditLast={editLast} />
        ) : (
          <Deferred>{({ NoComposer }) => <NoComposer error={error} block={writeBlock} />}</Deferred>
        )}
        {dialogs.map((dialog, index) => (
          <Deferred key={index}>
            {({ OpenRoomDialog }) => (
              <OpenRoomDialog
                dialog={dialog}
                details={details}
                presence={presence}
                reload={reload}
                onLeft={onLeft}
                onClose={() => setDialogs((open) => open.slice(0, index))}
              />
            )}
          </Deferred>
        ))}
      </section>
    </RoomContext.Provider>
  );
}

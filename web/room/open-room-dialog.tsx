import { type Presence, type RoomDetails, removeMember } from '../../client/index.ts';
import { BlockedPeople, BlockPerson } from '../people/blocked-people.tsx';
import { Profile } from '../people/profile.tsx';
import { RoomMembers } from '../rooms/members.tsx';
import { ReportMessage } from '../safety/report-message.tsx';
import { ReportedMessages } from '../safety/reported-messages.tsx';
import { SearchMessages } from '../search/search-messages.tsx';
import { laterTexts } from '../texts/later-texts.ts';
import { Lightbox } from '../timeline/lightbox.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { MessageReaders } from './message-readers.tsx';
import { PinnedMessages } from './pinned-messages.tsx';
import { type RoomDialog, useRoomContext } from './room-context.ts';
import { RoomSettings } from './room-settings.tsx';

interface DialogProps {
  readonly dialog: RoomDialog;
  readonly details: RoomDetails | undefined;
  readonly presence: ReadonlyMap<string, Presence>;
  /** Loads the details again. */
  readonly reload: () => Promise<void>;
  /** Called when the user has left the room, or deleted it. */
  readonly onLeft: () => void;
  readonly onClose: () => void;
}

/** A dialog about the open room. */
export function OpenRoomDialog({ dialog, details, presence, reload, onLeft, onClose }: DialogProps) {
  const { draft, show } = useRoomContext();
  switch (dialog.kind) {
    case 'profile':
      return (
        <Profile
          id={dialog.user}
          onBlock={() => show({ kind: 'block', user: dialog.user })}
          onClose={onClose}
        />
      );
    case 'delete': {
      const { id } = dialog.entry;
      const { deletion } = laterTexts();
      return (
        <ConfirmDialog
          title={deletion.title}
          action={deletion.action}
          onClose={onClose}
          onConfirm={() => id !== undefined && draft.change((room) => room.delete(id))}
        >
          {deletion.consequence}
        </ConfirmDialog>
      );
    }
    case 'search':
      return <SearchMessages onClose={onClose} />;
    case 'pins':
      return <PinnedMessages onClose={onClose} />;
    case 'report':
      return <ReportMessage entry={dialog.entry} onClose={onClose} />;
    case 'readers':
      return details ? <MessageReaders entry={dialog.entry} details={details} onClose={onClose} /> : null;
    case 'reports':
      return <ReportedMessages onClose={onClose} />;
    case 'block':
      return <BlockPerson user={dialog.user} onClose={onClose} />;
    case 'blocks':
      return <BlockedPeople onClose={onClose} />;
    case 'leave':
      return <LeaveRoom onLeft={onLeft} onClose={onClose} />;
    case 'picture':
      return <Lightbox message={dialog.message} onClose={onClose} />;
    case 'members':
      return details ? (
        <RoomMembers details={details} presence={presence} onChanged={reload} onClose={onClose} />
      ) : null;
    case 'settings':
      return details ? <RoomSettings details={details} onDeleted={onLeft} onClose={onClose} /> : null;
    default:
      return dialog satisfies never;
  }
}

function LeaveRoom({ onLeft, onClose }: Pick<DialogProps, 'onLeft' | 'onClose'>) {
  const { client, room, me } = useRoomContext();
  const { leaving } = laterTexts();
  const leave = () => removeMember(client, room.id, me).then(onLeft);
  return (
    <ConfirmDialog title={leaving.title} action={leaving.action} onClose={onClose} onConfirm={leave}>
      {leaving.consequence}
    </ConfirmDialog>
  );
}

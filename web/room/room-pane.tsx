import { useMemo, useState } from 'preact/hooks';
import type { ChatClient, ChatClientError } from '../../client/index.ts';
import { useRoom } from '../../client/react/index.ts';
import { Composer } from '../composer/composer.tsx';
import { TypingLine } from '../composer/typing-line.tsx';
import { useDirectory } from '../rooms/directory.ts';
import { moderates, RoomMembers } from '../rooms/members.tsx';
import type { Entry } from '../timeline/entry.ts';
import type { RowDeeds } from '../timeline/row-deeds.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { useConversation } from '../timeline/use-entries.ts';
import { useReading } from '../timeline/use-read-mark.ts';
import { Announcer } from '../ui/announcer.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { useRoomDetails } from './room-details.ts';
import type { Desk } from './room-draft.ts';
import { useInHand } from './room-drafts.ts';
import { RoomHeader } from './room-header.tsx';
import { useWhoIsThere } from './use-presence.ts';

interface PaneProps {
  readonly client: ChatClient;
  readonly desk: Desk;
  readonly id: string;
  readonly me: string;
  readonly onLeft: () => void;
}

/** What can be done about messages. The same object always: a row is drawn again when its own message changes. */
function useDeeds(desk: Desk, me: string, onRemove: (entry: Entry) => void): Omit<RowDeeds, 'show'> {
  const directory = useDirectory();
  return useMemo(() => {
    const aimAt = (kind: 'reply' | 'edit') => (entry: Entry) =>
      desk.aimAt({ kind, entry, name: entry.author === me ? 'yourself' : directory.name(entry.author) });
    return {
      react: (message, emoji, remove) => desk.react(message, emoji, remove),
      reply: aimAt('reply'),
      edit: aimAt('edit'),
      remove: onRemove,
      retry: (key) => desk.retry(key),
      discard: (key) => desk.discard(key),
    };
  }, [desk, me, directory, onRemove]);
}

/** What went wrong last, until somebody has read it. */
function Problem({ desk }: { readonly desk: Desk }) {
  const { problem } = useInHand(desk);
  if (!problem) return null;
  return (
    <div class="notice" role="alert">
      <p>{problem}</p>
      <button type="button" class="text-button" onClick={() => desk.tell('')}>
        Close
      </button>
    </div>
  );
}

/** Why one may not be here. */
function Refused({ error }: { readonly error: ChatClientError }) {
  return (
    <div class="refused-note" role="alert">
      <p>{error.message}</p>
      <a class="text-button" href="#/">
        Back to the rooms
      </a>
    </div>
  );
}

/** One room: its head, what was said, and where one writes. */
export function RoomPane({ client, desk, id, me, onLeft }: PaneProps) {
  const directory = useDirectory();
  const room = useRoom(client, id);
  const entries = useConversation(client, room, desk, me, directory);
  const { details, reload } = useRoomDetails(room, directory);
  const presence = useWhoIsThere(room, details, me);
  const { unreadAfter, onView } = useReading(room, me);
  const [members, setMembers] = useState(false);
  const [doomed, setDoomed] = useState<Entry>();

  const deeds = useDeeds(desk, me, setDoomed);
  const editLast = () => {
    const own = entries.findLast((entry) => entry.author === me && entry.state === 'stored' && entry.text);
    if (own) deeds.edit(own);
  };

  return (
    <section class="room-pane" aria-label="Room">
      <RoomHeader
        id={id}
        details={details}
        presence={presence}
        me={me}
        onMembers={() => {
          void reload();
          setMembers(true);
        }}
      />
      <Timeline
        client={client}
        room={room}
        me={me}
        entries={entries}
        unreadAfter={unreadAfter}
        moderates={moderates(details, me)}
        deeds={deeds}
        onView={onView}
      />
      <Announcer room={room} me={me} />
      <Problem desk={desk} />
      {room.error ? (
        <Refused error={room.error} />
      ) : (
        <>
          <TypingLine room={room} />
          <Composer room={room} desk={desk} onEditLast={editLast} />
        </>
      )}
      {doomed ? (
        <Confirm
          title="Delete this message?"
          deed="Delete"
          onClose={() => setDoomed(undefined)}
          onConfirm={() => doomed.id !== undefined && desk.remove(doomed.id)}
        >
          It goes for everybody, and for good.
        </Confirm>
      ) : null}
      {members && details ? (
        <RoomMembers
          client={client}
          details={details}
          presence={presence}
          me={me}
          onChanged={reload}
          onLeft={onLeft}
          onClose={() => setMembers(false)}
        />
      ) : null}
    </section>
  );
}

import { useState } from 'preact/hooks';
import type { RoomDetails } from '../../client/index.ts';
import { useReadBy } from '../../client/react/index.ts';
import { useNames, usePictures } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import type { Entry } from '../timeline/entry.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useRoomContext } from './room-context.ts';

/** How many people a list shows at first, and how many more after each click. */
const PAGE = 50;
/** In larger rooms, the server sends the read marks of some members only. */
const MAX_MARKS = 50;

function People({ title, ids }: { readonly title: string; readonly ids: readonly string[] }) {
  const nameOf = useNames();
  const pictureOf = usePictures();
  const [shown, setShown] = useState(PAGE);
  if (ids.length === 0) return null;
  return (
    <section class="readers" aria-label={title}>
      <h3>{title}</h3>
      <ul class="members">
        {ids.slice(0, shown).map((id) => (
          <li key={id}>
            <Avatar id={id} name={nameOf(id)} picture={pictureOf(id)} />
            <bdi class="member-name">{nameOf(id)}</bdi>
          </li>
        ))}
      </ul>
      {ids.length > shown ? (
        <Button
          kind="quiet"
          label={laterTexts().readers.more(ids.length - shown)}
          onClick={() => setShown(shown + PAGE)}
        />
      ) : null}
    </section>
  );
}

interface ReadersProps {
  readonly entry: Entry;
  readonly details: RoomDetails;
  readonly onClose: () => void;
}

/** Lists who has read a message, and who has not yet. */
export function MessageReaders({ entry, details, onClose }: ReadersProps) {
  const { room, me } = useRoomContext();
  const { id = 0, author } = entry;
  const words = laterTexts().readers;
  const readers = useReadBy(room.id, id)
    .map(({ user_id }) => user_id)
    .filter((user) => user !== author);
  const others = details.members
    .map(({ user_id }) => String(user_id))
    .filter((user) => user !== me && user !== author && !readers.includes(user));
  const isLarge = details.members.length > MAX_MARKS || details.more_members;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <People title={words.readBy(readers.length)} ids={readers} />
      {readers.length === 0 ? <p class="hint">{words.nobody}</p> : null}
      {isLarge ? (
        <p class="hint">{words.large}</p>
      ) : (
        <People title={words.notRead(others.length)} ids={others} />
      )}
    </Dialog>
  );
}

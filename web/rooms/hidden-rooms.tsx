import { useEffect, useState } from 'preact/hooks';
import { type RoomSummary, setPreferences } from '../../client/index.ts';
import { otherMember, useChatClient } from '../../client/react/index.ts';
import { useDirectNames } from '../../client/react/rooms.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { roomName, useNames, usePictures } from './names.ts';

interface ItemProps {
  readonly room: RoomSummary;
  readonly onUnhide: () => void;
}

function HiddenRoom({ room, onUnhide }: ItemProps) {
  const { hidden } = laterTexts();
  const me = useChatClient().user ?? '';
  const name = roomName(room, me, useNames());
  const pictureOf = usePictures();
  const other = otherMember(room.id, me);
  return (
    <li>
      <Avatar
        id={other ?? String(room.id)}
        name={name}
        picture={other === undefined ? room.avatar_url : pictureOf(other)}
        group={other === undefined}
      />
      <bdi class="member-name">{name}</bdi>
      <button type="button" class="text-button" aria-label={hidden.unhideRoom(name)} onClick={onUnhide}>
        {hidden.unhide}
      </button>
    </li>
  );
}

/** Lists the rooms that the user has hidden, and puts them back into the room list. */
export function HiddenRooms({ onClose }: { readonly onClose: () => void }) {
  const { hidden } = laterTexts();
  const client = useChatClient();
  const [rooms, setRooms] = useState<readonly RoomSummary[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const { busy, error, run } = useAsyncAction();
  useDirectNames(rooms ?? []);
  const load = (from?: string) =>
    void run(async () => {
      const page = await client.rooms({ hidden: true, ...(from && { cursor: from }) });
      setRooms((before = []) => [...before, ...page.chats]);
      setCursor(page.next_cursor);
    });
  const unhide = (room: RoomSummary) =>
    void run(async () => {
      await setPreferences(client, room.id, { hidden: false });
      setRooms((before) => before?.filter((each) => each !== room));
    });
  useEffect(() => load(), []);
  return (
    <Dialog title={hidden.title} onClose={onClose}>
      <ul class="members">
        {rooms?.map((room) => (
          <HiddenRoom key={room.id} room={room} onUnhide={() => unhide(room)} />
        ))}
      </ul>
      {rooms?.length || error ? null : <p class="hint">{rooms ? hidden.none : texts().common.loading}</p>}
      {cursor ? (
        <Button kind="quiet" label={texts().common.loadMore} busy={busy} onClick={() => load(cursor)} />
      ) : null}
      <ErrorText>{error}</ErrorText>
    </Dialog>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { useChatClient, useConnection, useRooms } from '../client/react/index.ts';
import type { RoomDrafts } from './room/room-draft.ts';
import { RoomPane } from './room/room-pane.tsx';
import { roomName, useNames } from './rooms/names.ts';
import { NewRoom } from './rooms/new-room.tsx';
import { RoomRows, roomLink, useCurrentRoom } from './rooms/room-list.tsx';
import { loadSession } from './session/session.ts';
import { SignInAgain, useSignOut } from './session/session-dialogs.tsx';
import { ConnectionBanner } from './ui/banners.tsx';
import { IconButton } from './ui/buttons.tsx';

interface ChatProps {
  readonly drafts: RoomDrafts;
  readonly onSignOut: () => void;
}

/** The page of a signed-in user: the room list and the open room. */
export function Chat({ drafts, onSignOut }: ChatProps) {
  const client = useChatClient();
  const nameOf = useNames();
  const { state } = useConnection();
  const list = useRooms();
  const current = useCurrentRoom();
  const [creating, setCreating] = useState(false);
  const { requestSignOut, signOutDialog } = useSignOut(client, drafts, onSignOut);
  const me = client.user ?? '';
  const name = loadSession()?.name ?? (me ? nameOf(me) : '');
  const open = list.rooms.find(({ id }) => String(id) === current);
  const unread = list.rooms.reduce((sum, room) => sum + (room === open ? 0 : room.unread), 0);
  const title = `${unread > 0 ? `(${unread}) ` : ''}${open ? `${roomName(open, me, nameOf)} · ` : ''}Parley`;

  useEffect(() => {
    document.title = title;
  }, [title]);

  const onLeft = () => {
    location.hash = '#/';
    void list.reload();
  };

  return (
    <div class="shell" data-room={current === undefined ? 'none' : 'open'}>
      <ConnectionBanner />
      <nav class="side" aria-label="Rooms">
        <header class="side-head">
          <div>
            <h1 class="wordmark">Parley</h1>
            <p class="whoami">{name ? `Signed in as ${name}` : ''}</p>
          </div>
          <IconButton icon="plus" label="New room" onClick={() => setCreating(true)} />
          <IconButton icon="signOut" label="Sign out" onClick={requestSignOut} />
        </header>
        <RoomRows list={list} me={me} current={current} />
      </nav>
      <main class="pane">
        {current !== undefined && me ? (
          <RoomPane
            key={current}
            draft={drafts.of(current)}
            id={current}
            me={me}
            onLeft={onLeft}
            onAccepted={list.reload}
          />
        ) : (
          <p class="welcome">Select a room, or create one.</p>
        )}
      </main>
      {creating ? (
        <NewRoom
          client={client}
          onClose={() => setCreating(false)}
          onCreated={(room) => {
            setCreating(false);
            void list.reload();
            location.hash = roomLink(room);
          }}
        />
      ) : null}
      {state === 'refused' ? <SignInAgain client={client} onSignOut={requestSignOut} /> : null}
      {signOutDialog}
    </div>
  );
}

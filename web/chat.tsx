import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ChatClient } from '../client/index.ts';
import { useClientState } from '../client/react/index.ts';
import type { Desks } from './room/room-drafts.ts';
import { RoomPane } from './room/room-pane.tsx';
import { Directory, useDirectory, WithDirectory } from './rooms/directory.ts';
import { NewRoom } from './rooms/new-room.tsx';
import { addressOf, RoomRows, roomName } from './rooms/room-list.tsx';
import { useRooms } from './rooms/use-rooms.ts';
import { keepSession, keptSession } from './session/session.ts';
import { SignInForm } from './session/sign-in.tsx';
import { useSignOut } from './session/sign-out.tsx';
import { ConnectionBanner } from './ui/banners.tsx';
import { Dialog } from './ui/dialog.tsx';
import { Icon } from './ui/icons.tsx';

interface ChatProps {
  readonly client: ChatClient;
  readonly desks: Desks;
  readonly onSignOut: () => void;
}

/** The room that the address names, so that the way back and a reload work. */
const addressed = (): string | undefined => {
  const [, room] = /^#\/(.+)$/.exec(location.hash) ?? [];
  try {
    return room === undefined ? undefined : decodeURIComponent(room);
  } catch {
    // Not one of ours: percent signs that are no encoding.
    return undefined;
  }
};

function useAddress(): string | undefined {
  const [room, setRoom] = useState(addressed);
  useEffect(() => {
    const onChange = () => setRoom(addressed());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return room;
}

/** A token lasts an hour. Whoever signs in again goes on where they were: what waits still waits. */
function SignInAgain({ client, onSignOut }: Omit<ChatProps, 'desks'>) {
  return (
    <Dialog title="Sign in again">
      <p class="lead">{client.error?.message}</p>
      <p class="hint">What you wrote is kept and is sent when you are back.</p>
      <SignInForm
        name={keptSession()?.name}
        onSignedIn={(session) => {
          keepSession(session);
          client.connect();
        }}
      />
      <button type="button" class="quiet" onClick={onSignOut}>
        Sign out
      </button>
    </Dialog>
  );
}

function SideHead({ me, onNew, onSignOut }: { me: string; onNew: () => void; onSignOut: () => void }) {
  const directory = useDirectory();
  const name = keptSession()?.name ?? (me ? directory.name(me) : '');
  return (
    <header class="side-head">
      <div>
        <h1 class="wordmark">Parley</h1>
        <p class="whoami">{name ? `Signed in as ${name}` : ''}</p>
      </div>
      <button type="button" class="icon-button" aria-label="New room" title="New room" onClick={onNew}>
        <Icon name="plus" />
      </button>
      <button type="button" class="icon-button" aria-label="Sign out" title="Sign out" onClick={onSignOut}>
        <Icon name="signOut" />
      </button>
    </header>
  );
}

function Panes({ client, desks, directory, onSignOut }: ChatProps & { readonly directory: Directory }) {
  const state = useClientState(client);
  const list = useRooms(client, directory);
  const current = useAddress();
  const [making, setMaking] = useState(false);
  const me = client.user ?? '';
  const open = list.rooms?.find(({ id }) => id === current);
  const unread = list.rooms?.reduce((sum, room) => sum + (room.id === current ? 0 : room.unread), 0) ?? 0;

  useEffect(() => {
    const title = open ? `${roomName(open, me, directory)} · Parley` : 'Parley';
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  }, [open, me, directory, unread]);

  const leave = useSignOut(client, desks, onSignOut);
  const onLeft = useCallback(() => {
    location.hash = '#/';
    list.reload();
  }, [list.reload]);

  return (
    <div class="shell" data-room={current === undefined ? 'none' : 'open'}>
      <ConnectionBanner client={client} />
      <nav class="side" aria-label="Rooms">
        <SideHead me={me} onNew={() => setMaking(true)} onSignOut={leave.ask} />
        <RoomRows client={client} list={list} me={me} current={current} />
      </nav>
      <main class="pane">
        {current !== undefined && me ? (
          <RoomPane
            key={current}
            client={client}
            desk={desks.of(current)}
            id={current}
            me={me}
            onLeft={onLeft}
          />
        ) : (
          <p class="welcome">Choose a room, or make one.</p>
        )}
      </main>
      {making ? (
        <NewRoom
          client={client}
          onClose={() => setMaking(false)}
          onMade={(room) => {
            setMaking(false);
            list.reload();
            location.hash = addressOf(room);
          }}
        />
      ) : null}
      {state === 'refused' ? <SignInAgain client={client} onSignOut={leave.ask} /> : null}
      {leave.question}
    </div>
  );
}

/** The chat of somebody who is signed in. */
export function Chat({ client, desks, onSignOut }: ChatProps) {
  const [directory] = useState(() => new Directory());
  useEffect(() => {
    if (client.user) directory.learn(client.user, keptSession()?.name);
  }, [client, directory]);
  return (
    <WithDirectory directory={directory}>
      <Panes client={client} desks={desks} directory={directory} onSignOut={onSignOut} />
    </WithDirectory>
  );
}

import { useEffect } from 'preact/hooks';
import { useChatClient, useConnection, useRooms } from '../client/react/index.ts';
import type { RoomDrafts } from './room/room-draft.ts';
import { roomName, useNames } from './rooms/names.ts';
import { useAddress } from './rooms/navigation.ts';
import { isSignedInByCookie } from './session/cookie.ts';
import type { Tokens } from './session/session.ts';
import { SignInAgain, useSignOut } from './session/session-dialogs.tsx';
import { sessions } from './session/sessions.ts';
import { Shell } from './shell.tsx';
import { IconButton } from './ui/buttons.tsx';

/** Shows the number of unread messages and the open room in the title of the browser's tab. */
function useTitle(current: string | undefined, me: string): void {
  const nameOf = useNames();
  const { rooms } = useRooms();
  const open = rooms.find(({ id }) => String(id) === current);
  const unread = rooms.reduce((sum, room) => sum + (room === open ? 0 : room.unread), 0);
  const title = `${unread > 0 ? `(${unread}) ` : ''}${open ? `${roomName(open, me, nameOf)} · ` : ''}Parley`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

interface ChatProps {
  readonly drafts: RoomDrafts;
  /** Called after the user has signed in again, perhaps as another user. */
  readonly onSignedIn: (tokens: Tokens) => void;
  readonly onSignOut: () => void;
  /** Signs in as another user in this tab. */
  readonly onSwitch: () => void;
}

/** The page of a signed-in user. */
export function Chat({ drafts, onSignedIn, onSignOut, onSwitch }: ChatProps) {
  const client = useChatClient();
  const nameOf = useNames();
  const { state } = useConnection();
  const navigation = useAddress();
  const { requestSignOut, signOutDialog } = useSignOut(client, drafts, onSignOut);
  const me = client.user ?? '';
  useTitle(navigation.current, me);
  const name = sessions.current?.name ?? (me ? nameOf(me) : '');
  return (
    <Shell
      drafts={drafts}
      navigation={navigation}
      isPage
      subtitle={name ? `Signed in as ${name}` : ''}
      actions={
        isSignedInByCookie() ? null : (
          <>
            <IconButton icon="switchUser" label="Switch account" onClick={onSwitch} />
            <IconButton icon="signOut" label="Sign out" onClick={requestSignOut} />
          </>
        )
      }
    >
      {state === 'refused' ? (
        <SignInAgain client={client} onSignedIn={onSignedIn} onSignOut={requestSignOut} />
      ) : null}
      {signOutDialog}
    </Shell>
  );
}

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useChatClient, useConnection, useRooms } from '../client/react/index.ts';
import type { RoomDrafts } from './room/room-draft.ts';
import { RoomPane } from './room/room-pane.tsx';
import { type Navigation, NavigationContext } from './rooms/navigation.ts';
import { NewRoom } from './rooms/new-room.tsx';
import { RoomRows } from './rooms/room-list.tsx';
import { ConnectionBanner } from './ui/banners.tsx';
import { IconButton } from './ui/buttons.tsx';

interface ShellProps {
  readonly drafts: RoomDrafts;
  readonly navigation: Navigation;
  /** Whether the shell is the whole page, and not an element in another page. */
  readonly isPage?: boolean;
  /** The line below the title. */
  readonly subtitle?: string;
  /** Further buttons beside the title. */
  readonly actions?: ComponentChildren;
  /** Dialogs. */
  readonly children?: ComponentChildren;
}

/** The room list and the open room. */
export function Shell({ drafts, navigation, isPage = false, subtitle = '', actions, children }: ShellProps) {
  const client = useChatClient();
  // The user is known once the client has connected.
  useConnection();
  const list = useRooms();
  const [creating, setCreating] = useState(false);
  const me = client.user ?? '';
  const { current } = navigation;
  const [Heading, Pane] = isPage ? (['h1', 'main'] as const) : (['h2', 'section'] as const);
  const onLeft = () => {
    navigation.open();
    void list.reload();
  };
  const onCreated = (room: string) => {
    setCreating(false);
    void list.reload();
    navigation.open(room);
  };
  return (
    <NavigationContext.Provider value={navigation}>
      <div class="shell" data-room={current === undefined ? 'none' : 'open'}>
        <ConnectionBanner />
        <nav class="side" aria-label="Rooms">
          <header class="side-head">
            <div>
              <Heading class="wordmark">{isPage ? 'Parley' : 'Chats'}</Heading>
              <p class="whoami">{subtitle}</p>
            </div>
            <IconButton icon="plus" label="New room" onClick={() => setCreating(true)} />
            {actions}
          </header>
          <RoomRows list={list} me={me} />
        </nav>
        <Pane class="pane" {...(!isPage && { 'aria-label': 'Open room' })}>
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
        </Pane>
        {creating ? (
          <NewRoom client={client} onClose={() => setCreating(false)} onCreated={onCreated} />
        ) : null}
        {children}
      </div>
    </NavigationContext.Provider>
  );
}

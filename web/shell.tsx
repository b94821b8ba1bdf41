import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useChatClient, useConnection, useRooms } from '../client/react/index.ts';
import { refuseDrops } from './composer/drops.ts';
import { isTouch } from './composer/message-box.ts';
import { Deferred, loadDialogs } from './deferred.tsx';
import { loadFormattedText } from './format/use-formatted-text.ts';
import { usePreloaded } from './load-later.tsx';
import type { RoomDrafts } from './room/room-drafts.ts';
import { RoomPane } from './room/room-pane.tsx';
import { type Navigation, NavigationContext } from './rooms/navigation.ts';
import { RoomRows } from './rooms/room-list.tsx';
import { texts } from './texts/texts.ts';
import { ConnectionBanner } from './ui/banners.tsx';
import { Button, IconButton } from './ui/buttons.tsx';
import { Icon } from './ui/icons.tsx';
import { type Shortcut, useShortcuts } from './use-shortcuts.ts';

interface ShellProps {
  readonly drafts: RoomDrafts;
  readonly navigation: Navigation;
  /** Whether the shell is the whole page, and not an element in another page. */
  readonly isPage?: boolean;
  /** Whether to move the focus to the title, because the focused element is gone. */
  readonly isFresh?: boolean | undefined;
  /** The line below the title. */
  readonly subtitle?: string;
  /** A suggestion below the list of rooms. */
  readonly notice?: ComponentChildren;
  /** Further buttons beside the title. */
  readonly actions?: ComponentChildren;
  /** Dialogs. */
  readonly children?: ComponentChildren;
}

/** The room list and the open room. */
export function Shell({
  drafts,
  navigation,
  isPage = false,
  isFresh = false,
  subtitle = '',
  notice,
  actions,
  children,
}: ShellProps) {
  const client = useChatClient();
  // The user is known once the client has connected.
  useConnection();
  usePreloaded(loadDialogs, loadFormattedText);
  const list = useRooms();
  useEffect(() => (isPage ? refuseDrops() : undefined), []);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isFresh) title.current?.focus();
  }, []);
  const [dialog, setDialog] = useState<'new' | 'hidden' | Shortcut>();
  const shell = useRef<HTMLDivElement>(null);
  useShortcuts(shell, isPage, setDialog);
  const onClose = () => setDialog(undefined);
  const me = client.user ?? '';
  const { current } = navigation;
  const words = texts().rooms;
  const [Heading, Pane] = isPage ? (['h1', 'main'] as const) : (['h2', 'section'] as const);
  const onLeft = () => {
    navigation.open();
    void list.reload();
  };
  const onCreated = (room: string) => {
    onClose();
    void list.reload();
    navigation.open(room);
  };
  return (
    <NavigationContext.Provider value={navigation}>
      <div ref={shell} class="shell" data-room={current === undefined ? 'none' : 'open'}>
        <ConnectionBanner />
        <nav class="side" aria-label={words.list}>
          <header class="side-head">
            <div>
              <Heading class="wordmark" tabIndex={-1} ref={title}>
                {isPage ? words.product : words.chats}
              </Heading>
              <p class="whoami">{subtitle}</p>
            </div>
            <IconButton icon="plus" label={words.newRoom} onClick={() => setDialog('new')} />
            {actions}
          </header>
          <button
            type="button"
            class="finder"
            aria-keyshortcuts="Control+K Meta+K"
            onClick={() => setDialog('switcher')}
          >
            <Icon name="search" />
            {words.find}
          </button>
          <RoomRows list={list} me={me} drafts={drafts} />
          <Button kind="quiet" label={words.hiddenRooms} onClick={() => setDialog('hidden')} />
          {isTouch() ? null : (
            <Button kind="quiet" label={words.shortcuts} onClick={() => setDialog('shortcuts')} />
          )}
          {notice}
        </nav>
        <Pane class="pane" {...(!isPage && { 'aria-label': words.openRoom })}>
          {current === undefined ? (
            <p class="welcome">{words.select}</p>
          ) : me ? (
            <RoomPane
              key={current}
              draft={drafts.of(current)}
              id={current}
              me={me}
              onLeft={onLeft}
              onAccepted={list.reload}
            />
          ) : null}
        </Pane>
        {dialog ? (
          <Deferred>
            {({ HiddenRooms, NewRoom, RoomSwitcher, Shortcuts }) => {
              if (dialog === 'new') {
                return <NewRoom client={client} onClose={onClose} onCreated={onCreated} />;
              }
              const Shown = { hidden: HiddenRooms, switcher: RoomSwitcher, shortcuts: Shortcuts }[dialog];
              return <Shown onClose={onClose} />;
            }}
          </Deferred>
        ) : null}
        {children}
      </div>
    </NavigationContext.Provider>
  );
}

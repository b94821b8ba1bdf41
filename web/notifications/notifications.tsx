import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useChatClient, useRooms } from '../../client/react/index.ts';
import { useSyncExternalStore } from '../react.ts';
import { roomName, useNames } from '../rooms/names.ts';
import type { Navigation } from '../rooms/navigation.ts';
import { formatNumber } from '../texts/intl.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import { Button } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { SettingsStore } from './notification-settings.ts';
import { Notifier } from './notifier.ts';
import { showCount } from './page-icon.ts';
import { unreadIn } from './rules.ts';

function onFocusChange(listener: () => void): () => void {
  addEventListener('focus', listener);
  addEventListener('blur', listener);
  return () => {
    removeEventListener('focus', listener);
    removeEventListener('blur', listener);
  };
}

/** Returns whether the page has the focus. */
const useFocus = (): boolean => useSyncExternalStore(onFocusChange, () => document.hasFocus());

/** Shows the number of unread messages and the open room in the title of the browser's tab, and the number in its icon. */
function useTitle(current: string | undefined, me: string): void {
  const nameOf = useNames();
  const { rooms } = useRooms();
  const isFocused = useFocus();
  const open = rooms.find(({ id }) => String(id) === current);
  // The user is reading the open room, so its messages are about to be marked as read.
  const counted = isFocused ? rooms.filter((room) => room !== open) : rooms;
  const unread = counted.reduce((sum, room) => sum + unreadIn(room), 0);
  const number = unread > 0 ? `(${formatNumber(unread)}) ` : '';
  const title = `${number}${open ? `${roomName(open, me, nameOf)} · ` : ''}${texts().rooms.product}`;
  useEffect(() => {
    document.title = title;
    return () => {
      // After signing out, the title must not name the room.
      document.title = texts().rooms.product;
    };
  }, [title]);
  useEffect(() => showCount(unread), [unread]);
}

/** Shows notifications while the component is mounted. */
function useNotifier(navigation: Navigation, settings: SettingsStore): void {
  const client = useChatClient();
  const nameOf = useNames();
  const latest = useRef({ navigation, nameOf });
  latest.current = { navigation, nameOf };
  const notifier = useRef<Notifier | undefined>(undefined);
  useEffect(() => {
    const started = new Notifier({
      ...{ client, settings },
      current: () => latest.current.navigation.current,
      open: (room) => latest.current.navigation.open(room),
      nameOf: (id, known) => latest.current.nameOf(id, known),
    });
    notifier.current = started;
    return () => {
      started.stop();
      showCount(0);
    };
  }, [client, settings]);
  useEffect(() => notifier.current?.update(), [navigation.current]);
}

/** Whether the browser shows notifications: undefined if it has none. */
const permissionNow = () => globalThis.Notification?.permission;

/** Returns the browser's permission, and a function that asks the user for it. */
function usePermission() {
  const [permission, setPermission] = useState(permissionNow);
  const ask = async () => {
    const answer = await globalThis.Notification?.requestPermission();
    setPermission(answer);
    return answer === 'granted';
  };
  return { permission, ask };
}

interface SettingsProps {
  readonly settings: SettingsStore;
  readonly onClose: () => void;
}

/** The user's choices for notifications in this browser. */
function SettingsDialog({ settings, onClose }: SettingsProps) {
  const { shown, sound, preview } = useSyncExternalStore(settings.subscribe, () => settings.value);
  const { permission, ask } = usePermission();
  const { notifications } = laterTexts();
  const isShown = shown && permission === 'granted';
  const setShown = async (wanted: boolean) => {
    settings.set({ shown: wanted && (permission === 'granted' || (await ask())), suggested: false });
  };
  const note = permission === undefined ? notifications.unsupported : notifications.blocked;
  const canShow = permission === 'granted' || permission === 'default';
  return (
    <Dialog title={notifications.title} onClose={onClose}>
      <form class="form">
        <label class="check">
          <input
            type="checkbox"
            checked={isShown}
            disabled={!canShow}
            onChange={({ currentTarget }) => {
              const { checked } = currentTarget;
              // The user may refuse the browser's permission.
              currentTarget.checked = isShown;
              void setShown(checked);
            }}
          />
          {notifications.show}
        </label>
        {canShow ? null : <p class="hint">{note}</p>}
        <label class="check">
          <input
            type="checkbox"
            checked={preview}
            disabled={!isShown}
            onChange={({ currentTarget }) => settings.set({ preview: currentTarget.checked })}
          />
          {notifications.preview}
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={sound}
            onChange={({ currentTarget }) => settings.set({ sound: currentTarget.checked })}
          />
          {notifications.sound}
        </label>
      </form>
      <p class="hint">{notifications.byRoom}</p>
    </Dialog>
  );
}

interface NotificationsProps {
  readonly navigation: Navigation;
  /** Whether the settings are open. */
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/**
 * Draws the user's attention to new messages: in the title and the icon of the browser's tab, by notifications, and by a
 * sound. Suggests to turn notifications on until the user has decided, and shows their settings.
 */
export function Notifications({ navigation, isOpen, onClose }: NotificationsProps) {
  const { user: me = '' } = useChatClient();
  const settings = useMemo(() => new SettingsStore(me), [me]);
  const { shown, suggested } = useSyncExternalStore(settings.subscribe, () => settings.value);
  const { permission, ask } = usePermission();
  useTitle(navigation.current, me);
  useNotifier(navigation, settings);
  const { notifications } = laterTexts();
  const isSuggested = suggested && !shown && (permission === 'default' || permission === 'granted');
  const turnOn = async () => {
    const isGranted = permission === 'granted' || (await ask());
    settings.set({ suggested: false, ...(isGranted && { shown: true, sound: true }) });
  };
  return (
    <>
      {isSuggested ? (
        <section class="suggestion" aria-label={notifications.title}>
          <p>{notifications.suggestion}</p>
          <Button kind="primary" label={notifications.turnOn} onClick={() => void turnOn()} />
          <Button
            kind="quiet"
            label={notifications.notNow}
            onClick={() => settings.set({ suggested: false })}
          />
        </section>
      ) : null}
      {isOpen ? <SettingsDialog settings={settings} onClose={onClose} /> : null}
    </>
  );
}

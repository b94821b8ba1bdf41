import { useEffect, useState } from 'preact/hooks';
import type { Message, State } from '../../client/index.ts';
import { useConnection } from '../../client/react/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useDraft } from '../room/room-draft.ts';
import { useNames } from '../rooms/names.ts';
import { entryOf } from '../timeline/entry.ts';
import { usePendingChanges } from '../timeline/use-entries.ts';
import { Button } from './buttons.tsx';
import { pluralize } from './format.ts';

function bannerText(state: State, reason: string | undefined, unsent: number): string {
  const waiting = unsent > 0 ? ` ${pluralize(unsent, 'message')} will be sent when you reconnect.` : '';
  const texts: Record<State, string> = {
    connecting: `Connecting…${waiting}`,
    'catching-up': 'Loading new messages…',
    offline: `You're offline.${waiting}`,
    refused: reason ?? 'You are signed out. Sign in again.',
    live: '',
  };
  return texts[state];
}

/** Shows the connection state unless it is live, and how many messages wait to be sent in all rooms. */
export function ConnectionBanner() {
  const { state, error } = useConnection();
  const unsent = usePendingChanges().filter(({ frame }) => frame.action === 'send').length;
  const text = bannerText(state, error?.message, unsent);
  return (
    <div class="banner-place" role="status">
      {text ? <p class={`banner ${state}`}>{text}</p> : null}
    </div>
  );
}

/** Shows the room's last error until the user closes it. */
export function ErrorNotice() {
  const { draft } = useRoomContext();
  const { error } = useDraft(draft);
  if (!error) return null;
  return (
    <div class="notice" role="alert">
      <p>{error}</p>
      <Button kind="text-button" label="Close" onClick={() => draft.showError('')} />
    </div>
  );
}

/** Makes screen readers read new messages of other members aloud. */
export function MessageAnnouncer() {
  const { room, me } = useRoomContext();
  const nameOf = useNames();
  const [message, setMessage] = useState<Message>();
  useEffect(
    () =>
      room.on('chat_message', ({ message }) => {
        if (entryOf(message).author !== me) setMessage(message);
      }),
    [room, me],
  );
  return (
    <p class="unseen" aria-live="polite">
      {message ? `${nameOf(entryOf(message).author)}: ${message.text || (message.file ?? '')}` : ''}
    </p>
  );
}

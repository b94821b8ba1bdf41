import { useEffect } from 'preact/hooks';
import type { Message, State } from '../../client/index.ts';
import { useConnection } from '../../client/react/index.ts';
import { previewText } from '../format/plain.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useDraft } from '../room/room-draft.ts';
import { type NameOf, useNames } from '../rooms/names.ts';
import { errorText, texts } from '../texts/texts.ts';
import { entryOf } from '../timeline/entry.ts';
import { usePendingChanges } from '../timeline/use-entries.ts';
import { Button } from './buttons.tsx';
import { useNotice } from './use-notice.ts';

function bannerText(state: State, error: Error | undefined, unsent: number): string {
  const { connection } = texts();
  const waiting = unsent > 0 ? ` ${connection.waiting(unsent)}` : '';
  const lines: Record<State, string> = {
    connecting: connection.connecting + waiting,
    'catching-up': connection.catchingUp,
    offline: connection.offline + waiting,
    refused: error ? errorText(error) : connection.signedOut,
    live: '',
  };
  return lines[state];
}

/** Shows the connection state unless it is live, and how many messages wait to be sent in all rooms. */
export function ConnectionBanner() {
  const { state, error } = useConnection();
  const unsent = usePendingChanges().filter(({ frame }) => frame.action === 'send').length;
  const text = bannerText(state, error, unsent);
  return (
    <div class="banner-place" role="status">
      {text ? <p class={`banner ${state}`}>{text}</p> : null}
    </div>
  );
}

/** Shows the room's last error until the user closes it. */
export function ErrorNotice() {
  const { draft } = useRoomContext();
  const error = useDraft(draft, (state) => state.error);
  if (!error) return null;
  return (
    <div class="notice" role="alert">
      <p>{error}</p>
      <Button kind="text-button" label={texts().common.close} onClick={() => draft.showError('')} />
    </div>
  );
}

function announcement(message: Message, nameOf: NameOf): string {
  const { author, name } = entryOf(message);
  const text = previewText(message.text) || (message.file ?? '');
  return message.type === 'system' ? text : texts().rooms.preview(nameOf(author, name), text);
}

/** Longer than screen readers take to notice a text. */
const ANNOUNCED_MS = 5_000;

/**
 * Makes screen readers read new messages of other members aloud. A text stays for a moment only, because its message may
 * be deleted or hidden later.
 */
export function MessageAnnouncer() {
  const { room, me } = useRoomContext();
  const nameOf = useNames();
  const [message, setMessage] = useNotice<Message>(ANNOUNCED_MS);
  useEffect(
    () =>
      room.on('chat_message', ({ message }) => {
        if (entryOf(message).author !== me) setMessage(message);
      }),
    [room, me],
  );
  return (
    <p class="unseen" aria-live="polite">
      {message ? announcement(message, nameOf) : ''}
    </p>
  );
}

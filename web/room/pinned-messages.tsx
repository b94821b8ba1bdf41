import { unpinMessage } from '../../client/index.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { entryOf } from '../timeline/entry.ts';
import { MessageLink } from '../timeline/message-link.tsx';
import { ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { useRoomContext } from './room-context.ts';
import { usePins } from './use-pins.ts';

/** The room's pinned messages, newest first. A click goes to the message. */
export function PinnedMessages({ onClose }: { readonly onClose: () => void }) {
  const { client, room, canPin } = useRoomContext();
  const { messages, error } = usePins(room);
  const action = useAsyncAction();
  const { pins } = laterTexts();
  return (
    <Dialog title={pins.title} onClose={onClose}>
      <ul class="message-list">
        {messages?.map((message) => {
          const { text, id = 0 } = entryOf(message);
          const preview = text || (message.file ?? texts().common.file);
          return (
            <li key={id}>
              <MessageLink message={message}>
                <span class="message-link-text" dir="auto">
                  {preview}
                </span>
              </MessageLink>
              {canPin ? (
                <button
                  type="button"
                  class="text-button"
                  aria-label={pins.unpinMessage(preview)}
                  onClick={() => void action.run(() => unpinMessage(client, room.id, id))}
                >
                  {pins.unpin}
                </button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {messages?.length || error ? null : <p class="hint">{messages ? pins.none : texts().common.loading}</p>}
      <ErrorText>{action.error || (error && errorText(error))}</ErrorText>
    </Dialog>
  );
}

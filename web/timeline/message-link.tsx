import type { ComponentChildren } from 'preact';
import type { Message } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { texts } from '../texts/texts.ts';
import { shortTime } from '../ui/format.ts';
import { entryOf } from './entry.ts';

interface LinkProps {
  readonly message: Message;
  /** What is shown of the message below its author and time. */
  readonly children: ComponentChildren;
}

/** A message in a list of messages. A click goes to it. */
export function MessageLink({ message, children }: LinkProps) {
  const { me, goTo } = useRoomContext();
  const nameOf = useNames();
  const { author, name, id = 0 } = entryOf(message);
  return (
    <button type="button" class="message-link" onClick={() => goTo(id)}>
      <span class="message-link-head">
        <strong>
          <bdi>{author === me ? texts().common.you : nameOf(author, name)}</bdi>
        </strong>
        <time dateTime={message.created_at}>{shortTime(message.created_at)}</time>
      </span>
      {children}
    </button>
  );
}

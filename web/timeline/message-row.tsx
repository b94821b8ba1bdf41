import { memo, useState } from 'preact/compat';
import { FileCard } from '../composer/file-card.tsx';
import { AvatarButton } from '../people/profile.tsx';
import { useRoomContext } from '../room/room-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { clockTime } from '../ui/format.ts';
import type { Entry } from './entry.ts';
import { FailedActions, MessageActions } from './message-actions.tsx';
import { MessageMeta, MessageText, type Quote, QuoteButton } from './message-content.tsx';
import { EmojiPicker, Reactions } from './reactions.tsx';

interface RowProps {
  readonly entry: Entry;
  /** The author's name. */
  readonly name: string;
  /** Whether the row starts a group of the same author's messages, and shows the author. */
  readonly first: boolean;
  /** The message that this one replies to. */
  readonly quote: Quote | undefined;
  /** Whether the row has the focus or the pointer, and shows its actions. */
  readonly active: boolean;
  /** Whether Tab stops at the row. Arrow keys move to the other rows. */
  readonly tabStop: boolean;
  /** Whether the row is highlighted, because the user went to it from a reply. */
  readonly marked: boolean;
  readonly onGoTo: (id: number) => void;
}

function rowLabel({ entry, name }: RowProps): string {
  const { state, text, message, at } = entry;
  const content = state === 'deleted' ? 'message deleted' : text || message?.file || 'file';
  return `${name}, ${clockTime(at)}${message?.edited ? ', edited' : ''}: ${content}`;
}

/** One message with its author, quote, file, reactions and actions. */
export const MessageRow = memo(function MessageRow(props: RowProps) {
  const { entry, name, first, quote, active, tabStop, marked, onGoTo } = props;
  const { me, showProfile } = useRoomContext();
  const [picking, setPicking] = useState(false);
  const isOwn = entry.author === me;
  const classes = ['message', isOwn && 'mine', first && 'first', marked && 'marked', entry.state];
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      data-key={entry.key}
      data-id={entry.id}
      tabIndex={tabStop ? 0 : -1}
      aria-label={rowLabel(props)}
    >
      {first && !isOwn ? (
        entry.user === undefined ? (
          <Avatar id={entry.author} name={name} />
        ) : (
          <AvatarButton id={entry.user} name={name} tabStop={active} onOpen={showProfile} />
        )
      ) : null}
      <div class="message-body">
        {first && !isOwn ? <p class="author">{name}</p> : null}
        <div class="bubble-line">
          <div class={`bubble${entry.changing ? ' changing' : ''}`}>
            {quote ? <QuoteButton quote={quote} onGoTo={onGoTo} /> : null}
            {entry.message?.file ? <FileCard message={entry.message} /> : null}
            <div class="said">
              <MessageText entry={entry} />
              <MessageMeta entry={entry} />
            </div>
          </div>
          {active && entry.state === 'stored' ? (
            <>
              <MessageActions entry={entry}>
                <IconButton
                  icon="smile"
                  label="React"
                  expanded={picking}
                  onClick={() => setPicking(!picking)}
                />
              </MessageActions>
              {picking ? <EmojiPicker entry={entry} onClose={() => setPicking(false)} /> : null}
            </>
          ) : null}
        </div>
        {entry.state === 'failed' ? <FailedActions entry={entry} /> : null}
        <Reactions entry={entry} />
      </div>
    </article>
  );
});

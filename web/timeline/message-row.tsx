import { FileCard } from '../composer/file-card.tsx';
import { previewText } from '../format/plain.ts';
import { memo, useState } from '../react.ts';
import { useRoomContext } from '../room/room-context.ts';
import { texts } from '../texts/texts.ts';
import { Avatar, AvatarButton } from '../ui/avatar.tsx';
import { IconButton } from '../ui/buttons.tsx';
import { clockTime } from '../ui/format.ts';
import type { Entry } from './entry.ts';
import { FailedActions, MessageActions } from './message-actions.tsx';
import { MessageMeta, MessageText, type Quote, QuoteButton } from './message-content.tsx';
import { ReactionChoice, Reactions } from './reactions.tsx';

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
}

function rowLabel({ entry, name }: RowProps): string {
  const { state, text, message, at, type } = entry;
  const { common, timeline } = texts();
  const content =
    state === 'deleted' ? common.messageDeleted : previewText(text) || message?.file || common.file;
  if (type === 'system') return timeline.systemRow(clockTime(at), content);
  return timeline.row(name, clockTime(at), message?.edited ?? false, content);
}

/** One message with its author, quote, file, reactions and actions. */
export const MessageRow = memo(function MessageRow(props: RowProps) {
  const { entry, name, first, quote, active, tabStop, marked } = props;
  const { me, show, goTo } = useRoomContext();
  /** The button that has opened the choice of a reaction. */
  const [reactButton, setReactButton] = useState<Element>();
  const isOwn = entry.author === me;
  const isSystem = entry.type === 'system';
  const showsAuthor = first && !isOwn && !isSystem;
  const classes = ['message', isOwn && 'mine', isSystem && 'system', first && 'first', marked && 'marked'];
  return (
    <article
      class={[...classes, entry.state].filter(Boolean).join(' ')}
      data-key={entry.key}
      data-id={entry.id}
      tabIndex={tabStop ? 0 : -1}
      aria-label={rowLabel(props)}
    >
      {showsAuthor ? (
        entry.user === undefined ? (
          <Avatar id={entry.author} name={name} picture={entry.picture} />
        ) : (
          <AvatarButton
            id={entry.user}
            name={name}
            picture={entry.picture}
            tabStop={active}
            onOpen={(user) => show({ kind: 'profile', user })}
          />
        )
      ) : null}
      <div class="message-body">
        {showsAuthor ? (
          <p class="author">
            <bdi>{name}</bdi>
          </p>
        ) : null}
        <div class="bubble-line">
          <div class={`bubble${entry.changing ? ' changing' : ''}`}>
            {quote ? <QuoteButton quote={quote} onGoTo={goTo} /> : null}
            {entry.message?.file ? <FileCard message={entry.message} /> : null}
            <div class="said">
              <MessageText entry={entry} />
              <MessageMeta entry={entry} />
            </div>
          </div>
          {active && entry.state === 'stored' ? (
            <MessageActions entry={entry}>
              <IconButton
                icon="smile"
                label={texts().timeline.react}
                popup="dialog"
                onClick={setReactButton}
              />
            </MessageActions>
          ) : null}
        </div>
        {reactButton ? (
          <ReactionChoice entry={entry} button={reactButton} onClose={() => setReactButton(undefined)} />
        ) : null}
        {entry.state === 'failed' ? <FailedActions entry={entry} /> : null}
        <Reactions entry={entry} />
      </div>
    </article>
  );
});

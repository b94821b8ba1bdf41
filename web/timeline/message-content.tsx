import { isOnlyEmoji, previewText } from '../format/plain.ts';
import { useFormattedText } from '../format/use-formatted-text.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { texts } from '../texts/texts.ts';
import { clockTime } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import type { Entry } from './entry.ts';

interface EntryProps {
  readonly entry: Entry;
}

/** Shows a text with its mentions marked. */
function WithMentions({ entry }: EntryProps) {
  const { me } = useRoomContext();
  const nameOf = useNames();
  const Formatted = useFormattedText(entry);
  const mentioned = entry.mentions?.map((id) => ({ id, name: nameOf(id), isOwn: id === me }));
  return Formatted ? <Formatted text={entry.text} mentioned={mentioned} /> : null;
}

/** Shows what the user typed, with its formatting. Nothing but emoji is shown large. */
function TypedText({ entry }: EntryProps) {
  const { text } = entry;
  const Formatted = useFormattedText(entry);
  if (Formatted) return entry.mentions ? <WithMentions entry={entry} /> : <Formatted text={text} />;
  return (
    <p class={isOnlyEmoji(text) ? 'text only-emoji' : 'text'} dir="auto">
      {text}
    </p>
  );
}

export function MessageText({ entry }: EntryProps) {
  if (entry.state === 'deleted') return <p class="text gone">{texts().common.messageDeleted}</p>;
  if (entry.text) return <TypedText entry={entry} />;
  return entry.type !== 'text' && !entry.message?.file ? <p class="text">{texts().common.file}</p> : null;
}

const receipts = {
  pending: 'clock',
  send: 'sent',
  delivered: 'delivered',
  read: 'delivered',
} as const satisfies Record<string, IconName>;

/** Shows whether the user's own message is waiting, sent, delivered or read. */
function Receipt({ entry }: EntryProps) {
  if (entry.state === 'failed' || entry.state === 'deleted') return null;
  const status = entry.message?.status ?? 'pending';
  const label = texts().timeline.receipts[status];
  return (
    <span class={`receipt ${status === 'read' ? 'read' : ''}`} title={label}>
      <Icon name={receipts[status]} />
      <span class="unseen">{label}</span>
    </span>
  );
}

/** The line below a message's text: its edit state, time and receipt. */
export function MessageMeta({ entry }: EntryProps) {
  const { me } = useRoomContext();
  const words = texts().timeline;
  return (
    <p class="meta">
      {entry.message?.truncated ? <span>{words.cut}</span> : null}
      {entry.message?.edited ? <span>{words.edited}</span> : null}
      {entry.changing ? <span>{words.saving}</span> : null}
      <time dateTime={entry.at}>{clockTime(entry.at)}</time>
      {entry.author === me ? <Receipt entry={entry} /> : null}
    </p>
  );
}

/** A short form of the message that another one replies to. */
export interface Quote {
  readonly id: number;
  readonly name: string;
  readonly text: string;
  /** Whether the message was deleted, so that the user cannot go to it. */
  readonly isGone: boolean;
}

/** Shows the quote, and goes to the quoted message on a click. */
export function QuoteButton({ quote, onGoTo }: { quote: Quote; onGoTo: (id: number) => void }) {
  const { id, name, text, isGone } = quote;
  if (isGone) return <p class="quote gone">{text}</p>;
  return (
    <button type="button" class="quote" onClick={() => onGoTo(id)}>
      <bdi class="quote-name">{name}</bdi>
      <span class="quote-text" dir="auto">
        {previewText(text)}
      </span>
    </button>
  );
}

import type { ComponentChild } from 'preact';
import { useRoomContext } from '../room/room-context.ts';
import { clockTime } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import type { Entry } from './entry.ts';

interface EntryProps {
  readonly entry: Entry;
}

const webAddress = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

/** Shows text as it was typed, with links for web addresses. Markup in it is never interpreted. */
function LinkedText({ text }: { readonly text: string }) {
  const parts: ComponentChild[] = [];
  let from = 0;
  for (const { 0: url, index } of text.matchAll(webAddress)) {
    parts.push(
      text.slice(from, index),
      <a key={index} href={url} target="_blank" rel="noopener noreferrer">
        {url}
      </a>,
    );
    from = index + url.length;
  }
  parts.push(text.slice(from));
  return (
    <p class="text" dir="auto">
      {parts}
    </p>
  );
}

export function MessageText({ entry }: EntryProps) {
  if (entry.state === 'deleted') return <p class="text gone">Message deleted</p>;
  if (entry.text) return <LinkedText text={entry.text} />;
  return entry.type !== 'text' && !entry.message?.file ? <p class="text">File</p> : null;
}

const receipts = {
  pending: ['clock', 'Waiting to be sent'],
  send: ['sent', 'Sent'],
  delivered: ['delivered', 'Delivered'],
  read: ['delivered', 'Read'],
} as const satisfies Record<string, readonly [IconName, string]>;

/** Shows whether the user's own message is waiting, sent, delivered or read. */
function Receipt({ entry }: EntryProps) {
  if (entry.state === 'failed' || entry.state === 'deleted') return null;
  const [icon, label] = receipts[entry.message?.status ?? 'pending'];
  return (
    <span class={`receipt ${label === 'Read' ? 'read' : ''}`} title={label}>
      <Icon name={icon} />
      <span class="unseen">{label}</span>
    </span>
  );
}

/** The line below a message's text: its edit state, time and receipt. */
export function MessageMeta({ entry }: EntryProps) {
  const { me } = useRoomContext();
  return (
    <p class="meta">
      {entry.message?.truncated ? <span>text cut</span> : null}
      {entry.message?.edited ? <span>edited</span> : null}
      {entry.changing ? <span>saving…</span> : null}
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
}

/** Shows the quote, and goes to the quoted message on a click. */
export function QuoteButton({ quote, onGoTo }: { quote: Quote; onGoTo: (id: number) => void }) {
  return (
    <button type="button" class="quote" onClick={() => onGoTo(quote.id)}>
      <span class="quote-name">{quote.name}</span>
      <span class="quote-text">{quote.text}</span>
    </button>
  );
}

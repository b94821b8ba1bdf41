import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { ChatClient } from '../../client/index.ts';
import { FileCard } from '../composer/file-card.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { clockTime } from '../ui/format.ts';
import type { Entry } from './entry.ts';
import { LinkedText } from './linked-text.tsx';
import { MessageActions } from './message-actions.tsx';
import { EmojiPicker, Reactions } from './reactions.tsx';
import { Receipt } from './receipt.tsx';
import type { RowDeeds } from './row-deeds.ts';

export interface RowProps {
  readonly client: ChatClient;
  readonly entry: Entry;
  /** Who says it, by name. */
  readonly name: string;
  readonly first: boolean;
  readonly mine: boolean;
  readonly me: string;
  /** What it answers, in a few words; undefined where it answers nothing. */
  readonly quote: Quote | undefined;
  /** Whether the focus or the pointer is on it, so that it shows what can be done. */
  readonly active: boolean;
  /** Whether one reaches it by Tab; the others by arrow keys. */
  readonly stop: boolean;
  readonly mayChange: boolean;
  readonly marked: boolean;
  readonly deeds: RowDeeds;
}

export interface Quote {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

function labelOf({ entry, name }: RowProps): string {
  const { state, text, file, at, edited } = entry;
  const said = state === 'deleted' ? 'message deleted' : text || file?.name || 'file';
  return `${name}, ${clockTime(at)}${edited ? ', edited' : ''}: ${said}`;
}

function QuoteButton({ quote, onShow }: { quote: Quote; onShow: (id: number) => void }) {
  return (
    <button type="button" class="quote" onClick={() => onShow(quote.id)}>
      <span class="quote-name">{quote.name}</span>
      <span class="quote-text">{quote.text}</span>
    </button>
  );
}

function WhatIsSaid({ entry }: Pick<RowProps, 'entry'>) {
  if (entry.state === 'deleted') return <p class="text gone">Message deleted</p>;
  if (entry.text) return <LinkedText text={entry.text} />;
  return entry.type !== 'text' && !entry.file ? <p class="text">File</p> : null;
}

function Meta({ entry, mine }: Pick<RowProps, 'entry' | 'mine'>) {
  return (
    <p class="meta">
      {entry.edited && entry.state !== 'deleted' ? <span>edited</span> : null}
      {entry.changing ? <span>saving…</span> : null}
      <time dateTime={entry.at}>{clockTime(entry.at)}</time>
      {mine ? <Receipt entry={entry} /> : null}
    </p>
  );
}

function FailedLine({ entry, deeds }: Pick<RowProps, 'entry' | 'deeds'>) {
  return (
    <div class="failed" role="alert">
      <span>Not sent. {entry.problem}</span>
      <button type="button" class="text-button" onClick={() => deeds.retry(entry.key)}>
        Try again
      </button>
      <button type="button" class="text-button" onClick={() => deeds.discard(entry.key)}>
        Discard
      </button>
    </div>
  );
}

/** One message with its author, what it answers, its file, reactions, and what can be done about it. */
export const MessageRow = memo(function MessageRow(props: RowProps) {
  const { client, entry, name, first, mine, me, quote, active, stop, mayChange, marked, deeds } = props;
  const [choosing, setChoosing] = useState(false);
  const id = entry.id;
  const open = entry.state === 'stored' && id !== undefined;
  const choose = (emoji: string) => {
    setChoosing(false);
    const before = entry.reactions.find((each) => each.emoji === emoji);
    deeds.react(id ?? 0, emoji, before?.users.includes(me) ?? false);
  };
  const classes = ['message', mine && 'mine', first && 'first', marked && 'marked', entry.state];
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      data-key={entry.key}
      data-id={id}
      tabIndex={stop ? 0 : -1}
      aria-label={labelOf(props)}
    >
      {first && !mine ? <Avatar id={entry.author} name={name} /> : null}
      <div class="message-body">
        {first && !mine ? <p class="author">{name}</p> : null}
        <div class="bubble-line">
          <div class={`bubble${entry.changing ? ' changing' : ''}`}>
            {quote ? <QuoteButton quote={quote} onShow={deeds.show} /> : null}
            {entry.file ? <FileCard client={client} file={entry.file} /> : null}
            <div class="said">
              <WhatIsSaid entry={entry} />
              <Meta entry={entry} mine={mine} />
            </div>
          </div>
          {open && active ? (
            <MessageActions
              entry={entry}
              mayChange={mayChange}
              mine={mine}
              choosing={choosing}
              onChoosing={setChoosing}
              deeds={deeds}
            />
          ) : null}
          {open && active && choosing ? <EmojiPicker onChoose={choose} /> : null}
        </div>
        {entry.state === 'failed' ? <FailedLine entry={entry} deeds={deeds} /> : null}
        {entry.reactions.length > 0 && id !== undefined ? (
          <Reactions
            reactions={entry.reactions}
            me={me}
            onReact={(emoji, remove) => deeds.react(id, emoji, remove)}
          />
        ) : null}
      </div>
    </article>
  );
});

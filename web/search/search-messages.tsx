import { useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../client/index.ts';
import { previewText } from '../format/plain.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { errorText } from '../texts/texts.ts';
import { MessageLink } from '../timeline/message-link.tsx';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { longDate } from '../ui/format.ts';
import { foldLetters, markedParts, searchedWords } from './highlight.ts';
import { type MessageSearch, useMessageSearch } from './use-message-search.ts';

/** How long the search waits after a key, in milliseconds, so that a word causes few searches. */
const DEBOUNCE_MS = 300;

/** The longest text that the server searches for. */
const MAX_QUERY = 200;

function MarkedText({ text, words }: { readonly text: string; readonly words: readonly string[] }) {
  return (
    <span class="message-link-text" dir="auto">
      {markedParts(text, words).map(({ text, isFound }) => (isFound ? <mark>{text}</mark> : text))}
    </span>
  );
}

interface ResultProps {
  readonly message: Message;
  readonly words: readonly string[];
}

/** Returns a text without its markers, unless a found word contains some of them. */
function shownText(text: string, words: readonly string[]): string {
  const preview = previewText(text);
  const folded = foldLetters(preview);
  return words.every((word) => folded.includes(word)) ? preview : text;
}

/** A message that was found. A click goes to it. */
function Result({ message, words }: ResultProps) {
  const { text } = message;
  return (
    <li>
      <MessageLink message={message}>
        {text ? <MarkedText text={shownText(text, words)} words={words} /> : null}
        {message.file ? <MarkedText text={message.file} words={words} /> : null}
      </MessageLink>
    </li>
  );
}

/** Returns the result of the search in words, which screen readers announce. */
function statusOf({ messages, next, isBusy, error }: MessageSearch): string {
  const { search } = laterTexts();
  if (isBusy) return search.searching;
  if (error !== undefined || next === undefined) return '';
  if (messages.length > 0) return search.found(messages.length);
  return next === null ? search.nothingFound : search.nothingYet;
}

/** How far back the search has looked, and a button that searches further. */
function SearchEnd({
  search,
  onFurther,
}: {
  readonly search: MessageSearch;
  readonly onFurther: () => void;
}) {
  const { search: labels } = laterTexts();
  const { searchedTo, next, isBusy, error } = search;
  if (isBusy || (next === undefined && error === undefined)) return null;
  if (next === null) return <p class="hint">{labels.searchedAll}</p>;
  return (
    <div class="search-end">
      <p class="hint">{searchedTo ? labels.searchedTo(longDate(searchedTo.created_at)) : ''}</p>
      <Button kind="quiet" label={error === undefined ? labels.further : labels.retry} onClick={onFurther} />
    </div>
  );
}

/** Searches the messages of the open room. */
export function SearchMessages({ onClose }: { readonly onClose: () => void }) {
  const { search, start, further } = useMessageSearch();
  const [text, setText] = useState(search.query);
  const field = useRef<HTMLInputElement>(null);
  const { search: labels } = laterTexts();
  useEffect(() => field.current?.select(), []);
  useEffect(() => {
    const timer = setTimeout(() => start(text), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    start(text);
  };
  const words = searchedWords(search.query);
  return (
    <Dialog title={labels.title} onClose={onClose}>
      <search class="search-form">
        <form class="field" onSubmit={onSubmit}>
          <input
            ref={field}
            type="search"
            autofocus
            aria-label={labels.label}
            placeholder={labels.label}
            maxLength={MAX_QUERY}
            autocomplete="off"
            enterkeyhint="search"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              // Some browsers only clear a search field with Escape, and keep the dialog open.
              if (event.key !== 'Escape') return;
              event.preventDefault();
              event.currentTarget.closest('dialog')?.close();
            }}
          />
        </form>
      </search>
      <p class="hint" role="status">
        {statusOf(search)}
      </p>
      <ul class="message-list">
        {search.messages.map((message) => (
          <Result key={message.message_id} message={message} words={words} />
        ))}
      </ul>
      <ErrorText>{search.error === undefined ? '' : errorText(search.error)}</ErrorText>
      <SearchEnd search={search} onFurther={further} />
    </Dialog>
  );
}

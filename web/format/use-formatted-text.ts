import { useEffect, useState } from 'preact/hooks';
import { mayBeFormatted, mayHaveLinks } from './plain.ts';

type FormattedText = typeof import('./formatted-text.tsx').FormattedText;

/** How long a timeline waits for the parser before it shows the messages as typed, in milliseconds. */
const MAX_WAIT_MS = 3_000;

let loading: Promise<void> | undefined;
let loaded: FormattedText | undefined;

/** Loads the parser once. A failed load is repeated at the next call. */
export function loadFormattedText(): Promise<void> {
  loading ??= import('./formatted-text.tsx').then(
    ({ FormattedText }) => {
      loaded = FormattedText;
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
}

/** The content of a message. */
interface Content {
  readonly text: string;
  /** The ids of the users whom the message mentions. */
  readonly mentions?: readonly string[] | undefined;
}

const needsFormatting = ({ text, mentions }: Content): boolean =>
  mentions !== undefined || mayBeFormatted(text);

/** Returns the component for formatted text, once it is loaded. Undefined for a text without formatting and links. */
export function useFormattedText(content: Content): FormattedText | undefined {
  const [, setLoads] = useState(0);
  // Links do not change the height, so a text is shown at once, and its links appear later.
  const isNeeded = needsFormatting(content) || mayHaveLinks(content.text);
  const isMissing = isNeeded && !loaded;
  useEffect(() => {
    if (isMissing) void loadFormattedText().then(() => setLoads((loads) => loads + 1));
  }, [isMissing]);
  return isNeeded ? loaded : undefined;
}

/**
 * Returns whether the messages can be shown. It is false while the parser loads and one of the messages needs it,
 * because formatting can change the height of a message.
 */
export function useFormattingReady(messages: readonly Content[]): boolean {
  const [isLate, setLate] = useState(false);
  const isWaiting = !loaded && !isLate && messages.some(needsFormatting);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setLate(true), MAX_WAIT_MS);
    void loadFormattedText().then(() => setLate(true));
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return !isWaiting;
}

import type { Entry, Failed } from '../timeline/entry.ts';

/** What the next message is: an answer, or another text for an old one. */
export interface Aim {
  readonly kind: 'reply' | 'edit';
  readonly entry: Entry;
  /** Who said it, as one calls them. */
  readonly name: string;
  /** It was deleted meanwhile: what one writes goes out as a message of its own. */
  readonly gone?: boolean;
}

/** A file that was chosen, and how far it has come. */
export interface Attachment {
  readonly file: File;
  /** Shows a picture before it is sent; undefined for other files. */
  readonly preview: string | undefined;
  /** 0 to 1 while it is on its way. */
  readonly progress: number | undefined;
  readonly problem: string;
  /** What goes with it, once it is on its way. */
  readonly words: string;
}

/** What somebody has in hand in a room, and has not sent. */
export interface InHand {
  readonly text: string;
  readonly aim: Aim | undefined;
  /** What the message that is edited is to say; undefined where nothing of it was changed. */
  readonly edited: string | undefined;
  readonly attachment: Attachment | undefined;
  /** Messages that were refused. */
  readonly failed: readonly Failed[];
  /** Messages that were deleted while one looked. */
  readonly graves: readonly Entry[];
  /** What went wrong last, for people to read. */
  readonly problem: string;
}

export const emptyHands: InHand = {
  text: '',
  aim: undefined,
  edited: undefined,
  attachment: undefined,
  failed: [],
  graves: [],
  problem: '',
};

/** The server counts code points and takes this many. */
export const LONGEST = 8_000;

/** What stands in the field. */
export const writtenIn = ({ aim, edited, text }: InHand): string =>
  aim?.kind === 'edit' ? (edited ?? aim.entry.text) : text;

export const isUploading = ({ attachment }: InHand): boolean => attachment?.progress !== undefined;

/** Whether there is something that can go out. */
export function isReady(hand: InHand): boolean {
  const written = writtenIn(hand);
  if ([...written].length > LONGEST) return false;
  const withFile = hand.aim?.kind !== 'edit' && hand.attachment !== undefined && !isUploading(hand);
  return withFile || written.trim() !== '';
}

/** Two texts, one below the other, where there are two. */
const below = (...texts: readonly string[]): string => texts.filter((text) => text.trim() !== '').join('\n');

const KEPT = 'What you wrote is in the field, as a new message.';

/** A text that an old message can have no more: it becomes a new one’s, and it says why. */
export const rescued = (hand: InHand, text: string, why: string): Partial<InHand> => ({
  text: below(hand.text, text),
  problem: `${why} ${KEPT}`,
});

/** A message was deleted: whoever answers it or gives it another text has to know. */
export function bereft(hand: InHand, id: number): Partial<InHand> {
  const { aim, edited } = hand;
  if (aim?.entry.id !== id || aim.gone) return {};
  if (aim.kind === 'reply') return { aim: { ...aim, gone: true } };
  const why = 'The message that you were editing was deleted.';
  const lost = edited !== undefined && edited !== aim.entry.text;
  return { aim: undefined, edited: undefined, ...(lost ? rescued(hand, edited, why) : { problem: why }) };
}

/** A file that could not be sent: it can be again, with the words that were to go with it. */
export const notUploaded = (hand: InHand, aim: Aim | undefined, problem: string): Partial<InHand> => ({
  aim: hand.aim ?? aim,
  text: below(hand.attachment?.words ?? '', hand.text),
  attachment: hand.attachment && { ...hand.attachment, progress: undefined, words: '', problem },
});

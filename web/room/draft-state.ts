import type { Entry, FailedMessage } from '../timeline/entry.ts';

/** The message that the composer replies to or edits. */
export interface ComposeTarget {
  readonly kind: 'reply' | 'edit';
  readonly entry: Entry;
  /** Set when the user replies to a message that was deleted: the text is then sent without the reply. */
  readonly deleted?: boolean;
}

/** The file that was chosen for the next message. */
export interface Attachment {
  readonly file: File;
  /** The object URL of a picture's preview; undefined for other files. */
  readonly preview: string | undefined;
  /** The uploaded share, from 0 to 1; undefined before the upload starts. */
  readonly progress: number | undefined;
  readonly error: string;
  /** The text that is sent with the file, while it uploads. */
  readonly caption: string;
}

/** The input of a user in a room that is not sent yet. */
export interface DraftState {
  readonly text: string;
  readonly target: ComposeTarget | undefined;
  /** The new text of the edited message; undefined until the user changes it. */
  readonly editedText: string | undefined;
  readonly attachment: Attachment | undefined;
  readonly failed: readonly FailedMessage[];
  /** The tombstones of messages that were deleted while the page showed them. */
  readonly tombstones: readonly Entry[];
  /** The last error, for the notice above the composer. */
  readonly error: string;
}

export const emptyDraft: DraftState = {
  text: '',
  target: undefined,
  editedText: undefined,
  attachment: undefined,
  failed: [],
  tombstones: [],
  error: '',
};

/** The longest message that the server accepts, in code points. */
export const MAX_LENGTH = 8_000;

/** Returns the text that the composer shows: the draft, or the text of the message that is edited. */
export const composerText = ({ target, editedText, text }: DraftState): string =>
  target?.kind === 'edit' ? (editedText ?? target.entry.text) : text;

export const isUploading = ({ attachment }: DraftState): boolean => attachment?.progress !== undefined;

export function canSubmit(draft: DraftState): boolean {
  const text = composerText(draft);
  if ([...text].length > MAX_LENGTH) return false;
  const hasFile = draft.target?.kind !== 'edit' && draft.attachment !== undefined && !isUploading(draft);
  return hasFile || text.trim() !== '';
}

const joinLines = (...texts: readonly string[]): string =>
  texts.filter((text) => text.trim() !== '').join('\n');

/** Returns the message with one full stop at its end. */
const sentence = (message: string): string => message.replace(/\.?$/, '.');

/** Puts the text of a failed edit back into the composer, as a new message. */
export const withRecoveredText = (draft: DraftState, text: string, error: string): Partial<DraftState> => ({
  text: joinLines(draft.text, text),
  error: `${sentence(error)} Your text is back in the message box.`,
});

/** Updates the draft after the message of its target was deleted: marks a reply, ends an edit. */
export function withDeletedTarget(draft: DraftState, id: number): Partial<DraftState> {
  const { target, editedText } = draft;
  if (target?.entry.id !== id || target.deleted) return {};
  if (target.kind === 'reply') return { target: { ...target, deleted: true } };
  const error = 'The message you were editing was deleted.';
  const isChanged = editedText !== undefined && editedText !== target.entry.text;
  return {
    target: undefined,
    editedText: undefined,
    ...(isChanged ? withRecoveredText(draft, editedText, error) : { error }),
  };
}

/** Restores the file, its text and its reply target after a failed upload, so that the user can send it again. */
export const withFailedUpload = (
  draft: DraftState,
  target: ComposeTarget | undefined,
  error: string,
): Partial<DraftState> => ({
  target: draft.target ?? target,
  text: joinLines(draft.attachment?.caption ?? '', draft.text),
  attachment: draft.attachment && { ...draft.attachment, progress: undefined, caption: '', error },
});

import type { SendOptions, UploadedFile } from '../../client/index.ts';
import { texts } from '../texts/texts.ts';
import type { Entry, FailedMessage } from '../timeline/entry.ts';

/** The message that the composer replies to or edits. */
export interface ComposeTarget {
  readonly kind: 'reply' | 'edit';
  readonly entry: Entry;
  /** Set when the user replies to a message that was deleted: the text is then sent without the reply. */
  readonly deleted?: boolean;
}

/** A file that the user has chosen. It is sent as a message of its own. */
export interface Attachment {
  readonly id: number;
  readonly file: File;
  /** The object URL of a picture's preview; undefined for other files. */
  readonly preview: string | undefined;
  readonly state: 'chosen' | 'uploading' | 'failed';
  /** The uploaded share, from 0 to 1. */
  readonly progress: number;
  /** What the message names; undefined until all bytes are uploaded. */
  readonly uploaded?: UploadedFile;
  /** Why the upload failed. */
  readonly error: string;
  /** Whether another attempt may succeed. */
  readonly canRetry: boolean;
  /** Whether the upload failed because the chat was unreachable. It is repeated once the client is connected again. */
  readonly isUnreachable: boolean;
  /** The same for all files that were submitted together. */
  readonly batch: number;
  /** The text that is sent with the file. The first file of a batch has it. */
  readonly caption: string;
  /** The ids of the users whom the text mentions. */
  readonly mentions?: SendOptions['mentions'];
  /** The message that the file replies to. */
  readonly target: ComposeTarget | undefined;
}

/** The input of a user in a room that is not sent yet. */
export interface DraftState {
  readonly text: string;
  readonly target: ComposeTarget | undefined;
  /** The new text of the edited message; undefined until the user changes it. */
  readonly editedText: string | undefined;
  /** The chosen files and those that are uploading, in the order of their messages. */
  readonly attachments: readonly Attachment[];
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
  attachments: [],
  failed: [],
  tombstones: [],
  error: '',
};

/** The longest message that the server accepts, in code points. */
export const MAX_LENGTH = 8_000;

/** Returns the text that the composer shows: the draft, or the text of the message that is edited. */
export const composerText = ({ target, editedText, text }: DraftState): string =>
  target?.kind === 'edit' ? (editedText ?? target.entry.text) : text;

export const isChosen = ({ state }: Attachment): boolean => state === 'chosen';

export function canSubmit(draft: DraftState): boolean {
  const text = composerText(draft);
  if ([...text].length > MAX_LENGTH) return false;
  const hasFile = draft.target?.kind !== 'edit' && draft.attachments.some(isChosen);
  return hasFile || text.trim() !== '';
}

export const joinLines = (...texts: readonly string[]): string =>
  texts.filter((text) => text.trim() !== '').join('\n');

/** Returns the message with one full stop at its end. */
const sentence = (message: string): string => message.replace(/\.?$/, '.');

/** Puts the text of a failed edit back into the composer, as a new message. */
export const withRecoveredText = (draft: DraftState, text: string, error: string): Partial<DraftState> => ({
  text: joinLines(draft.text, text),
  error: `${sentence(error)} ${texts().drafts.textIsBack}`,
});

/** Updates the draft after the message of its target was deleted: marks a reply, ends an edit. */
export function withDeletedTarget(draft: DraftState, id: number): Partial<DraftState> {
  const { target, editedText } = draft;
  if (target?.entry.id !== id || target.deleted) return {};
  if (target.kind === 'reply') return { target: { ...target, deleted: true } };
  const error = texts().drafts.editTargetDeleted;
  const isChanged = editedText !== undefined && editedText !== target.entry.text;
  return {
    target: undefined,
    editedText: undefined,
    ...(isChanged ? withRecoveredText(draft, editedText, error) : { error }),
  };
}

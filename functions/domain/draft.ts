import type { CustomData } from './custom-data.ts';
import type { MessageFile } from './file.ts';
import type { BeforeSendAnswer } from './hooks.ts';
import type { User } from './member.ts';
import type { Message } from './message.ts';

/** A message or an edit that has passed all checks and is not stored yet. */
export interface Draft extends Pick<Message, 'room' | 'text' | 'type'> {
  /** The id of the message that an edit changes. Absent for a new message. */
  readonly edited?: number;
  /** The user who sends or edits the message. */
  readonly by: User;
  readonly file?: FileFields | undefined;
  readonly data?: CustomData | null | undefined;
  readonly replyTo?: number | undefined;
  readonly mentions?: readonly string[] | undefined;
  readonly clientId?: string | undefined;
}

/** What members see of a file before they open it. */
export type FileFields = Pick<MessageFile, 'name' | 'contentType' | 'size'>;

/** The values to store in place of those of a draft; null for no data. */
export type Revision = Pick<BeforeSendAnswer & { readonly allow: true }, 'text' | 'data'>;

/**
 * Asks the team's function about a draft, and resolves to its valid answer. Resolves to null if there is none and the
 * draft must not be stored. Never rejects.
 */
export type BeforeSend = (draft: Draft) => Promise<BeforeSendAnswer | null>;

import {
  actorId,
  type Message,
  type PendingChange,
  type PendingMessage,
  type SendOptions,
} from '../../client/index.ts';

/** A change that the server has not answered yet. */
type Frame = PendingChange['frame'];

/** One message as the timeline shows it. */
export interface Entry {
  /** Stays the same when a pending message is stored. */
  readonly key: string;
  readonly state: 'stored' | 'pending' | 'failed' | 'deleted';
  /** The message's id; undefined until the message is stored. */
  readonly id?: number | undefined;
  /** The author's user id; for a guest, `guest:` and the id that they claim. */
  readonly author: string;
  /** The author's user id; undefined for a guest and a bot, who have no profile. */
  readonly user?: string | undefined;
  /** The author's name, if the message has it. */
  readonly name?: string | undefined;
  /** The https address of the author's picture, if the message has it. */
  readonly picture?: string | undefined;
  readonly text: string;
  /** When the message was sent, in ISO 8601. */
  readonly at: string;
  readonly replyTo?: number | undefined;
  /** The ids of the users whom the message mentions. */
  readonly mentions?: readonly string[] | undefined;
  readonly type: 'text' | 'file' | 'image' | 'system';
  /** The stored message; undefined in every other state. */
  readonly message?: Message | undefined;
  /** The changes of this message that the server has not answered yet. */
  readonly pendingChanges?: readonly Frame[];
  /** Whether one of the pending changes is an edit or a deletion. */
  readonly changing?: boolean;
  /** Why a failed message was not sent. */
  readonly error?: Refusal;
}

/** The code and the message of an error. Its text in the page's language may load later. */
interface Refusal {
  /** Absent in values that an earlier release stored. */
  readonly code?: string;
  readonly message: string;
}

/** A refused message, with what a retry needs. */
export interface FailedMessage {
  readonly clientId: string;
  readonly text: string;
  readonly options: SendOptions;
  readonly error: string;
  readonly code?: string;
  readonly at: string;
}

const entries = new WeakMap<object, Entry>();

/** Returns the same entry for the same message, so that its row does not render again. */
export function entryOf(message: Message | PendingMessage): Entry {
  const known = entries.get(message);
  if (known) return known;
  const stored = message.status === 'pending' ? undefined : (message as Message);
  const entry: Entry = {
    key: message.client_id ?? `m${message.message_id}`,
    state: stored ? 'stored' : 'pending',
    id: stored?.message_id,
    author: actorId(message.sender_id, stored?.guest),
    user: stored?.guest || /^bot:/.test(`${message.sender_id}`) ? undefined : String(message.sender_id),
    name: message.sender_name ?? message.sender_email?.split('@')[0],
    picture: message.sender_avatar,
    text: message.text,
    at: message.created_at,
    replyTo: message.reply_to,
    mentions: message.mentions?.map(String),
    type: message.type ?? 'text',
    message: stored,
  };
  entries.set(message, entry);
  return entry;
}

export const failedEntry = (
  { clientId, text, options, error, code, at }: FailedMessage,
  me: string,
): Entry => ({
  key: clientId,
  state: 'failed',
  author: me,
  text,
  at,
  replyTo: options.reply_to === undefined ? undefined : Number(options.reply_to),
  mentions: options.mentions?.map(String),
  type: options.type ?? 'text',
  error: { message: error, ...(code && { code }) },
});

/** Returns the index of a message, or where it would be. Messages are in the order of their ids; the last may have none. */
export function indexOf(entries: readonly Entry[], id: number): number {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((entries[middle]?.id ?? Number.POSITIVE_INFINITY) < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Returns the message with an id, if it is loaded. */
export function entryWith(entries: readonly Entry[], id: number | undefined): Entry | undefined {
  const entry = id === undefined ? undefined : entries[indexOf(entries, id)];
  return entry?.id === id ? entry : undefined;
}

/** Returns an entry as it will be once the server accepts its pending changes. */
export function withPendingChanges(entry: Entry, frames: readonly Frame[]): Entry {
  const pendingChanges = frames.filter(
    (frame) => frame.action !== 'send' && Number(frame.message_id) === entry.id,
  );
  if (pendingChanges.length === 0) return entry;
  const edit = pendingChanges.findLast((frame) => frame.action === 'edit');
  const changing = pendingChanges.some(({ action }) => action === 'edit' || action === 'delete');
  const text = edit?.text ?? entry.text;
  const mentions = edit?.mentions?.map(String) ?? entry.mentions;
  return { ...entry, text, mentions, changing, pendingChanges };
}

/** Returns what the timeline shows in place of a deleted message. */
export const tombstone = ({ key, id, author, user, name, picture, at, type }: Entry): Entry => {
  return { key, state: 'deleted', id, author, user, name, picture, text: '', at, type };
};

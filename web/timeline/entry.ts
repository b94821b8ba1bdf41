import type { Message, PendingMessage, Room, Unanswered } from '../../client/index.ts';

type SendAsk = Parameters<Room['send']>[1];

/** One thing that somebody said, as the timeline shows it. */
export interface Entry {
  /** The same while it is pending and when it is stored. */
  readonly key: string;
  readonly state: 'stored' | 'pending' | 'failed' | 'deleted';
  /** Its message's id; undefined until it is stored. */
  readonly id?: number | undefined;
  readonly author: string;
  readonly text: string;
  /** When it was said, in ISO 8601. */
  readonly at: string;
  readonly edited?: boolean | undefined;
  /** A change of it is on its way: what it is to become shows already. */
  readonly changing?: boolean | undefined;
  readonly replyTo?: number | undefined;
  readonly status?: Message['status'] | undefined;
  readonly type: 'text' | 'file' | 'image';
  readonly file?: EntryFile | undefined;
  readonly reactions: readonly Reaction[];
  /** Why it was not sent. */
  readonly problem?: string | undefined;
}

export interface EntryFile {
  readonly name: string;
  readonly url?: string | undefined;
  readonly type?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

export interface Reaction {
  readonly emoji: string;
  readonly users: readonly string[];
}

/** A message that was refused, and what it takes to send it again. */
export interface Failed {
  readonly clientId: string;
  readonly text: string;
  readonly options: NonNullable<SendAsk>;
  readonly problem: string;
  readonly at: string;
}

const made = new WeakMap<object, Entry>();

function storedEntry(message: Message): Entry {
  const { message_id: id, client_id, file, reactions = {} } = message;
  return {
    key: client_id ?? `m${id}`,
    state: message.deleted ? 'deleted' : 'stored',
    id,
    author: String(message.sender_id),
    text: message.text,
    at: message.created_at,
    edited: message.edited,
    replyTo: message.reply_to,
    status: message.status,
    type: message.type ?? 'text',
    file:
      file === undefined
        ? undefined
        : { name: file, url: message.file_url, type: message.file_type, size: message.file_size },
    reactions: Object.entries(reactions).map(([emoji, users]) => ({ emoji, users: users.map(String) })),
  };
}

const pendingEntry = (pending: PendingMessage): Entry => ({
  key: pending.client_id,
  state: 'pending',
  author: String(pending.sender_id),
  text: pending.text,
  at: pending.created_at,
  replyTo: pending.reply_to,
  type: pending.type ?? 'text',
  reactions: [],
});

/** The same message gives the same entry, so that its row is not drawn again. */
export function entryOf(message: Message | PendingMessage): Entry {
  const known = made.get(message);
  if (known) return known;
  const entry = message.status === 'pending' ? pendingEntry(message) : storedEntry(message as Message);
  made.set(message, entry);
  return entry;
}

export const failedEntry = ({ clientId, text, options, problem, at }: Failed, me: string): Entry => ({
  key: clientId,
  state: 'failed',
  author: me,
  text,
  at,
  replyTo: options.reply_to === undefined ? undefined : Number(options.reply_to),
  type: options.type ?? 'text',
  reactions: [],
  problem,
});

function reacted(reactions: readonly Reaction[], emoji: string, me: string, remove: boolean): Reaction[] {
  const before = reactions.find((each) => each.emoji === emoji)?.users ?? [];
  const users = before.filter((user) => user !== me);
  const after = { emoji, users: remove ? users : [...users, me] };
  const all =
    before.length > 0
      ? reactions.map((each) => (each.emoji === emoji ? after : each))
      : [...reactions, after];
  return all.filter((each) => each.users.length > 0);
}

/** An entry as it is to become, by what was asked for and is not answered yet. */
export function changed(entry: Entry, asked: readonly Unanswered['frame'][], me: string): Entry {
  let next = entry;
  for (const frame of asked) {
    if (frame.action === 'send' || Number(frame.message_id) !== entry.id) continue;
    if (frame.action === 'edit') next = { ...next, text: frame.text, changing: true };
    else if (frame.action === 'delete') next = { ...next, changing: true };
    else next = { ...next, reactions: reacted(next.reactions, frame.emoji, me, frame.remove ?? false) };
  }
  return next;
}

/** What is left to show of a message that somebody took away. */
export const tombstone = (entry: Entry): Entry => ({
  ...entry,
  state: 'deleted',
  text: '',
  file: undefined,
  reactions: [],
  replyTo: undefined,
});

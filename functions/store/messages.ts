import { type Change, type Message, type Status, statusesBelow } from '../domain/message.ts';
import type { Database, Item, Update } from './database.ts';
import { logKey } from './keys.ts';
import { type FileHold, fileElement, parseFileElement } from './uploads.ts';

/** Each user's reaction with an emoji is an attribute of its own, so that concurrent reactions do not conflict. */
const REACTION = 'reaction#';

const reactionAttribute = (user: string, emoji: string): string =>
  `${REACTION}${encodeURIComponent(user)}#${emoji}`;

function reactionsOf(item: Item): Pick<Message, 'reactions'> {
  const reactions = new Map<string, string[]>();
  for (const [name, value] of Object.entries(item)) {
    if (!name.startsWith(REACTION) || value.removed) continue;
    // The encoded user id contains no `#`, but an emoji may: keycaps do.
    const end = name.indexOf('#', REACTION.length);
    const emoji = name.slice(end + 1);
    const user = decodeURIComponent(name.slice(REACTION.length, end));
    reactions.set(emoji, [...(reactions.get(emoji) ?? []), user]);
  }
  return reactions.size > 0 ? { reactions: Object.fromEntries(reactions) } : {};
}

/** Returns the message that a log item holds, without the attributes that only the store uses. */
export function toMessage(room: string, item: Item): Message {
  const {
    room: _room,
    item: _item,
    kind: _kind,
    put: _put,
    seq,
    edits: _edits,
    files: _files,
    ...rest
  } = item;
  const fields = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(REACTION)));
  const reactions = item['deletedAt'] === undefined ? reactionsOf(item) : {};
  return { ...fields, ...reactions, id: seq, room } as unknown as Message;
}

/** The result of applying a change to its message. */
export interface Applied {
  /** `already`: an earlier try applied it. `overtaken`: a later change or a delete came first. */
  readonly outcome: 'applied' | 'already' | 'overtaken';
  /** The message after the change. */
  readonly message: Message;
  /** Set by a delete: sequence numbers of the edits whose log entries may still hold a text. */
  readonly edits?: readonly number[];
  /** Files of which the message lost its hold: replaced ones, that of an overtaken edit, and all of a deleted message. */
  readonly files?: readonly FileHold[];
}

const alive = 'attribute_exists(author) AND attribute_not_exists(deletedAt)';

const updateMessage = (
  db: Database,
  room: string,
  id: number,
  { condition, ...update }: Update,
): Promise<Item | undefined> =>
  db.chat.update(logKey(room, id), {
    ...update,
    condition: condition ? `${alive} AND ${condition}` : alive,
    returns: 'ALL_NEW',
  });

/** The present state of a message. */
export interface State {
  readonly message: Message;
  /** Whether a change of the message needs no more work. */
  readonly settles: (change: Change) => boolean;
}

/** Returns the messages with these ids, by id, without the missing ones. Ids must differ. */
export async function listStates(
  db: Database,
  room: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, State>> {
  const keys = ids.map((id) => logKey(room, id));
  const items = await db.chat.batchGet(keys, { consistent: true });
  return new Map(
    items
      .filter((item) => item['kind'] === 'message')
      .map((item) => [
        item['seq'],
        { message: toMessage(room, item), settles: (change) => settles(item, change) },
      ]),
  );
}

/** Whether a message's item holds a change. A later edit replaces an earlier one, a delete replaces all. */
function holds(item: Item, change: Change): boolean {
  if (change.kind !== 'react') return item['revision'] === change.seq;
  return item[reactionAttribute(change.by, change.emoji)]?.seq === change.seq;
}

/** Whether a change needs no more work: its message holds it, or a change that replaces it. */
function settles(item: Item, change: Change): boolean {
  const deleted = item['deletedAt'] !== undefined;
  // A message lists the files that it lost until their bytes are deleted.
  if (change.kind === 'delete') return deleted && item['files'] === undefined;
  // An overtaken edit is settled only when its text is gone from the log.
  if (change.kind === 'edit')
    return (
      change.text === undefined ||
      (!deleted && item['revision'] >= change.seq && lostFiles(item).length === 0)
    );
  if (deleted) return true;
  return (item[reactionAttribute(change.by, change.emoji)]?.seq ?? 0) >= change.seq;
}

/** Returns the files that a message lists and no longer shows. */
function lostFiles(item: Item): FileHold[] {
  const shown = item['file'] && fileElement(item['file']);
  return [...(item['files'] ?? [])].filter((element) => element !== shown).map(parseFileElement);
}

/** Removes files from a message's list, once it has no hold on them. */
export async function forgetFiles(
  db: Database,
  room: string,
  id: number,
  files: readonly FileHold[],
): Promise<void> {
  await db.chat.update(logKey(room, id), {
    update: 'DELETE files :files',
    values: { ':files': new Set(files.map(fileElement)) },
  });
}

function updateFor(change: Change): Update {
  const { at, seq } = change;
  switch (change.kind) {
    case 'edit': {
      const { text = '', file } = change;
      return {
        update: `SET #text = :text, ${file ? '#file = :file, ' : ''}editedAt = :at, updatedAt = :at, revision = :seq ADD edits :edits${file ? ', files :files' : ''}`,
        values: {
          ':text': text,
          ':at': at,
          ':seq': seq,
          ':edits': new Set([seq]),
          ...(file && { ':file': file, ':files': new Set([fileElement(file)]) }),
        },
        condition: 'revision < :seq',
      };
    }
    // The tombstone keeps the number, author and times. A delete wins over an edit with a higher sequence number.
    case 'delete':
      return {
        update: 'SET #text = :none, deletedAt = :at, updatedAt = :at, revision = :seq REMOVE replyTo, #file',
        values: { ':none': '', ':at': at, ':seq': seq },
      };
    // A removed reaction stays as a tombstone, so that an older repeat cannot restore it.
    case 'react':
      return {
        update: 'SET #reaction = :reaction',
        names: { '#reaction': reactionAttribute(change.by, change.emoji) },
        values: { ':reaction': { seq, removed: change.removed }, ':seq': seq },
        condition: '(attribute_not_exists(#reaction) OR #reaction.#seq < :seq)',
      };
    default:
      return change satisfies never;
  }
}

/**
 * Applies a logged change to its message. Repeating it is safe.
 * @returns undefined when the room has no such message
 */
export async function applyChange(db: Database, room: string, change: Change): Promise<Applied | undefined> {
  const updated = await updateMessage(db, room, change.message, updateFor(change));
  // A retry of an update whose answer was lost fails its condition, although the first try took effect.
  const item = updated ?? (await db.chat.get(logKey(room, change.message)));
  if (item?.['kind'] !== 'message') return undefined;
  const outcome = updated ? 'applied' : holds(item, change) ? 'already' : 'overtaken';
  // The item does not list the file of an overtaken edit.
  const late = change.kind === 'edit' && outcome === 'overtaken' && change.file ? [change.file] : [];
  return {
    outcome,
    message: toMessage(room, item),
    ...(change.kind !== 'react' && { files: [...lostFiles(item), ...late] }),
    ...(change.kind === 'delete' && { edits: [...(item['edits'] ?? [])] }),
  };
}

/**
 * Raises a message's status.
 * @returns the message; undefined when it has that status already, or is deleted
 */
export async function raiseStatus(
  db: Database,
  message: Pick<Message, 'room' | 'id'>,
  status: Status,
  at: string,
): Promise<Message | undefined> {
  const lower = statusesBelow(status).map((step, index) => [`:lower${index}`, step] as const);
  const item = await updateMessage(db, message.room, message.id, {
    update: 'SET #status = :status, updatedAt = :at',
    condition: `#status IN (${lower.map(([name]) => name).join(', ')})`,
    values: { ':status': status, ':at': at, ...Object.fromEntries(lower) },
  });
  return item && toMessage(message.room, item);
}

import {
  type Change,
  type Deletion,
  type Edit,
  type Message,
  type Reaction,
  type Status,
  statusesBelow,
} from '../domain/message.ts';
import { parsedData } from './custom-data.ts';
import type { Database, Item, Update } from './database.ts';
import { logKey } from './keys.ts';
import { isReactionAttribute, isReactionHeld, partsIn, reactionsOf } from './reaction-items.ts';
import { settledReactions } from './reaction-readers.ts';
import { ALIVE } from './reaction-updates.ts';
import { applyReaction, getMessageItem, removeReactions } from './reactions.ts';
import { type FileHold, fileElement, parseFileElement } from './uploads.ts';

export { withReaders } from './reaction-readers.ts';

/** Returns the numbers of the further items of a message (`messagePartKey`). */
export const partNumbers = (item: Item): readonly number[] => partsIn(item).map(([part]) => part);

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
    expiresAt: _expiresAt,
    heldUntil: _heldUntil,
    data,
    ...rest
  } = item;
  const fields = Object.fromEntries(Object.entries(rest).filter(([name]) => !isReactionAttribute(name)));
  const reactions = item['deletedAt'] === undefined ? reactionsOf(item) : {};
  return {
    ...fields,
    ...(item['deletedAt'] === undefined && parsedData(data)),
    ...reactions,
    id: seq,
    room,
  } as unknown as Message;
}

/** The result of applying a change to its message. */
export interface Applied {
  /**
   * `already`: an earlier try applied it. `overtaken`: a later change or a delete came first. `refused`: it exceeds a
   * limit of the message.
   */
  readonly outcome: 'applied' | 'already' | 'overtaken' | 'refused';
  /** Whether the message was the same before the change. */
  readonly unchanged?: boolean;
  /** The message after the change. */
  readonly message: Message;
  /** Sequence numbers of replaced edits whose log entries may still hold a text. */
  readonly edits?: readonly number[];
  /**
   * Files that the message no longer holds: replaced files, the file of an overtaken edit, and all files of a deleted
   * message.
   */
  readonly files?: readonly FileHold[];
  /** Set by a delete: removes the remaining content of the message's item and its parts. Repeating it is safe. */
  readonly cleanUp?: () => Promise<void>;
}

const updateMessage = (
  db: Database,
  room: string,
  id: number,
  { condition, ...update }: Update,
): Promise<Item | undefined> =>
  db.chat.update(logKey(room, id), {
    ...update,
    condition: condition ? `${ALIVE} AND ${condition}` : ALIVE,
    returns: 'ALL_NEW',
  });

/**
 * Whether a message's item holds a change that a log page may also hold. Only reactions need it: edits have `revision`.
 */
export const isHeld = (item: Item, change: Change): boolean =>
  change.kind === 'react' && isReactionHeld(item, change);

/** The present state of a message. */
export interface State {
  readonly message: Message;
  /** Whether a change of the message needs no more work. */
  readonly settles: (change: Change) => boolean;
}

/**
 * Returns the messages with these ids, by id, without the missing ones.
 * @param ids must differ
 * @param changes the changes about which `settles` will be called
 */
export async function listStates(
  db: Database,
  room: string,
  ids: readonly number[],
  changes: readonly Change[],
): Promise<ReadonlyMap<number, State>> {
  const keys = ids.map((id) => logKey(room, id));
  const found = await db.chat.batchGet(keys, { consistent: true });
  const items = new Map<number, Item>(
    found.filter((item) => item['kind'] === 'message').map((item) => [item['seq'], item]),
  );
  const reactions = changes.filter((change) => change.kind === 'react');
  const settled: ReadonlySet<Change> = await settledReactions(db, room, items, reactions);
  return new Map(
    Array.from(items, ([id, item]) => [
      id,
      {
        message: toMessage(room, item),
        settles: (change) => (change.kind === 'react' ? settled.has(change) : settles(item, change)),
      },
    ]),
  );
}

/** Whether a change needs no more work: its message holds it, or a change that replaces it. */
function settles(item: Item, change: Edit | Deletion): boolean {
  const deleted = item['deletedAt'] !== undefined;
  // A message lists the files that it lost until their bytes are deleted.
  if (change.kind === 'delete') return deleted && item['files'] === undefined;
  // An overtaken edit is settled only when its text is gone from the log.
  return (
    change.text === undefined || (!deleted && item['revision'] >= change.seq && lostFiles(item).length === 0)
  );
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
    condition: 'attribute_exists(#item)',
    values: { ':files': new Set(files.map(fileElement)) },
  });
}

function updateFor(change: Edit | Deletion): Update {
  const { at, seq } = change;
  switch (change.kind) {
    case 'edit': {
      const { text = '', file, data, mentions } = change;
      const removed = [data === null && '#data', mentions?.length === 0 && '#mentions'].filter(Boolean);
      const set = [
        'SET #text = :text, editedAt = :at, updatedAt = :at, revision = :seq',
        ...(file ? ['#file = :file'] : []),
        ...(data ? ['#data = :data'] : []),
        ...(mentions?.length ? ['#mentions = :mentions'] : []),
      ].join(', ');
      const remove = removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : '';
      return {
        update: `${set}${remove} ADD edits :edits${file ? ', files :files' : ''}`,
        values: {
          ':text': text,
          ':at': at,
          ':seq': seq,
          ':edits': new Set([seq]),
          ...(data && { ':data': JSON.stringify(data) }),
          ...(mentions?.length && { ':mentions': mentions }),
          ...(file && { ':file': file, ':files': new Set([fileElement(file)]) }),
        },
        condition: 'revision < :seq',
      };
    }
    // The tombstone keeps the number, author and times. A delete wins over an edit with a higher sequence number.
    case 'delete':
      return {
        update:
          'SET #text = :none, deletedAt = :at, updatedAt = :at, revision = :seq REMOVE replyTo, #file, #data, #mentions',
        values: { ':none': '', ':at': at, ':seq': seq },
      };
    default:
      return change satisfies never;
  }
}

/** A message's item lists at most this many edits: the texts of replaced ones are removed from the log. */
const MAX_LISTED_EDITS = 20;

/** Returns the listed edits that later ones have replaced, if there are too many. */
function replacedEdits(item: Item): readonly number[] {
  const edits: readonly number[] = [...(item['edits'] ?? [])];
  return edits.length > MAX_LISTED_EDITS ? edits.filter((seq) => seq < item['revision']) : [];
}

/** Removes edits from a message's list, once the texts in their log entries are removed. */
export async function forgetEdits(
  db: Database,
  room: string,
  id: number,
  edits: readonly number[],
): Promise<void> {
  await db.chat.update(logKey(room, id), {
    update: 'DELETE edits :edits',
    condition: 'attribute_exists(#item)',
    values: { ':edits': new Set(edits) },
  });
}

/** Whether DynamoDB refused an update because the item would exceed 400 KB. Only its text says so (AWS: UpdateItem). */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /item size/i.test(error.message);

/**
 * Applies a logged change to its message. Repeating it is safe. An item that earlier releases filled refuses edits and
 * reactions; a delete removes the reactions first.
 * @returns undefined when the room has no such message
 */
export async function applyChange(db: Database, room: string, change: Change): Promise<Applied | undefined> {
  try {
    return await (change.kind === 'react' ? applyToItem(db, room, change) : replaceText(db, room, change));
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const item = await getMessageItem(db, room, change.message);
    if (!item) return undefined;
    if (change.kind !== 'delete') {
      const files = change.kind === 'edit' && change.file ? [change.file] : [];
      return { outcome: 'refused', message: toMessage(room, item), files };
    }
    await removeReactions(db, room, item);
    return replaceText(db, room, change);
  }
}

async function applyToItem(db: Database, room: string, change: Reaction): Promise<Applied | undefined> {
  const applied = await applyReaction(db, room, change);
  if (!applied) return undefined;
  const { item, ...rest } = applied;
  return { ...rest, message: toMessage(room, item) };
}

async function replaceText(
  db: Database,
  room: string,
  change: Edit | Deletion,
): Promise<Applied | undefined> {
  const updated = await updateMessage(db, room, change.message, updateFor(change));
  // A retry of an update whose answer was lost fails its condition, although the first try took effect.
  const item = updated ?? (await getMessageItem(db, room, change.message));
  if (!item) return undefined;
  const message = toMessage(room, item);
  const outcome = updated ? 'applied' : item['revision'] === change.seq ? 'already' : 'overtaken';
  const files = lostFiles(item);
  if (change.kind === 'delete') {
    const cleanUp = () => removeReactions(db, room, item);
    return { outcome, message, cleanUp, edits: [...(item['edits'] ?? [])], files };
  }
  // The item does not list the file of an overtaken edit.
  const late = outcome === 'overtaken' && change.file ? [change.file] : [];
  return { outcome, message, edits: replacedEdits(item), files: [...files, ...late] };
}

/**
 * Raises a message's status.
 * @returns the message; undefined when it has that status already, is deleted, or its item is full
 */
export async function raiseStatus(
  db: Database,
  message: Pick<Message, 'room' | 'id'>,
  status: Status,
  at: string,
): Promise<Message | undefined> {
  const lower = statusesBelow(status).map((step, index) => [`:lower${index}`, step] as const);
  const raising = updateMessage(db, message.room, message.id, {
    update: 'SET #status = :status, updatedAt = :at',
    condition: `#status IN (${lower.map(([name]) => name).join(', ')})`,
    values: { ':status': status, ':at': at, ...Object.fromEntries(lower) },
  });
  const item = await raising.catch((error: unknown) => {
    if (!isTooLarge(error)) throw error;
    return undefined;
  });
  return item && toMessage(message.room, item);
}

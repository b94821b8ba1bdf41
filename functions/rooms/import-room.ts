import { mapLimited } from '../delivery/concurrency.ts';
import type { Context } from '../delivery/context.ts';
import { checkContentType, type MessageFile } from '../domain/file.ts';
import { type Change, changeKinds, type Edit } from '../domain/message.ts';
import { expiryOf } from '../domain/retention.ts';
import { applyChange } from '../log/apply-change.ts';
import { applyRetention } from '../log/apply-retention.ts';
import { freeId, listImported, markCancelled, removeImported } from '../store/cancelled-imports.ts';
import { objectKey, type UploadRequest } from '../store/files.ts';
import { getRetention } from '../store/retention-walk.ts';
import * as copies from '../store/room-copies.ts';
import { UPLOAD_SECONDS } from './files.ts';

type ImportContext = Pick<Context, 'db' | 'files' | 'now' | 'retentionDays'>;

/** Thrown if an import would change a room that it did not create, or was cancelled. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

/**
 * Begins or continues an import of a room.
 * @param attributes the attributes of the room that are known
 * @throws ImportRefused for a room that exists, for one that is imported from another source, and while an import of it
 * is being cancelled
 */
export async function openImport(
  room: string,
  { source, attributes }: Pick<copies.Import, 'source' | 'attributes'>,
  { db }: Pick<ImportContext, 'db'>,
): Promise<copies.Import> {
  await copies.beginImport(db, room, { source, attributes });
  const found = await copies.getImport(db, room);
  if (found === undefined || found === 'other' || found.source !== source) throw new ImportRefused();
  return found;
}

/** A log entry with attributes of the store. */
export interface ImportedEntry extends copies.Attributes {
  readonly kind: string;
  readonly seq: number;
}

/** The line of the entry has the fields of a change, because its schema has checked them. */
const changesIn = (entries: readonly ImportedEntry[]): readonly Change[] =>
  entries.filter(({ kind }) => changeKinds.includes(kind)) as readonly object[] as readonly Change[];

const isEdit = (change: Change): change is Edit => change.kind === 'edit';

/** Applies a change to its message, which may contain it already. Repeating it is safe. */
async function applyImported(room: string, change: Change, context: ImportContext): Promise<void> {
  // The text of an edit stays in the log, like that of an edit that was made here.
  if (isEdit(change) && (change.text === undefined || (await copies.listEdit(context.db, room, change))))
    return;
  await applyChange(room, change, context);
}

const isFile = (file: unknown): file is MessageFile => typeof file === 'object' && file !== null;

const timeOf = ({ at, createdAt }: ImportedEntry): number => Date.parse(String(at ?? createdAt)) || 0;

/** Stores log entries, in the order of their numbers. The numbers between them become void. */
async function importLog(
  room: string,
  state: copies.Import,
  entries: readonly ImportedEntry[],
  context: ImportContext,
): Promise<copies.Import> {
  const { db } = context;
  const last = entries.at(-1);
  if (!last) return state;
  const before = [state.seq, ...entries.map(({ seq }) => seq)];
  const gaps = entries
    .map(({ seq }, index) => ({ from: (before[index] ?? 0) + 1, to: seq - 1 }))
    .filter(({ from, to }) => from <= to);
  const expiresAfter = (entry: ImportedEntry) => expiryOf(state.room, timeOf(entry), context);
  await mapLimited(gaps, (gap) => copies.putVoidRun(db, room, gap, expiresAfter(last)));
  await mapLimited(entries, async (entry) => {
    const expiry = expiresAfter(entry);
    // A file that an edit replaced has no bytes.
    if (entry.kind === 'message' && isFile(entry['file'])) {
      await copies.noteFile(db, room, entry['file'], { sentAt: timeOf(entry), expiry });
    }
    await copies.putEntryCopy(db, room, entry, expiry);
  });
  // Changes of one message depend on their order.
  const byMessage = Map.groupBy(changesIn(entries), ({ message }) => message);
  await mapLimited([...byMessage.values()], async (changes) => {
    for (const change of changes) await applyImported(room, change, context);
  });
  const lastAt = Math.max(state.lastAt, ...entries.map(timeOf));
  const after = { ...state, seq: last.seq, lastAt };
  await copies.noteImported(db, room, after);
  return after;
}

/** A file of a room, with attributes of the store. */
export type ImportedFile = copies.Copy & { readonly attributes: Omit<MessageFile, 'id'> };

/** Stores a file whose bytes are there. Returns how to upload them if they are not. */
async function importFile(
  room: string,
  { id, attributes }: ImportedFile,
  state: copies.Import,
  context: ImportContext,
): Promise<UploadRequest | undefined> {
  const { db, files, now } = context;
  const { size } = attributes;
  const contentType = checkContentType(attributes.contentType);
  const key = objectKey(room, id);
  const stored = await files().head(key);
  if (stored?.size !== size) return files().presignPut(key, { size, contentType }, UPLOAD_SECONDS, now());
  await files().keep(key);
  const unnamed = { sentAt: now(), expiry: expiryOf(state.room, now(), context) };
  await copies.putFileCopy(db, room, { id, attributes }, unnamed);
  return undefined;
}

/** The next lines of a room. */
export interface ImportedLines {
  readonly entries: readonly ImportedEntry[];
  readonly files: readonly ImportedFile[];
  readonly members: readonly copies.Copy[];
  readonly mutes: readonly copies.Copy[];
  /**
   * The attributes of the room, and the last number of its log, if these are its last lines. Ignored while the bytes of
   * files in the same lines are missing. With `complete`, earlier attributes do not count.
   */
  readonly end?:
    | { readonly seq: number | undefined; readonly complete: boolean; readonly attributes: copies.Attributes }
    | undefined;
}

export interface ImportProgress extends copies.Import {
  /** The files whose bytes are missing. */
  readonly uploads: readonly { readonly file: string; readonly upload: UploadRequest }[];
}

async function finish(
  room: string,
  state: copies.Import,
  { seq = 0, complete, attributes }: NonNullable<ImportedLines['end']>,
  { db }: ImportContext,
): Promise<copies.Import> {
  const last = Math.max(seq, state.seq);
  if (last > state.seq) await copies.putVoidRun(db, room, { from: state.seq + 1, to: last });
  const { source, lastAt } = state;
  const all = {
    name: '',
    access: 'members',
    ...(lastAt > 0 && { lastAt }),
    ...(!complete && state.attributes),
    ...attributes,
  };
  const finished = { source, seq: last, attributes: all, room: state.room };
  await copies.finishImport(db, room, finished);
  // A repeat of the last lines may have come first. An import that was cancelled meanwhile is not complete.
  const found = await copies.getImport(db, room);
  if (found === 'other' || !found?.done) throw new ImportRefused();
  return found;
}

/** Continues to give the entries of a visible room the expiry that its latest settings say. */
async function completeExpiry(
  room: string,
  state: copies.Import,
  context: ImportContext,
): Promise<copies.Import> {
  if (!state.walking) return state;
  await applyRetention(room, context);
  const isApplied = (await getRetention(context.db, room))?.done ?? true;
  return { ...state, done: isApplied };
}

/**
 * Stores lines of a room that is being imported. Repeating them is safe, even after the room is complete. Clients do
 * not see the room until it is complete.
 * @throws ImportRefused if the import was cancelled meanwhile
 */
export async function importLines(
  room: string,
  state: copies.Import,
  lines: ImportedLines,
  context: ImportContext,
): Promise<ImportProgress> {
  if (state.done) return { ...(await completeExpiry(room, state, context)), uploads: [] };
  const { db } = context;
  const entries = lines.entries.filter(({ seq }) => seq > state.seq);
  const after = await importLog(room, state, entries, context);
  const uploads = await mapLimited(lines.files, async (file) => ({
    file: file.id,
    upload: await importFile(room, file, state, context),
  }));
  await mapLimited(lines.members, (member) => copies.putMemberCopy(db, room, member));
  await mapLimited(lines.mutes, (mute) => copies.putMuteCopy(db, room, mute));
  const missing = uploads.flatMap(({ file, upload }) => (upload ? [{ file, upload }] : []));
  const { end } = lines;
  if (!end || missing.length > 0) return { ...after, uploads: missing };
  const finished = await finish(room, after, end, context);
  return { ...(await completeExpiry(room, finished, context)), uploads: [] };
}

/** How long one call removes items, in milliseconds. */
const CANCEL_BUDGET_MS = 10_000;

/**
 * Cancels an import that is not complete: removes what it has stored, and then frees the id of the room. Each call does
 * a part of the work, and the next one continues.
 * @returns whether the id is free; undefined if no such import exists
 */
export async function cancelImport(
  room: string,
  { db, files, now }: Pick<ImportContext, 'db' | 'files' | 'now'>,
): Promise<boolean | undefined> {
  const start = now();
  if (!(await markCancelled(db, room, start))) return undefined;
  do {
    const items = await listImported(db, room);
    if (items.length === 0) return freeId(db, room, start);
    await mapLimited(items, async (item) => {
      if (item.file !== undefined) await files().remove(objectKey(room, item.file));
      await removeImported(db, item);
    });
  } while (now() - start < CANCEL_BUDGET_MS);
  return false;
}

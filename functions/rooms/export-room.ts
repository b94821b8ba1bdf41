import { changeKinds, type LogEntry, ownFields } from '../domain/message.ts';
import {
  isFileGone,
  isGone,
  isMessageGone,
  type Kept,
  keptForBackend,
  type RetentionContext,
} from '../domain/retention.ts';
import { SETTLED_PAGE, settleLog } from '../log/settle.ts';
import type { Database } from '../store/database.ts';
import { type ListPosition, readList } from '../store/lists.ts';
import { listStates } from '../store/messages.ts';
import {
  type Attributes,
  type Copy,
  getProfileCopies,
  getRoomCopy,
  listFileCopies,
  listMemberCopies,
  listMuteCopies,
  type RoomCopy,
} from '../store/room-copies.ts';

/** The sections of a room, in their order. */
export const sections = ['room', 'log', 'file', 'member', 'mute', 'end'] as const;

type Section = (typeof sections)[number];

/** A part of an export, with attributes of the store. */
export interface Exported {
  readonly section: Section | 'user';
  readonly attributes: Attributes;
}

/** Where the next page of a room begins: after a sequence number in the log, else after an id. */
export interface RoomPosition {
  readonly section: Section;
  readonly since: number;
  readonly after?: string | undefined;
}

export const roomStart: RoomPosition = { section: 'room', since: 0 };

interface Step {
  readonly parts: readonly Exported[];
  /** Undefined after the last part of the room. */
  readonly next: RoomPosition | undefined;
}

/** The number of files, members or mutes that are read at once. */
const ITEMS = 50;

/**
 * Returns items as parts of a section of the export.
 * @param name the attribute that holds the id of an item, such as `userId`
 */
const partsOf = (section: Exported['section'], name: string, copies: readonly Copy[]): Exported[] =>
  copies.map(({ id, attributes }) => ({ section, attributes: { [name]: id, ...attributes } }));

/** Returns a log entry with the attributes of the store. Void numbers have no line: an import finds the gaps. */
function exportedEntry(entry: LogEntry): Exported[] {
  if (entry.kind === 'void') return [];
  if (entry.kind !== 'message') return [{ section: 'log', attributes: { ...entry } }];
  // The log has the changes from which an import makes the rest of the message's item.
  const { id, room: _room, ...message } = ownFields(entry.message);
  return [{ section: 'log', attributes: { kind: 'message', seq: id, ...message } }];
}

const sectionAfter = (position: RoomPosition, section: Section): RoomPosition => ({
  section,
  since: position.since,
});

type ExportContext = RetentionContext & { readonly db: Database };

/** Returns the number of the message that an entry changes; undefined for other entries. */
const changedBy = (entry: LogEntry): number | undefined =>
  'message' in entry && changeKinds.includes(entry.kind) ? Number(entry.message) : undefined;

/**
 * Returns the entries that have not expired. Leaves out changes of expired messages: an edit contains a text, and
 * expires later than its message.
 */
async function existingEntries(
  room: string,
  entries: readonly LogEntry[],
  kept: Kept,
  db: Database,
): Promise<readonly LogEntry[]> {
  const existing = entries.filter((entry) => !isGone(entry, kept));
  if (kept.floor === 0 && kept.horizon === 0) return existing;
  const ids = new Set(existing.flatMap((entry) => changedBy(entry) ?? []));
  const states = await listStates(db, room, [...ids], []);
  return existing.filter((entry) => {
    const id = changedBy(entry);
    const message = id === undefined ? undefined : states.get(id)?.message;
    return id === undefined || (message !== undefined && !isMessageGone(message, kept));
  });
}

async function readLog({ room }: RoomCopy, position: RoomPosition, context: ExportContext): Promise<Step> {
  const { id, seq: upTo } = room;
  const kept = keptForBackend(room, context);
  const range = { since: Math.max(position.since, kept.floor), upTo, limit: SETTLED_PAGE };
  const page = await settleLog(context.db, id, range, kept);
  const since = Math.max(page.upTo, range.since);
  const next = { ...position, since };
  const entries = await existingEntries(id, page.entries, kept, context.db);
  return {
    parts: entries.flatMap(exportedEntry),
    next: since < upTo ? next : sectionAfter(next, 'file'),
  };
}

async function readSection(copy: RoomCopy, position: RoomPosition, context: ExportContext): Promise<Step> {
  const { db } = context;
  const { id: room, seq } = copy.room;
  const { section, after } = position;
  const range = { after, limit: ITEMS };
  const nextOf = (next: string | undefined, following: Section): RoomPosition =>
    next === undefined ? sectionAfter(position, following) : { ...position, after: next };
  switch (section) {
    case 'room':
      return {
        parts: [{ section: 'room', attributes: { roomId: room, ...copy.attributes } }],
        next: sectionAfter(position, 'log'),
      };
    case 'log':
      return readLog(copy, position, context);
    case 'file': {
      const kept = keptForBackend(copy.room, context);
      const isHidden = (file: Parameters<typeof isFileGone>[0]) => isFileGone(file, kept);
      const { copies, next } = await listFileCopies(db, room, range, isHidden, context.now());
      return {
        parts: partsOf('file', 'id', copies),
        next: nextOf(next, 'member'),
      };
    }
    case 'member': {
      const { copies, profiles, next } = await listMemberCopies(db, room, range);
      return {
        parts: [...partsOf('user', 'userId', profiles), ...partsOf('member', 'userId', copies)],
        next: nextOf(next, 'mute'),
      };
    }
    case 'mute': {
      const { copies, next } = await listMuteCopies(db, room, range);
      return {
        parts: partsOf('mute', 'actor', copies),
        next: nextOf(next, 'end'),
      };
    }
    // The room was read after its log and its members, so none of them contains a change above its `seq`.
    case 'end':
      return {
        parts: [{ section: 'end', attributes: { seq, complete: true, ...copy.attributes } }],
        next: undefined,
      };
    default:
      return section satisfies never;
  }
}

export interface RoomPage {
  readonly parts: readonly Exported[];
  /** Undefined after the last page. */
  readonly next: RoomPosition | undefined;
}

/** The last part of a room that was deleted during its export. */
const GONE: Exported = { section: 'end', attributes: { gone: true } };

/** A page has at least this many parts, unless the room ends. */
const PAGE = 100;

/**
 * Returns a page of a room's export. Changes that are made meanwhile are in the page or not; the numbers of the room are
 * consistent in any case. If the room is deleted meanwhile, the last part says so. Returns undefined if there is no such
 * room at the start.
 */
export async function exportRoom(
  room: string,
  start: RoomPosition,
  context: ExportContext,
): Promise<RoomPage | undefined> {
  const { db } = context;
  const parts: Exported[] = [];
  let next: RoomPosition | undefined = start;
  let copy = await getRoomCopy(db, room);
  while (next && parts.length < PAGE) {
    if (next.section === 'end') copy = await getRoomCopy(db, room);
    if (!copy) return start.section === 'room' ? undefined : { parts: [...parts, GONE], next: undefined };
    const step: Step = await readSection(copy, next, context);
    parts.push(...step.parts);
    next = step.next;
  }
  return { parts, next };
}

/** Where the next page of the export of a whole chat begins. */
export interface ChatPosition {
  readonly list: 'user' | 'room';
  /** In the list. Undefined if no room follows `room`. */
  readonly position: ListPosition | undefined;
  /** The room that the last page was about, if there is more of it. */
  readonly room?: { readonly id: string; readonly position: RoomPosition } | undefined;
}

export const chatStart: ChatPosition = { list: 'user', position: { part: 0 } };

export interface ChatPage {
  readonly parts: readonly Exported[];
  readonly next: ChatPosition | undefined;
}

/** Returns listed users. Users whom the admin API never named come with the rooms that they are members of. */
async function exportUsers(db: Database, position: ListPosition): Promise<ChatPage> {
  const { ids, next } = await readList(db, 'user', position, PAGE);
  const profiles = await getProfileCopies(db, ids);
  return {
    parts: partsOf('user', 'userId', profiles),
    next: next ? { list: 'user', position: next } : { list: 'room', position: { part: 0 } },
  };
}

/** Returns the next room of the list. */
async function nextRoom(db: Database, { position, room }: ChatPosition): Promise<ChatPosition | undefined> {
  if (room) return { list: 'room', position, room };
  const { ids, next } = position ? await readList(db, 'room', position, 1) : { ids: [], next: undefined };
  const [id] = ids;
  return id === undefined ? undefined : { list: 'room', position: next, room: { id, position: roomStart } };
}

/** Returns a page of the export of a whole chat: its users, and then its rooms, one after another. */
export async function exportChat(start: ChatPosition, context: ExportContext): Promise<ChatPage> {
  const { db } = context;
  if (start.list === 'user') return exportUsers(db, start.position ?? { part: 0 });
  const found = await nextRoom(db, start);
  if (!found?.room) return { parts: [], next: undefined };
  const { position: following, room } = found;
  const page = await exportRoom(room.id, room.position, context);
  if (page?.next) {
    return { parts: page.parts, next: { ...found, room: { id: room.id, position: page.next } } };
  }
  return { parts: page?.parts ?? [], next: following && { list: 'room', position: following } };
}

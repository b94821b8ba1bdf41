import { type Change, changeKinds, type Message, ownFields } from '../domain/message.ts';
import type { Expiry } from '../domain/retention.ts';
import { directRoomUsers, type Room } from '../domain/room.ts';
import type { RoomChange } from '../domain/room-change.ts';
import { parsedData, withJson } from './custom-data.ts';
import { type Database, type Item, type Key, queryAll } from './database.ts';
import { listFile } from './expiring-files.ts';
import {
  fileKey,
  listedKey,
  logKey,
  memberKey,
  muteKey,
  parseListed,
  pinsKey,
  placementKey,
  profileKey,
  profileUser,
  roomKey,
} from './keys.ts';
import { putChange, putMessage, putRoomChange } from './log.ts';
import { newWalk } from './retention-walk.ts';
import { isRoom, toRoom } from './rooms.ts';
import type { FileHold, Upload } from './uploads.ts';

// Exports and imports copy the attributes of items without a list of them, so that a new attribute needs no change here.
// These functions leave out keys, and attributes that belong to one deployment.

export type Attributes = Readonly<Record<string, unknown>>;

/** Attributes of any item that an import sets by itself. */
const ofItem = ['room', 'item', 'put', 'edits', 'files'];

const ofDeployment = {
  room: [
    ...['kind', 'seq', 'shards', 'shardsBefore', 'shardsSince', 'pins'],
    ...['importing', 'imported', 'importedTo', 'importedAt', 'cancelledAt'],
    ...['deletedAt', 'deletedBy', 'purgeFrom', 'purgeTo', 'purgeExpiry'],
    ...['walkSettings', 'walkId', 'walkAt', 'walkTo', 'walkLease'],
  ],
  profile: ['online', 'names', 'listed', 'expiresAt'],
  member: ['user', 'placement'],
  placement: [],
  mute: [],
  file: ['state', 'sentAt', 'expiresAt', 'heldUntil'],
  pins: [],
  log: ['kind', 'seq', 'expiresAt', 'heldUntil'],
} as const;

type Copied = keyof typeof ofDeployment;

const isAttributes = (value: unknown): value is Attributes => typeof value === 'object' && value !== null;

/** The times of the last writes, which a rate limit counts. */
const counted = /^(send|change|create|invite)\d+$/;

/** Returns the attributes of an item that a copy of it has. */
function copied(kind: Copied, item: Attributes): Attributes {
  const own: readonly string[] = [...ofItem, ...ofDeployment[kind]];
  // Changes of messages set the attributes of log items that have a `#`.
  const isCopied = (name: string) =>
    !own.includes(name) && !counted.test(name) && !(kind === 'log' && name.includes('#'));
  return Object.fromEntries(Object.entries(item).filter(([name]) => isCopied(name)));
}

/** Returns the attributes that a copy of an item has, with custom data as an object. */
function exported(kind: Copied, item: Item): Attributes {
  return { ...copied(kind, item), ...parsedData(item['data']) };
}

/** Returns the attributes for an item that `exported` returned for its original. */
function imported(kind: Copied, attributes: Attributes): Attributes {
  return withJson(copied(kind, attributes));
}

/** The attributes of an item, and the id in its key. */
export interface Copy {
  readonly id: string;
  readonly attributes: Attributes;
}

export interface CopyPage {
  readonly copies: readonly Copy[];
  /** The id after which the next page begins. Undefined after the last page. */
  readonly next: string | undefined;
}

/** A range of items whose keys have an id. */
export interface CopyRange {
  /** Exclusive. Undefined for the first page. */
  readonly after: string | undefined;
  readonly limit: number;
}

async function listCopies(
  db: Database,
  kind: Copied,
  keyOf: (id: string) => Key,
  { after, limit }: CopyRange,
  isListed: (item: Item) => boolean = () => true,
): Promise<CopyPage> {
  const { room, item: first = '' } = keyOf('');
  const { items, next } = await queryAll(
    db.chat,
    {
      where: '#room = :room AND #item BETWEEN :first AND :last',
      values: {
        ':room': room,
        // U+0000 sorts below any character that follows, and `$` comes right after `#`.
        ':first': after === undefined ? first : `${keyOf(after)['item']}\u0000`,
        ':last': first.replace('#', '$'),
      },
      consistent: true,
    },
    limit,
  );
  const ids = items.map(({ item }) => parseListed(item));
  const copies = items.flatMap((item, index) =>
    isListed(item) ? { id: ids[index] ?? '', attributes: exported(kind, item) } : [],
  );
  return { copies, next: next && ids.at(-1) };
}

export interface MemberPage extends CopyPage {
  /** The profiles of the members who have one. Guests have none. */
  readonly profiles: readonly Copy[];
}

/**
 * Returns members, including users who declined a direct room. The attribute `placement` is where the member has put the
 * room in their list of rooms.
 */
export async function listMemberCopies(db: Database, room: string, range: CopyRange): Promise<MemberPage> {
  const { copies, next } = await listCopies(db, 'member', (user) => memberKey(room, user), range);
  const keys = copies.flatMap(({ id }) => [profileKey(id), placementKey(id, room)]);
  const items = await db.chat.batchGet(keys, { consistent: true });
  const found = new Map(items.map((item) => [`${item['room']} ${item['item']}`, item]));
  const get = ({ room, item }: { room: string; item: string }) => found.get(`${room} ${item}`);
  return {
    copies: copies.map(({ id, attributes }) => {
      const placement = get(placementKey(id, room));
      return {
        id,
        attributes: { ...attributes, ...(placement && { placement: exported('placement', placement) }) },
      };
    }),
    profiles: profilesIn(copies.flatMap(({ id }) => get(profileKey(id)) ?? [])),
    next,
  };
}

const profilesIn = (items: readonly Item[]): Copy[] =>
  items
    .filter((item) => item['expiresAt'] === undefined)
    .map((item) => ({ id: profileUser(item['room']), attributes: exported('profile', item) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));

export const listMuteCopies = (db: Database, room: string, range: CopyRange): Promise<CopyPage> =>
  listCopies(db, 'mute', (actor) => muteKey(room, actor), range);

/**
 * Returns files that a message holds, without hidden ones.
 * @param now milliseconds since the epoch
 */
export const listFileCopies = (
  db: Database,
  room: string,
  range: CopyRange,
  isHidden: (file: Pick<Upload, 'sentAt'>) => boolean,
  now: number,
): Promise<CopyPage> =>
  listCopies(
    db,
    'file',
    (file) => fileKey(room, file),
    range,
    ({ state, sentAt, expiresAt = Infinity }) =>
      state === 'ready' && expiresAt * 1000 > now && !isHidden({ sentAt }),
  );

/** Returns the profiles of users, in the order of their ids. Guests have none. */
export async function getProfileCopies(db: Database, users: readonly string[]): Promise<Copy[]> {
  return profilesIn(await db.chat.batchGet(users.map(profileKey), { consistent: true }));
}

export interface RoomCopy {
  readonly room: Room;
  readonly attributes: Attributes;
}

/** Returns a room, with its pins as an attribute; undefined if there is no complete one. */
export async function getRoomCopy(db: Database, id: string): Promise<RoomCopy | undefined> {
  const item = await db.chat.get(roomKey(id));
  if (!isRoom(item)) return undefined;
  const pins = await db.chat.get(pinsKey(id));
  const attributes = { ...exported('room', item), ...(pins && { pins: exported('pins', pins) }) };
  return { room: toRoom(id, item), attributes };
}

/** The state of an import of a room. */
export interface Import {
  /** Names what is imported. */
  readonly source: string;
  readonly done: boolean;
  /** Whether entries of the room have an expiry that its latest settings do not say. */
  readonly walking: boolean;
  /** The highest number whose log entry is stored. */
  readonly seq: number;
  /** When the log last changed, in milliseconds since the epoch. */
  readonly lastAt: number;
  /** The attributes of the room so far. */
  readonly attributes: Attributes;
  readonly room: Pick<Room, 'retentionDays' | 'held'>;
}

function toImport(id: string, item: Item): Import | undefined {
  const { importing, imported, importedTo = 0, importedAt = 0 } = item;
  const source = importing ?? imported;
  const attributes = exported('room', item);
  const done = importing === undefined;
  const walking = item['walkAt'] < item['walkTo'];
  const progress = { done, walking, seq: done ? item['seq'] : importedTo, lastAt: importedAt };
  return source && { source, ...progress, attributes, room: toRoom(id, item) };
}

/** Returns the import that a room is from, or `other` for a room that is from none, or from one that was cancelled. */
export async function getImport(db: Database, room: string): Promise<Import | 'other' | undefined> {
  const item = await db.chat.get(roomKey(room));
  if (item?.['deletedAt'] !== undefined || item?.['cancelledAt'] !== undefined) return 'other';
  return item && (toImport(room, item) ?? 'other');
}

/** Begins an import: reserves the id of a room, which does not exist until `finishImport`. Changes no existing room. */
export async function beginImport(
  db: Database,
  room: string,
  { source, attributes }: Pick<Import, 'source' | 'attributes'>,
): Promise<void> {
  await putOnce(db, { ...imported('room', attributes), ...roomKey(room), importing: source, importedTo: 0 });
}

/** Notes that the log is stored up to a number. Never goes back. */
export async function noteImported(
  db: Database,
  room: string,
  { source, seq, lastAt }: Pick<Import, 'source' | 'seq' | 'lastAt'>,
): Promise<void> {
  await db.chat.update(roomKey(room), {
    update: 'SET importedTo = :seq, importedAt = :at',
    condition: 'importing = :source AND attribute_not_exists(cancelledAt) AND importedTo < :seq',
    values: { ':seq': seq, ':at': lastAt, ':source': source },
  });
}

/**
 * Makes an imported room visible. Starts a walk over its log if its entries were stored with other settings.
 * @returns false if it is visible already, or if the import was cancelled
 */
export async function finishImport(
  db: Database,
  room: string,
  { source, seq, attributes, room: before }: Pick<Import, 'source' | 'seq' | 'attributes' | 'room'>,
): Promise<boolean> {
  await db.chat.put(listedKey('room', room));
  const { pins } = attributes;
  if (isAttributes(pins)) await putOnce(db, { ...imported('pins', pins), ...pinsKey(room) });
  const kind = directRoomUsers(room) ? 'direct' : 'group';
  const fields = imported('room', attributes);
  const isOther =
    fields['retentionDays'] !== before.retentionDays || Boolean(fields['held']) !== Boolean(before.held);
  const walk = isOther && newWalk(seq);
  const item = { ...fields, ...roomKey(room), kind, seq, shards: 1, imported: source, ...walk };
  return db.chat.put(item, {
    condition: 'importing = :source AND attribute_not_exists(cancelledAt)',
    values: { ':source': source },
  });
}

const putOnce = (db: Database, item: object): Promise<boolean> =>
  db.chat.put(item, { condition: 'attribute_not_exists(#item)', removeUndefined: true });

/** Stores a log entry under its number, unless there is one. */
export async function putEntryCopy(
  db: Database,
  room: string,
  { kind, seq, ...fields }: Attributes & { readonly kind: string; readonly seq: number },
  expiry: Expiry | undefined,
): Promise<void> {
  const entry: unknown = { kind, seq, ...copied('log', fields) };
  if (kind === 'message') await putMessage(db, messageOf(room, seq, copied('log', fields)), expiry);
  else if (changeKinds.includes(kind)) await putChange(db, room, entry as Change, expiry);
  else await putRoomChange(db, room, entry as RoomChange, expiry);
}

/** The schema of the line has checked the fields. */
const messageOf = (room: string, id: number, fields: Attributes) =>
  ownFields({ ...fields, room, id } as Attributes as unknown as Message);

/** Makes the numbers from `from` to `to` void, unless the last of them has an entry. */
export async function putVoidRun(
  db: Database,
  room: string,
  { from, to }: { readonly from: number; readonly to: number },
  expiry?: Expiry,
): Promise<void> {
  await putOnce(db, { ...logKey(room, to), kind: 'void', seq: to, ...(from < to && { from }), ...expiry });
}

/**
 * Lists an edit on its message, so that a later edit or a delete removes the text from the log.
 * @returns false if the message does not contain the edit or a later one
 */
export const listEdit = async (
  db: Database,
  room: string,
  { seq, message }: { readonly seq: number; readonly message: number },
): Promise<boolean> =>
  (await db.chat.update(logKey(room, message), {
    update: 'ADD edits :edits',
    condition: 'attribute_exists(author) AND attribute_not_exists(deletedAt) AND revision >= :seq',
    values: { ':edits': new Set([seq]), ':seq': seq },
  })) !== undefined;

/** Stores a member, unless the user is one. A user who declined a direct room is not in the index of its rooms. */
export async function putMemberCopy(db: Database, room: string, { id, attributes }: Copy): Promise<void> {
  const user = attributes['declined'] ? {} : { user: id };
  const { placement } = attributes;
  if (isAttributes(placement)) {
    await putOnce(db, { ...imported('placement', placement), ...placementKey(id, room) });
  }
  await putOnce(db, { ...imported('member', attributes), ...user, ...memberKey(room, id) });
}

export async function putMuteCopy(db: Database, room: string, { id, attributes }: Copy): Promise<void> {
  await putOnce(db, { ...imported('mute', attributes), ...muteKey(room, id) });
}

/** Notes the time and the expiry of an imported message for its file, before the file is imported. The latest counts. */
export async function noteFile(
  db: Database,
  room: string,
  { id }: FileHold,
  { sentAt, expiry }: { readonly sentAt: number; readonly expiry: Expiry | undefined },
): Promise<void> {
  const [[name, at] = []] = Object.entries(expiry ?? {});
  await db.chat.update(fileKey(room, id), {
    update: `SET sentAt = :sent${name ? `, ${name} = :at` : ''}`,
    condition: 'attribute_not_exists(#state) AND (attribute_not_exists(sentAt) OR sentAt < :sent)',
    values: { ':sent': sentAt, ...(at !== undefined && { ':at': at }) },
  });
}

/**
 * Stores the item of a file whose bytes have been uploaded, unless it exists. It expires as `noteFile` says.
 * @param unnamed what `noteFile` says of a file that no imported message names
 */
export async function putFileCopy(
  db: Database,
  room: string,
  { id, attributes }: Copy,
  unnamed: { readonly sentAt: number; readonly expiry: Expiry | undefined },
): Promise<void> {
  const noted = (await db.chat.get(fileKey(room, id))) ?? { sentAt: unnamed.sentAt, ...unnamed.expiry };
  const { state, sentAt, expiresAt, heldUntil }: Item = noted;
  if (state !== undefined) return;
  // The bytes of a file in this list are deleted when it expires.
  if (expiresAt !== undefined) await listFile(db, room, id, expiresAt);
  const item = {
    ...imported('file', attributes),
    state: 'ready',
    sentAt,
    expiresAt,
    heldUntil,
    ...fileKey(room, id),
  };
  await db.chat.put(item, { condition: 'attribute_not_exists(#state)', removeUndefined: true });
}

/** Stores the profile of a user whom the chat does not know, and lists the user. Returns whether it did. */
export async function putProfileCopy(db: Database, { id, attributes }: Copy): Promise<boolean> {
  await db.chat.put(listedKey('user', id));
  return putOnce(db, { ...imported('profile', attributes), ...profileKey(id) });
}

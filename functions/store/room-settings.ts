import { defaultSettings, type Room, type RoomSettings } from '../domain/room.ts';
import type { RoomUpdate } from '../domain/room-change.ts';
import { withJson } from './custom-data.ts';
import type { Database, Item } from './database.ts';
import { roomKey } from './keys.ts';
import { IS_ROOM, toRoom } from './rooms.ts';

// The room's item has each setting that differs from its default, and the sequence number of the setting's last change.
// So an older change never replaces a newer one (decision 026).

type Field = keyof RoomSettings;

const fields = Object.keys(defaultSettings) as readonly Field[];

const changedFields = ({ changes }: RoomUpdate): readonly Field[] =>
  fields.filter((field) => changes[field] !== undefined);

/** Returns the attribute that holds the sequence number of a setting's last change. */
const seqAttribute = (field: Field): string => `${field}Seq`;

/** Whether a room has a setting as an update sets it, or as a later update did. */
const isApplied = (item: Item, field: Field, { seq }: RoomUpdate): boolean =>
  (item[seqAttribute(field)] ?? 0) >= seq;

/** Applies an update to some settings, unless one of them has a later change. Returns the room's item if it did. */
async function setFields(
  db: Database,
  id: string,
  { changes, seq }: RoomUpdate,
  names: readonly Field[],
): Promise<Item | undefined> {
  const isStored = (field: Field) => field === 'name' || changes[field] !== defaultSettings[field];
  const attributes = withJson(changes);
  const [stored, removed] = [names.filter(isStored), names.filter((field) => !isStored(field))];
  const set = [
    ...stored.map((field) => `#${field} = :${field}`),
    ...names.map((field) => `${seqAttribute(field)} = :seq`),
  ];
  const isOlder = names.map(
    (field) => `(attribute_not_exists(${seqAttribute(field)}) OR ${seqAttribute(field)} < :seq)`,
  );
  return db.chat.update(roomKey(id), {
    update: `SET ${set.join()}${removed.length > 0 ? ` REMOVE ${removed.map((field) => `#${field}`).join()}` : ''}`,
    condition: [IS_ROOM, ...isOlder].join(' AND '),
    values: { ':seq': seq, ...Object.fromEntries(stored.map((field) => [`:${field}`, attributes[field]])) },
    returns: 'ALL_NEW',
  });
}

/**
 * Applies a logged update to its room. Repeating it is safe.
 * @returns the room; undefined if there is no room
 */
export async function applyRoomUpdate(
  db: Database,
  id: string,
  update: RoomUpdate,
): Promise<Room | undefined> {
  const names = changedFields(update);
  const applied = await setFields(db, id, update, names);
  if (applied) return toRoom(id, applied);
  // Some fields have the number of this change or of a later one: another update was faster, or an earlier attempt
  // succeeded and its answer was lost. Updates only the other fields.
  const item = await db.chat.get(roomKey(id));
  const rest = item ? names.filter((field) => !isApplied(item, field, update)) : [];
  await Promise.all(rest.map((field) => setFields(db, id, update, [field])));
  const latest = rest.length > 0 ? await db.chat.get(roomKey(id)) : item;
  return latest && toRoom(id, latest);
}

/** Applies those updates that were logged and not applied, because a function stopped in between. */
export async function completeRoomUpdates(
  db: Database,
  id: string,
  updates: readonly RoomUpdate[],
): Promise<void> {
  const item = updates.length > 0 ? await db.chat.get(roomKey(id)) : undefined;
  if (!item) return;
  const open = updates.filter((update) =>
    changedFields(update).some((each) => !isApplied(item, each, update)),
  );
  await Promise.all(open.map((update) => applyRoomUpdate(db, id, update)));
}

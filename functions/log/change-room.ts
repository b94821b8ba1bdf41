import type { Actor } from '../domain/member.ts';
import { expiryOf } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { MemberUpdate, NewChange, PinUpdate, RoomChange, RoomUpdate } from '../domain/room-change.ts';
import { putRoomChange, takeNumber } from '../store/log.ts';
import { completeMemberUpdates } from '../store/member-updates.ts';
import { completePins } from '../store/pins.ts';
import { completeRoomUpdates } from '../store/room-settings.ts';
import { appendToLog } from './append.ts';
import type { LogContext } from './context.ts';

/**
 * Logs a change of a room. The caller applies and announces it. Does not change the room's place in lists of rooms.
 * @returns the change, and the room as it was when the number of the change was taken
 * @param options.unlessArchived refuses the change if the room is archived
 * @throws ChatError ROOM_NOT_FOUND, ROOM_ARCHIVED
 */
export async function logRoomChange<C extends RoomChange>(
  id: string,
  fields: NewChange<C>,
  { id: by, guest }: Actor,
  context: Pick<LogContext, 'db' | 'now' | 'retentionDays'>,
  options: { readonly unlessArchived?: boolean } = {},
): Promise<{ change: C; room: Room }> {
  const { db, now } = context;
  const common = { by, ...(guest && { guest }), at: new Date(now()).toISOString() };
  const changeAt = (seq: number) => ({ ...fields, ...common, seq }) as unknown as C;
  const take = (at: number) => takeNumber(db, id, at, options);
  const target = { room: await take(now()), claim: undefined, take };
  const put = (at: number, latest: Room) =>
    putRoomChange(db, id, changeAt(at), expiryOf(latest, now(), context));
  const { room, seq } = await appendToLog(target, put, context);
  return { change: changeAt(seq), room };
}

/** Applies the changes of a room that were logged and not applied, because a function stopped in between. */
export async function completeRoomChanges(
  room: string,
  changes: readonly RoomChange[],
  { db, now }: Pick<LogContext, 'db' | 'now'>,
): Promise<void> {
  const settings = changes.filter((change): change is RoomUpdate => change.kind === 'room');
  const members = changes.filter((change): change is MemberUpdate => change.kind === 'member');
  const pins = changes.filter((change): change is PinUpdate => change.kind === 'pin');
  await Promise.all([
    completePins(db, room, pins),
    completeRoomUpdates(db, room, settings),
    completeMemberUpdates(db, room, members, now()),
  ]);
}

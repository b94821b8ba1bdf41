import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { type Caller, isModerator, MembershipError } from '../domain/member.ts';
import { defaultSettings, type Room, type RoomSettings } from '../domain/room.ts';
import type { RoomUpdate } from '../domain/room-change.ts';
import { logRoomChange } from '../log/change-room.ts';
import { applyRoomUpdate } from '../store/room-settings.ts';
import { roomAndActor } from './members.ts';

/** New values of settings. A setting that is undefined keeps its value. */
export type SettingsChange = { readonly [Field in keyof RoomSettings]?: RoomSettings[Field] | undefined };

/** Whether two values of a setting are the same. Data with its keys in another order is another value. */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Returns the settings that a change gives another value. */
function changedSettings(room: Room, change: SettingsChange): Partial<RoomSettings> {
  const names = Object.keys(defaultSettings) as readonly (keyof RoomSettings)[];
  const changed = names.filter(
    (name) => change[name] !== undefined && !isSame(change[name], room[name] ?? defaultSettings[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, change[name]]));
}

/**
 * Changes settings of a group: logs the change, applies it and announces it to the room. A change to the same values is
 * not logged.
 * @returns the changed room
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist, and RATE_LIMITED; MembershipError
 * NOT_A_MODERATOR, FIXED_ROOM, and NOT_AN_OWNER for archiving
 */
export async function changeSettings(
  id: string,
  change: SettingsChange,
  caller: Caller,
  context: Context,
): Promise<Room> {
  const { room: before, actor } = await roomAndActor(id, caller, context);
  if (before.kind === 'direct') throw new MembershipError('FIXED_ROOM');
  if (!isModerator(actor)) throw new MembershipError('NOT_A_MODERATOR');
  const changes = changedSettings(before, change);
  if (changes.archived !== undefined && actor.role !== 'owner') throw new MembershipError('NOT_AN_OWNER');
  if (Object.keys(changes).length === 0) return before;
  const logged = await logRoomChange<RoomUpdate>(id, { kind: 'room', changes }, caller, context);
  const room = (await applyRoomUpdate(context.db, id, logged.change)) ?? before;
  await publish({ kind: 'RoomChanged', room: id, change: logged.change }, logged.room, undefined, context);
  return room;
}

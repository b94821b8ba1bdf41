import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { isHiddenFrom } from '../domain/block.ts';
import { ChatError } from '../domain/errors.ts';
import { type Caller, isModerator, MembershipError, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import { isMessageGone, keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { PinUpdate } from '../domain/room-change.ts';
import { logRoomChange } from '../log/change-room.ts';
import { getMessage, revokeChange } from '../store/log.ts';
import { listStates } from '../store/messages.ts';
import { applyPin, forgetPin, listPins, MAX_PINS, type Pin } from '../store/pins.ts';
import { readableRoom } from './access.ts';
import { blockListOf } from './blocks.ts';
import { roomAndActor } from './members.ts';

/** A pinned message, and the change that pinned it. */
export interface PinnedMessage {
  readonly pin: Pin;
  readonly message: Message;
}

/** Returns the pinned messages of a room, the newest pin first. Forgets the pins of messages that no longer exist. */
async function readPinned(room: Room, context: Context): Promise<readonly PinnedMessage[]> {
  const { db } = context;
  const pins = await listPins(db, room.id);
  const ids = pins.map(({ message }) => message);
  const states = await listStates(db, room.id, ids, []);
  const kept = keptIn(room, context);
  const found = pins.map((pin) => ({ pin, message: states.get(pin.message)?.message }));
  const exists = ({ message }: { readonly message: Message | undefined }) =>
    message !== undefined && message.deletedAt === undefined && !isMessageGone(message, kept);
  const gone = found.filter((each) => !exists(each));
  await Promise.all(gone.map(({ pin }) => forgetPin(db, room.id, pin)));
  return found.filter((each): each is PinnedMessage => exists(each));
}

/**
 * Returns the pinned messages of a room, the newest pin first, without those of users whom the user has blocked.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function listPinned(
  id: string,
  user: User,
  context: Context,
): Promise<readonly PinnedMessage[]> {
  const [room, blocked] = await Promise.all([readableRoom(context.db, id, user), blockListOf(user, context)]);
  const pinned = await readPinned(room, context);
  return pinned.filter(({ message }) => !isHiddenFrom({ blocked }, message));
}

interface PinRequest {
  readonly room: string;
  readonly message: number;
  readonly removed: boolean;
}

/** How often a pin takes another number, because a later unpin was applied first. That happens rarely. */
const MAX_TRIES = 5;

/**
 * Logs a pin and applies it. A pin that the room does not accept is removed from the log again.
 * @throws ChatError TOO_MANY_PINS, ROOM_ARCHIVED
 */
async function logPin(
  { room: id, message, removed }: PinRequest,
  caller: Caller,
  context: Context,
): Promise<void> {
  const { db } = context;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const fields = { kind: 'pin', message, removed } as const;
    const logged = await logRoomChange<PinUpdate>(id, fields, caller, context, { unlessArchived: true });
    const outcome = await applyPin(db, id, logged.change);
    if (outcome === 'applied' || outcome === 'already') {
      await publish(
        { kind: 'RoomChanged', room: id, change: logged.change },
        logged.room,
        undefined,
        context,
      );
      return;
    }
    await revokeChange(db, id, logged.change.seq);
    if (outcome === 'full') throw new ChatError('TOO_MANY_PINS');
  }
  throw new ChatError('INTERNAL');
}

/**
 * Pins a message to a room, or unpins it, and announces the change to the room. In a group, owners and moderators may;
 * in a direct room, both members. A repeat changes nothing.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist, RATE_LIMITED, ROOM_ARCHIVED, MESSAGE_NOT_FOUND,
 * TOO_MANY_PINS; MembershipError NOT_A_MODERATOR
 */
export async function changePin(request: PinRequest, caller: Caller, context: Context): Promise<void> {
  const { room: id, message: number, removed } = request;
  const { db } = context;
  const [{ room, actor }, message, pins] = await Promise.all([
    roomAndActor(id, caller, context),
    removed ? undefined : getMessage(db, id, number),
    listPins(db, id),
  ]);
  if (room.kind === 'group' && !isModerator(actor)) throw new MembershipError('NOT_A_MODERATOR');
  if (room.archived) throw new ChatError('ROOM_ARCHIVED');
  const isPinned = pins.some((pin) => pin.message === number);
  if (removed) {
    if (isPinned) await logPin(request, caller, context);
    return;
  }
  const isGone = !message || message.deletedAt !== undefined || isMessageGone(message, keptIn(room, context));
  if (isGone) throw new ChatError('MESSAGE_NOT_FOUND');
  if (isPinned) return;
  if (pins.length >= MAX_PINS && (await readPinned(room, context)).length >= MAX_PINS) {
    throw new ChatError('TOO_MANY_PINS');
  }
  await logPin(request, caller, context);
}

import { ChatError } from '../domain/errors.ts';
import { actorId, isModerator, type Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { LogContext } from '../log/context.ts';
import { tryTakeSeq } from '../store/log.ts';
import { getRoom } from '../store/rooms.ts';
import { takeSlowTurn } from '../store/slow-mode.ts';

/** A write of a member in a room. */
export interface Write {
  readonly room: string;
  readonly member: Member;
  /** The id of a guest's connection. The limits of guests count by connection. */
  readonly connection?: string | undefined;
  /** The idempotency key of a message. */
  readonly clientId?: string | undefined;
  readonly kind: 'send' | 'change' | 'delete';
  /** Whether a backend of the team makes it. */
  readonly service?: boolean | undefined;
}

/** The settings of a room may change while a write is checked against them, so the check repeats this many times. */
const MAX_CHECKS = 5;

/**
 * Checks a write against the settings of its room except the slow mode. A backend of the team may delete messages and
 * remove emoji in an archived room.
 * @throws ChatError ROOM_NOT_FOUND, ROOM_ARCHIVED, POSTING_RESTRICTED
 */
function checkPosting(room: Room | undefined, { member, kind, service }: Write): Room {
  if (!room) throw new ChatError('ROOM_NOT_FOUND');
  const { posting = 'everyone', archived = false } = room;
  if (archived && !(service && kind === 'delete')) throw new ChatError('ROOM_ARCHIVED');
  if (kind === 'send' && posting === 'moderators' && !isModerator(member)) {
    throw new ChatError('POSTING_RESTRICTED');
  }
  return room;
}

/**
 * Reads the room of a write, and checks the write before it takes a number.
 * @throws what `checkPosting` throws
 */
export async function checkRoom(write: Write, { db }: Pick<LogContext, 'db'>): Promise<void> {
  checkPosting(await getRoom(db, write.room), write);
}

/**
 * Checks a write against the settings of its room.
 * @param hasTurn whether an earlier check has counted the message towards the slow mode
 * @returns whether the message is counted towards the slow mode
 * @throws ChatError SLOW_MODE, and what `checkPosting` throws
 */
async function checkSettings(
  room: Room | undefined,
  write: Write,
  hasTurn: boolean,
  { db, now }: Pick<LogContext, 'db' | 'now'>,
): Promise<boolean> {
  const { id, slowMode = 0 } = checkPosting(room, write);
  const { member, connection, clientId, kind } = write;
  if (kind !== 'send' || isModerator(member) || slowMode === 0 || hasTurn) return hasTurn;
  const { user, guest } = member;
  const writer = actorId(guest ? { id: connection ?? user, guest } : { id: user });
  const waitMs = await takeSlowTurn(db, id, { user: member, writer, clientId }, slowMode * 1000, now());
  if (waitMs > 0) throw new ChatError('SLOW_MODE', undefined, waitMs);
  return true;
}

/**
 * Returns a function that takes the room's next sequence number for a write. In most rooms, that is one conditional
 * update. Only if the room's settings may forbid the write, it reads them, checks the write, and takes the number on the
 * condition that they have not changed. A refused write takes no number.
 * @returns a function that throws as `checkSettings`. Calling it again for the same write counts the write once
 */
export function numberFor(
  write: Write,
  context: Pick<LogContext, 'db' | 'now'>,
): (now: number) => Promise<Room> {
  const { db } = context;
  let hasTurn = false;
  return async (now) => {
    const taken = await tryTakeSeq(db, write.room, now);
    if (taken) return taken;
    for (let checks = 0; checks < MAX_CHECKS; checks++) {
      const room = await getRoom(db, write.room);
      hasTurn = await checkSettings(room, write, hasTurn, context);
      const number = room && (await tryTakeSeq(db, write.room, now, room));
      if (number) return number;
    }
    throw new ChatError('INTERNAL');
  };
}

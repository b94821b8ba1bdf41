import { type Context, isoTime } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import type { DeleteMessage, EditMessage, React } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { actorId, type Member } from '../domain/member.ts';
import type { Change, LogEntry, Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { enterLog } from '../log/append.ts';
import { applyChange } from '../log/apply-change.ts';
import { checkWriteAccess } from '../rooms/access.ts';
import { type Claim, getClaim } from '../store/claims.ts';
import { getEntry, getMessage, putChange } from '../store/log.ts';
import { getRoom, takeSeq } from '../store/rooms.ts';

/** What makes an edit an edit, a delete a delete and a reaction a reaction. */
export interface ChangeKind<C extends Change> {
  /** The change's own fields: its kind, and what is new. */
  readonly fields: Omit<C, 'seq' | 'message' | 'by' | 'at'>;
  /** As what its turn is counted; null where it was counted before. */
  readonly counted: 'change' | null;
  /** @throws ChatError where this member may not change this message */
  readonly check: (message: Message, member: Member) => void;
  readonly told: (message: Message, change: C) => Event;
}

/** One try of one change. */
interface Try<C extends Change> {
  readonly message: number;
  readonly room: string;
  readonly user: string;
  readonly claim: Claim | undefined;
  readonly change: ChangeKind<C>;
  readonly context: Context;
}

interface Made<C extends Change> {
  readonly entry: C;
  readonly room: Room;
  /** By an earlier try, so nobody but its sender is to be told again. */
  readonly repeated: boolean;
}

/** The same change, as an earlier try has left it. @throws ChatError CLIENT_ID_REUSED for anything else */
function sameChange<C extends Change>(tried: Try<C>, entry: LogEntry): C {
  const { kind } = tried.change.fields as Pick<C, 'kind'>;
  const same = entry.kind === kind && entry.message === tried.message && entry.by === tried.user;
  if (same && tried.claim) return entry as C;
  throw new ChatError('CLIENT_ID_REUSED');
}

async function earlierTry<C extends Change>(tried: Try<C>, seq: number): Promise<Made<C> | undefined> {
  const { db } = tried.context;
  const [entry, room] = await Promise.all([getEntry(db, tried.room, seq), getRoom(db, tried.room)]);
  if (!entry || entry.kind === 'void' || !room) return undefined;
  return { entry: sameChange(tried, entry), room, repeated: true };
}

/** Puts the change into the room's log: before the message itself, so that no change is ever missing there. */
async function newEntry<C extends Change>(tried: Try<C>): Promise<Made<C>> {
  const { context, claim, change, message, user: by } = tried;
  const now = context.now();
  const taken = await takeSeq(context.db, tried.room, now);
  const entryAt = (seq: number) => ({ ...change.fields, seq, message, by, at: isoTime(now) }) as C;
  let entry = entryAt(taken.seq);
  const put = (seq: number) => {
    entry = entryAt(seq);
    return putChange(context.db, tried.room, entry);
  };
  const { room, earlier } = await enterLog(taken, claim, put, context);
  return earlier
    ? { entry: sameChange(tried, earlier), room, repeated: true }
    : { entry, room, repeated: false };
}

/**
 * Changes a message. A repeat, or a change that a later one has overtaken, is answered to its sender alone with the
 * message as it is now.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED, MESSAGE_NOT_FOUND, CLIENT_ID_REUSED, and what the kind's check throws
 */
export async function changeMessage<C extends Change>(
  command: EditMessage | DeleteMessage | React,
  session: Session,
  context: Context,
  change: ChangeKind<C>,
): Promise<Event[]> {
  const { db } = context;
  const { clientId } = command;
  const room = command.room ?? session.room;
  const claim = clientId === undefined ? undefined : { room, user: actorId(session.user), clientId };
  const tried: Try<C> = { message: command.message, room, user: session.user.id, claim, change, context };
  const [member, before, claimed] = await Promise.all([
    checkWriteAccess(context, { room, by: session, counted: change.counted, now: context.now() }),
    getMessage(db, room, command.message),
    claim && getClaim(db, claim, context.now()),
  ]);
  const earlier = claimed === undefined ? undefined : await earlierTry(tried, claimed);
  if (!earlier) {
    if (!before || before.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
    change.check(before, member);
  }
  const made = earlier ?? (await newEntry(tried));
  const applied = await applyChange(room, made.entry, context);
  if (!applied) throw new ChatError('MESSAGE_NOT_FOUND');
  const { outcome, message } = applied;
  const told = { ...change.told(message, made.entry), ...(clientId !== undefined && { clientId }) };
  // A repeat may do what an earlier try has left undone: then nobody has been told yet.
  if (outcome === 'applied' || (outcome === 'already' && !made.repeated)) {
    await publish(told, made.room, session, context);
    return [];
  }
  const late = !made.repeated && made.entry.kind === 'edit' && message.deletedAt !== undefined;
  if (late) throw new ChatError('MESSAGE_NOT_FOUND');
  return [told];
}

import type { DeleteMessage, EditMessage, React } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Change } from '../domain/log.ts';
import { actorId, type Member } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { getEntry, getMessage, putChange, scrubChange } from '../store/log.ts';
import { getClaim, takeClaim } from '../store/repeats.ts';
import { getRoom, takeSeq } from '../store/rooms.ts';
import { isoTime, type Parts } from './parts.ts';
import { listAudience, publish, withCaller } from './publish.ts';
import { takeTurn } from './take-turn.ts';

/** What makes an edit an edit, a delete a delete and a reaction a reaction. */
export interface ChangeKind<C extends Change> {
  /** The change's own fields: its kind, and what is new. */
  readonly fields: Omit<C, 'seq' | 'message' | 'by' | 'at'>;
  /** As what its turn is counted; null where it was counted before. */
  readonly counted: 'change' | null;
  /** @throws ChatError where this member may not change this message */
  readonly check: (message: Message, member: Member) => void;
  /** Brings the message to where the change says it is. Undefined where it is there already, or a later change is. */
  readonly apply: (change: C) => Promise<Message | undefined>;
  readonly told: (message: Message, change: C) => Event;
}

type Claim = Parameters<typeof takeClaim>[1];

/** One try of one change. */
interface Try<C extends Change> {
  readonly message: number;
  readonly room: string;
  readonly user: string;
  readonly claim: Claim | undefined;
  readonly change: ChangeKind<C>;
  readonly parts: Parts;
}

interface Made<C extends Change> {
  readonly entry: C;
  readonly room: Room;
}

/** The entry that an earlier try of the same change has left under a number. */
async function earlierEntry<C extends Change>(tried: Try<C>, seq: number): Promise<C | undefined> {
  const entry = await getEntry(tried.parts.db, tried.room, seq);
  if (!entry) return undefined;
  const { kind } = tried.change.fields as Pick<C, 'kind'>;
  const same = entry.kind === kind && entry.message === tried.message && entry.by === tried.user;
  if (same && tried.claim) return entry as C;
  throw new ChatError('BAD_FRAME', 'This client_id was used for another change: take a new one for each');
}

/** Puts the change into the room's log: before the message itself, so that no change is ever missing there. */
async function newEntry<C extends Change>(tried: Try<C>): Promise<Made<C>> {
  const { parts, claim, change, message, user: by } = tried;
  const now = parts.now();
  const room = await takeSeq(parts.db, tried.room, now);
  const seq = claim ? await takeClaim(parts.db, claim, room.seq, now) : room.seq;
  const entry = { ...change.fields, seq, message, by, at: isoTime(now) } as C;
  if (await putChange(parts.db, tried.room, entry)) return { entry, room };
  return { entry: (await earlierEntry(tried, seq)) ?? entry, room };
}

async function earlierTry<C extends Change>(tried: Try<C>, seq: number): Promise<Made<C> | undefined> {
  const [entry, room] = await Promise.all([earlierEntry(tried, seq), getRoom(tried.parts.db, tried.room)]);
  return entry && room && { entry, room };
}

/**
 * Changes a message. A repeat, or a change that a later one has overtaken, is answered to its sender alone with the
 * message as it is now.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED, MESSAGE_NOT_FOUND, BAD_FRAME, and what the kind's check throws
 */
export async function changeMessage<C extends Change>(
  command: EditMessage | DeleteMessage | React,
  session: Session,
  parts: Parts,
  change: ChangeKind<C>,
): Promise<Event[]> {
  const { db } = parts;
  const room = command.room ?? session.room;
  const user = session.user.id;
  const actor = actorId(session.user);
  const claim =
    command.clientId === undefined ? undefined : { room, user: actor, clientId: command.clientId };
  const tried: Try<C> = { message: command.message, room, user, claim, change, parts };
  const [member, before, claimed] = await Promise.all([
    takeTurn(parts, { room, by: session, counted: change.counted, now: parts.now() }),
    getMessage(db, room, command.message),
    claim && getClaim(db, claim, parts.now()),
  ]);
  const earlier = claimed === undefined ? undefined : await earlierTry(tried, claimed);
  if (!earlier) {
    if (!before || before.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
    change.check(before, member);
  }
  const made = earlier ?? (await newEntry(tried));
  const message = await change.apply(made.entry);
  if (message) {
    const audience = withCaller(session, await listAudience(made.room, parts));
    await publish(change.told(message, made.entry), audience, parts);
    return [];
  }
  // A text that no message took is nobody's to take out of the log when the message is deleted.
  const late = made.entry.kind === 'edit';
  if (late) await scrubChange(db, room, made.entry.seq);
  const present = await getMessage(db, room, command.message);
  if (!present) throw new ChatError('MESSAGE_NOT_FOUND');
  if (late && present.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  return [change.told(present, made.entry)];
}

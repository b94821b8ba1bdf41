import type { DeleteMessage, EditMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Change } from '../domain/log.ts';
import { type Member, moderates } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { getEntry, getMessage, putChange, scrubChange } from '../store/log.ts';
import { takeTurn } from '../store/members.ts';
import { getClaim, takeClaim } from '../store/repeats.ts';
import { getRoom, takeSeq } from '../store/rooms.ts';
import { isoTime, type Parts } from './parts.ts';
import { listAudience, publish, withCaller } from './publish.ts';

/** What makes an edit an edit, and a delete a delete. */
export interface ChangeKind {
  readonly kind: Change['kind'];
  readonly text?: string;
  /** Brings the message to where the change says it is. Undefined where it is there already, or a later change is. */
  readonly apply: (change: Change) => Promise<Message | undefined>;
  readonly told: (message: Message, seq: number) => Event;
}

type Claim = Parameters<typeof takeClaim>[1];

/** One try of one change. */
interface Try {
  readonly command: EditMessage | DeleteMessage;
  readonly room: string;
  readonly user: string;
  readonly claim: Claim | undefined;
  readonly change: ChangeKind;
  readonly parts: Parts;
}

function checkMayChange(message: Message | undefined, member: Member): void {
  if (!message || message.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  if (message.author.id !== member.user && !moderates(member)) throw new ChatError('NOT_THE_AUTHOR');
}

/** The entry that an earlier try of the same change has left under a number. */
async function earlierEntry(tried: Try, seq: number): Promise<Change | undefined> {
  const entry = await getEntry(tried.parts.db, tried.room, seq);
  if (!entry) return undefined;
  const { kind } = tried.change;
  const same = entry.kind === kind && entry.message === tried.command.message && entry.by === tried.user;
  if (same && tried.claim) return entry;
  throw new ChatError('BAD_FRAME', 'This client_id was used for another change: take a new one for each');
}

/** Puts the change into the room's log: before the message itself, so that no change is ever missing there. */
async function newEntry(tried: Try): Promise<{ entry: Change; room: Room }> {
  const { parts, claim, change } = tried;
  const now = parts.now();
  const room = await takeSeq(parts.db, tried.room, now);
  const seq = claim ? await takeClaim(parts.db, claim, room.seq, now) : room.seq;
  const entry: Change = {
    kind: change.kind,
    seq,
    message: tried.command.message,
    by: tried.user,
    ...(change.text !== undefined && { text: change.text }),
    at: isoTime(now),
  };
  if (await putChange(parts.db, tried.room, entry)) return { entry, room };
  return { entry: (await earlierEntry(tried, seq)) ?? entry, room };
}

async function earlierTry(tried: Try, seq: number): Promise<{ entry: Change; room: Room } | undefined> {
  const [entry, room] = await Promise.all([earlierEntry(tried, seq), getRoom(tried.parts.db, tried.room)]);
  return entry && room && { entry, room };
}

/**
 * Changes a message: its author may, and a moderator. A repeat, or a change that a later one has overtaken, is answered
 * to its sender alone with the message as it is now.
 * @throws ChatError NOT_A_MEMBER, MUTED, MESSAGE_NOT_FOUND, NOT_THE_AUTHOR, BAD_FRAME
 */
export async function changeMessage(
  command: EditMessage | DeleteMessage,
  session: Session,
  parts: Parts,
  change: ChangeKind,
): Promise<Event[]> {
  const { db } = parts;
  const room = command.room ?? session.room;
  const user = session.user.id;
  const claim = command.clientId === undefined ? undefined : { room, user, clientId: command.clientId };
  const tried: Try = { command, room, user, claim, change, parts };
  const [member, before, claimed] = await Promise.all([
    takeTurn(db, room, user, parts.now()),
    getMessage(db, room, command.message),
    claim && getClaim(db, claim, parts.now()),
  ]);
  const earlier = claimed === undefined ? undefined : await earlierTry(tried, claimed);
  if (!earlier) checkMayChange(before, member);
  const made = earlier ?? (await newEntry(tried));
  const message = await change.apply(made.entry);
  if (message) {
    const audience = withCaller(session, await listAudience(made.room, parts));
    await publish(change.told(message, made.entry.seq), audience, parts);
    return [];
  }
  // A text that no message took is nobody's to take out of the log when the message is deleted.
  if (change.kind === 'edit') await scrubChange(db, room, made.entry.seq);
  const present = await getMessage(db, room, command.message);
  if (!present) throw new ChatError('MESSAGE_NOT_FOUND');
  if (change.kind === 'edit' && present.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  return [change.told(present, made.entry.seq)];
}

import { type Context, isoTime } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import type { ChangeMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Revision } from '../domain/draft.ts';
import { ChatError, type ErrorCode } from '../domain/errors.ts';
import { type Event, entryEvent } from '../domain/event.ts';
import { type Actor, actorId, type Member } from '../domain/member.ts';
import { type Change, type Effect, type LogEntry, type Message, NOT_LOGGED } from '../domain/message.ts';
import { expiryOf } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { type Appended, appendToLog } from '../log/append.ts';
import { applyChange } from '../log/apply-change.ts';
import { appendWithFile } from '../log/release-file.ts';
import { checkNotLimited, checkWriteAccess, readableMessage, type Service } from '../rooms/access.ts';
import type { HeldFile } from '../rooms/files.ts';
import { checkRoom, numberFor, type Write } from '../rooms/write-number.ts';
import { type Claim, type Claimed, getClaim } from '../store/claims.ts';
import { expireFile } from '../store/expiring-files.ts';
import { getEntry, putChange } from '../store/log.ts';
import { getRoom } from '../store/rooms.ts';

type OwnFields<C> = C extends Change ? Omit<C, 'seq' | 'message' | 'by' | 'guest' | 'at'> : never;

/** The rules of one kind of change. */
export interface ChangeRules {
  /** The kind of the change, and its new values. */
  readonly fields: OwnFields<Change>;
  /** Attaches the file of an edit, once the edit is known to be allowed and new. */
  readonly attach?: ((message: Message) => Promise<HeldFile>) | undefined;
  /**
   * Asks the team's function about an edit, once the edit is known to be allowed and new. Returns the values to use in
   * place of those in `fields`, or undefined if there is no such function.
   */
  readonly revise?: (message: Message, write: Write) => Promise<Revision | undefined>;
  /** @throws ChatError if the member may not change the message */
  readonly check: (message: Message, member: Member) => void;
  /** The error code for a change that exceeds a limit of the message. */
  readonly whenFull: ErrorCode;
  /** Returns what the change will do. Called before the change takes a sequence number. */
  readonly effectOn?: (message: Message) => Promise<Effect>;
}

interface Attempt {
  readonly room: string;
  readonly message: number;
  readonly by: Actor;
  readonly claim: Claim | undefined;
  /** The number that an earlier attempt claimed with the same client id. */
  readonly claimed: Claimed | undefined;
  readonly fields: OwnFields<Change>;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Takes the number of the change. */
  readonly take: (now: number) => Promise<Room>;
  readonly context: Context;
}

interface Logged {
  readonly entry: Change;
  readonly room: Room;
  /** Whether an earlier attempt with the same `client_id` already wrote the change to the log. */
  readonly repeated: boolean;
}

/** Returns the entry of an earlier attempt. @throws ChatError CLIENT_ID_REUSED if it is a different change */
function checkSameChange({ fields, message, by, claim }: Attempt, entry: LogEntry): Change {
  const isChange = entry.kind !== 'message' && entry.kind !== 'void';
  const same = isChange && entry.kind === fields.kind && entry.message === message && entry.by === by.id;
  if (same && claim) return entry;
  throw new ChatError('CLIENT_ID_REUSED');
}

async function findEarlier(attempt: Attempt, claimed = attempt.claimed): Promise<Logged | undefined> {
  const { room: id, context } = attempt;
  if (claimed === undefined) return undefined;
  const [entry, room] = await Promise.all([getEntry(context.db, id, claimed.seq), getRoom(context.db, id)]);
  if (!entry || entry.kind === 'void' || !room) return undefined;
  return { entry: checkSameChange(attempt, entry), room, repeated: true };
}

/**
 * Returns what a change of a message will do. A deleted message has no further changes.
 * @throws what `check` throws, and `whenFull`
 */
async function checkChange(
  message: Message,
  member: Member,
  { check, effectOn, whenFull }: ChangeRules,
): Promise<Effect | undefined> {
  if (message.deletedAt !== undefined) return 'none';
  check(message, member);
  const effect = await effectOn?.(message);
  if (effect === 'full') throw new ChatError(whenFull);
  return effect;
}

/** Logs the change before the message is updated, so that a sync never misses it. */
async function logChange(attempt: Attempt, noteSeq: (seq: number) => void): Promise<Logged & Appended> {
  const { context, claim, claimed, take } = attempt;
  // If an earlier attempt claimed a number and then ended, this attempt uses that number.
  const room =
    (claimed === undefined ? undefined : await getRoom(context.db, attempt.room)) ??
    (await take(context.now()));
  const put = async (seq: number, latest: Room) => {
    noteSeq(seq);
    const entry = entryOf(attempt, seq);
    const expiry = expiryOf(latest, Date.parse(entry.at), context);
    if (entry.kind === 'edit' && entry.file && expiry) {
      await expireFile(context.db, attempt.room, entry.file, expiry);
    }
    return putChange(context.db, attempt.room, entry, expiry);
  };
  const appended = await appendToLog({ room, claim, claimed, take }, put, context);
  const { earlier } = appended;
  return earlier
    ? { ...appended, entry: checkSameChange(attempt, earlier), repeated: true }
    : { ...appended, entry: entryOf(attempt, appended.seq), repeated: false };
}

/** Returns the change as a log entry. */
function entryOf({ fields, message, by, at }: Attempt, seq: number): Change {
  const author = { by: by.id, ...(by.guest && { guest: by.guest }) };
  return { ...fields, seq, message, ...author, at };
}

/** Attaches the file of an edit and logs the change. Releases the file if the log does not have the change then. */
async function logWithFile(
  attempt: Attempt,
  before: Message,
  attach: ChangeRules['attach'],
): Promise<Logged> {
  const file = attempt.fields.kind === 'edit' ? await attach?.(before) : undefined;
  const fields = file ? { ...attempt.fields, file } : attempt.fields;
  const append = (noteSeq: (seq: number) => void) => logChange({ ...attempt, fields }, noteSeq);
  return appendWithFile(attempt.room, file, append, attempt.context);
}

/**
 * Logs a change of a message, applies it and announces it to the room. Returns the event to the sender only for a
 * repeat, for a change that a later one has overtaken, and for a change that would change nothing, which is not logged.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED, ROOM_ARCHIVED, MESSAGE_NOT_FOUND, CLIENT_ID_REUSED, `whenFull`,
 * and what `check` and `revise` throw
 */
export async function changeMessage(
  command: ChangeMessage,
  session: Session | Service,
  context: Context,
  rules: ChangeRules,
): Promise<Event[]> {
  const { fields, attach, whenFull } = rules;
  const { db } = context;
  const { clientId } = command;
  const room = command.room ?? session.room;
  const claim = clientId === undefined ? undefined : { room, user: actorId(session.user), clientId };
  const write = { room, by: session, counted: 'change', now: context.now() } as const;
  checkNotLimited(context, write);
  const [member, before, claimed] = await Promise.all([
    checkWriteAccess(context, write),
    readableMessage({ room, message: command.message }, session, context),
    claim && getClaim(db, claim, context.now()),
  ]);
  const at = isoTime(write.now);
  const isDelete = fields.kind === 'delete' || ('removed' in fields && fields.removed);
  const kind = isDelete ? 'delete' : 'change';
  const change: Write = { room, member, kind, service: 'service' in session };
  let attempt: Attempt = {
    room,
    message: command.message,
    by: session.user,
    claim,
    claimed,
    fields,
    at,
    take: numberFor(change, context),
    context,
  };
  let earlier = await findEarlier(attempt);
  if (!before) throw new ChatError('MESSAGE_NOT_FOUND');
  if (!earlier && (await checkChange(before, member, rules)) === 'none') {
    // The claim was read at the same time as the message. An attempt that is still running may have claimed the client
    // id after the first read, and changed the message before the second.
    earlier = claim && (await findEarlier(attempt, await getClaim(db, claim, context.now())));
    if (!earlier && before.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
    if (!earlier) {
      const notLogged = entryOf(attempt, NOT_LOGGED);
      const repeat = clientId === undefined ? {} : { clientId };
      return [
        { kind: 'MessageChanged', room, message: before, change: notLogged, unchanged: true, ...repeat },
      ];
    }
  } else if (!earlier) {
    const revised = await rules.revise?.(before, change);
    if (attach && !revised) await checkRoom(change, context);
    if (revised) attempt = { ...attempt, fields: { ...fields, ...revised }, at: isoTime(context.now()) };
  }
  const logged = earlier ?? (await logWithFile(attempt, before, attach));
  const applied = await applyChange(room, logged.entry, context);
  if (!applied) throw new ChatError('MESSAGE_NOT_FOUND');
  const { outcome, message, unchanged } = applied;
  if (outcome === 'refused') throw new ChatError(whenFull);
  const event = {
    ...entryEvent(room, logged.entry, message),
    ...(clientId !== undefined && { clientId }),
    ...(unchanged && { unchanged }),
  };
  // A repeat that applies the change completes an earlier attempt, which stopped before it announced the change.
  if (outcome === 'applied' || (outcome === 'already' && !logged.repeated)) {
    await publish(event, logged.room, 'service' in session ? undefined : session, context);
    return [];
  }
  const editedTooLate = logged.entry.kind === 'edit' && message.deletedAt !== undefined;
  if (editedTooLate && !logged.repeated) throw new ChatError('MESSAGE_NOT_FOUND');
  return [event];
}

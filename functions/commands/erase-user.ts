import { closeSocketsOf } from '../connections/sign-out.ts';
import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import { actorId, type Caller } from '../domain/member.ts';
import { MAX_USER_ROOMS, type Room } from '../domain/room.ts';
import { endMembership } from '../rooms/members.ts';
import { ban } from '../store/accounts.ts';
import { unlistUser } from '../store/directory.ts';
import {
  type Erased,
  type ErasedRoom,
  type Erasure,
  eraseAuthor,
  eraseProfile,
  getErasedRoom,
  leaseFrom,
  listErasedRooms,
  listLeftRooms,
  listOwnEntries,
  NOTHING_ERASED,
  type OwnEntry,
  plus,
  putErasedRoom,
  putErasure,
  takeErasure,
} from '../store/erasures.ts';
import { LIST_PARTS } from '../store/keys.ts';
import { listUser, readList } from '../store/lists.ts';
import { scrubChange } from '../store/log.ts';
import { getMember, listRoomsOf } from '../store/members.ts';
import { putMute } from '../store/mutes.ts';
import { eraseFromReports } from '../store/reports.ts';
import { getRoom } from '../store/rooms.ts';
import { deleteMessage } from './delete-message.ts';
import { removeEmoji } from './react.ts';

/** How long one call may work, in milliseconds. The next call continues. */
const BUDGET_MS = 10_000;

/** How many entries of a log one query reads. */
const PAGE = 500;

/** One call that erases a user. */
interface Job {
  readonly user: string;
  /** The backend that called. */
  readonly service: Caller;
  readonly context: Context;
  /** When the call stops, in milliseconds since the epoch. */
  readonly until: number;
  /** Returns the rooms that the user is in or has left, as they were at the first call. */
  readonly known: () => Promise<readonly string[]>;
}

const isOver = ({ context, until }: Job): boolean => context.now() >= until;

/** Resolves to the result of a change; false if its message does not exist any more. */
async function unlessGone<T>(change: Promise<T>): Promise<T | false> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof ChatError && error.code === 'MESSAGE_NOT_FOUND') return false;
    throw error;
  }
}

/** Deletes a message of the user, or removes a reaction. Members get the usual events. */
async function eraseEntry(entry: OwnEntry, room: Room, { user, service, context }: Job): Promise<Erased> {
  if (entry.kind === 'data') {
    await scrubChange(context.db, room.id, entry.seq);
    return NOTHING_ERASED;
  }
  if (entry.kind === 'change') {
    const self = { id: user, username: user, email: '', userType: '' };
    const of = { user: self, room: room.id, service: true, erasing: true } as const;
    const removed = await unlessGone(removeEmoji(entry, of, context));
    return { ...NOTHING_ERASED, emoji: Number(removed) };
  }
  const { seq: message, hasFile } = entry;
  const by = { user: service, room: room.id, service: true, erasing: true } as const;
  const deleted = await unlessGone(deleteMessage({ kind: 'DeleteMessage', message }, by, context));
  await eraseAuthor(context.db, room.id, message, user);
  const count = Number(deleted !== false);
  return { ...NOTHING_ERASED, messages: count, files: hasFile ? count : 0 };
}

/** Ends the membership of the user in a room. Returns whether there was one. */
async function leave(room: Room, { user, service, context }: Job): Promise<boolean> {
  const { db } = context;
  const isMember = (await getMember(db, room.id, user)) !== undefined;
  if (isMember) await endMembership(user, room, service, context);
  await putMute(db, room.id, actorId({ id: user }), 0);
  return isMember;
}

/**
 * Erases a user in a room, and continues where an earlier call stopped. Ends the membership first, so that no later
 * frame of the user is accepted. A legal hold keeps the messages and their reports.
 * @returns whether the room is done
 */
async function eraseInRoom(id: string, job: Job): Promise<{ done: boolean; erased: Erased }> {
  const { user, context } = job;
  const { db, now } = context;
  const wasMember = await getRoom(db, id).then((found) => (found ? leave(found, job) : false));
  const room = await getRoom(db, id);
  // The reports of a deleted room stay longer than its messages.
  if (!room?.held) await eraseFromReports(db, id, user);
  if (!room) return { done: true, erased: NOTHING_ERASED };
  const before = await getErasedRoom(db, user, id);
  let found: ErasedRoom = before ?? { room: id, ...NOTHING_ERASED, upTo: room.floor ?? 0, held: false };
  const held = room.held ?? false;
  // An earlier erasure skipped the messages of a room with a legal hold.
  if (found.held && !held) found = { ...found, upTo: room.floor ?? 0 };
  found = { ...found, held };
  let erased = NOTHING_ERASED;
  let isNoted = before !== undefined || wasMember;
  do {
    const page = await erasePage(found, room, job);
    erased = plus(erased, page.erased);
    found = { ...found, ...plus(found, page.erased), upTo: page.upTo };
    isNoted ||= page.found > 0 || isOver(job);
    if (isNoted) await putErasedRoom(db, user, found, now());
  } while (found.upTo < room.seq && !isOver(job));
  return { done: found.upTo >= room.seq, erased };
}

/** Erases the user's entries in a page of the log. Returns the counts, and the number at which the next page begins. */
async function erasePage({ upTo: since, held }: ErasedRoom, room: Room, job: Job) {
  const none = { erased: NOTHING_ERASED, upTo: room.seq, found: 0 };
  if (since >= room.seq) return none;
  const range = { since, upTo: room.seq, limit: PAGE };
  const { own, last } = await listOwnEntries(job.context.db, room.id, job.user, range);
  let erased = NOTHING_ERASED;
  for (const entry of own) {
    if (isOver(job)) return { erased, upTo: entry.seq - 1, found: own.length };
    const isKept = entry.kind !== 'change' && (held || (entry.kind === 'message' && entry.isErased));
    if (!isKept) erased = plus(erased, await eraseEntry(entry, room, job));
  }
  return { erased, upTo: last, found: own.length };
}

/** The next room of an erasure, and the position after it. */
interface NextRoom extends Pick<Erasure, 'after' | 'part'> {
  readonly room: string;
}

/** Returns the next room of the present step of an erasure; undefined at the end of the step. */
async function nextRoom({ step, after, part = 0 }: Erasure, job: Job): Promise<NextRoom | undefined> {
  const { user, known, context } = job;
  if (step === 'all') {
    const { ids, next } = await readList(context.db, 'room', { part, after }, 1);
    const [room] = ids;
    return room === undefined ? undefined : { room, ...(next ?? { part: LIST_PARTS }) };
  }
  if (step === 'tails') {
    const { rooms } = await listErasedRooms(context.db, user, { after, limit: 1 });
    return rooms[0] && { room: rooms[0].room, after: rooms[0].room };
  }
  const room = (await known()).find((id) => after === undefined || id > after);
  return room === undefined ? undefined : { room, after: room };
}

const steps = ['known', 'all', 'tails', 'profile', 'done'] as const;

const following = (step: Erasure['step']): Erasure['step'] => steps[steps.indexOf(step) + 1] ?? 'done';

/** Continues an erasure by one room, or by one step. */
async function advance(erasure: Erasure, job: Job): Promise<Erasure> {
  const { user, context } = job;
  const { db, now } = context;
  if (erasure.step === 'profile') {
    await unlistUser(db, user);
    await eraseProfile(db, user, now());
    return { ...erasure, step: 'done' };
  }
  const next = await nextRoom(erasure, job);
  if (!next) return { ...erasure, step: following(erasure.step), after: undefined, part: undefined };
  const { done, erased } = await eraseInRoom(next.room, job);
  const counted = { ...erasure, ...plus(erasure, erased) };
  return done ? { ...counted, part: next.part, after: next.after } : counted;
}

/** Returns the rooms that a user is in or has left, in the order of their ids. */
async function knownRooms(user: string, { db }: Context): Promise<readonly string[]> {
  const [member, left] = await Promise.all([listRoomsOf(db, user, MAX_USER_ROOMS), listLeftRooms(db, user)]);
  return [...new Set([...member, ...left])].sort();
}

/**
 * Erases a user in several calls, each of which works for about ten seconds. Bans the user first and closes their
 * sockets. Then goes through the rooms that the user is in or has left, through all other rooms, and once more through
 * the entries that these rooms got meanwhile. Erases the profile last. A call after the last step starts a new erasure,
 * which finds entries that were stored late.
 * @returns the erasure; undefined while another call works on it
 * @throws Error if API Gateway could not close all sockets
 */
export async function eraseUser(
  user: string,
  service: Caller,
  context: Context,
): Promise<Erasure | undefined> {
  const { db, now } = context;
  const start = now();
  let erasure = await takeErasure(db, user, start);
  if (!erasure) return undefined;
  let known: Promise<readonly string[]> | undefined;
  const job: Job = {
    ...{ user, service, context, until: start + BUDGET_MS },
    known: () => {
      known ??= knownRooms(user, context);
      return known;
    },
  };
  try {
    await listUser(db, user);
    await ban(db, user, start);
    await closeSocketsOf(user, context);
    while (erasure.step !== 'done' && !isOver(job)) {
      erasure = await advance(erasure, job);
      await putErasure(db, user, erasure, { lease: leaseFrom(start) });
    }
    return erasure;
  } finally {
    await putErasure(db, user, erasure, { lease: undefined });
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { makeRoom } from '../../bin/demo.ts';
import { roomKey } from '../../functions/store/keys.ts';
import { type AdminClient, AdminError } from '../../server/index.ts';
import { adminOf } from '../support/admin.ts';
import { databaseOf, type TestDatabase } from '../support/rooms.ts';
import type { TestStack } from '../support/stack.ts';
import type { Recording } from './recording.ts';

const ERASING = 'erasing';
const EXPIRING = 'expiring';
const QUITTER = 'quitter';
const WITNESS = 'witness';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The pause of a writer between two messages. */
const WRITE_PAUSE_MS = 120;
/** The pause between two reads of the history, and between two passes that delete expired items. */
const LOOK_PAUSE_MS = 250;

/** A message that the admin API has acknowledged. */
interface Sent {
  readonly id: number;
  readonly text: string;
  /**
   * When the first attempt began, in milliseconds since the epoch. A repeat stores the message under the number of the
   * first attempt, so the message may expire with that number.
   */
  readonly triedAt: number;
}

interface Forgetting {
  readonly admin: AdminClient;
  readonly db: TestDatabase;
  readonly recording: Recording;
  /** When the faults end, in milliseconds since the epoch. */
  readonly end: number;
}

/** Repeats a call until it succeeds. Stops at a permanent refusal, and throws it. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof AdminError && error.status >= 400 && error.status < 500 && error.status !== 429)
        throw error;
      await pause(50);
    }
  }
}

/** Sends messages of a user until the end, or until the user is no longer a member. Returns the acknowledged ones. */
async function write(room: string, user: string, { admin, recording, end }: Forgetting): Promise<Sent[]> {
  const sent: Sent[] = [];
  const keys = randomUUID();
  for (let count = 0; Date.now() < end; count++) {
    const message = {
      text: `text of ${user}, number ${count}.`,
      user_id: user,
      client_id: `${keys}-${count}`,
    };
    const triedAt = Date.now();
    try {
      const { id, text } = await persist(() => admin.sendMessage(room, message));
      sent.push({ id, text, triedAt });
      recording.count(`messages in the room ${room}`);
    } catch (error) {
      if (error instanceof AdminError && error.code === 'NO_SUCH_MEMBER') return sent;
      // Faults delayed the repeat until the message of the first attempt had expired.
      const isGone = error instanceof AdminError && error.code === 'MESSAGE_NOT_FOUND';
      if (!isGone || room !== EXPIRING) throw error;
      recording.count('repeats of expired messages');
    }
    await pause(WRITE_PAUSE_MS);
  }
  return sent;
}

async function itemsOf(partition: string, db: TestDatabase): Promise<Record<string, unknown>[]> {
  const { items } = await db.chat.query({
    where: '#room = :room',
    values: { ':room': partition },
    consistent: true,
  });
  return items;
}

/** Returns the entries of the log among items. Claims of client ids have a `seq` too. */
const entriesIn = (items: readonly Record<string, unknown>[]) =>
  items.filter(({ item }) => String(item).startsWith('log#'));

/** Erases a user who keeps writing. Returns a function that erases once more and checks, once the faults have ended. */
async function eraseWhileWriting(run: Forgetting): Promise<() => Promise<void>> {
  const { admin, db, recording, end } = run;
  // A request that a fault ends keeps its lease for 40 seconds, so the job may outlast the faults.
  const erasing = pause((end - Date.now()) * 0.4).then(() => persist(() => admin.eraseUser(QUITTER)));
  erasing.catch((error: unknown) => recording.addViolations(`Not erased: ${error}`));
  const [, kept] = await Promise.all([write(ERASING, QUITTER, run), write(ERASING, WITNESS, run)]);
  return async () => {
    await erasing;
    // A function may have stored a message that had passed its checks before the erasure.
    await persist(() => admin.eraseUser(QUITTER));
    const items = [...(await itemsOf(ERASING, db)), ...(await itemsOf(`user#${QUITTER}`, db))];
    for (const item of items) {
      const json = JSON.stringify(item);
      if (json.includes(`text of ${QUITTER}`))
        recording.addViolations(`A text of an erased user remains: ${json}`);
    }
    const texts = new Map(entriesIn(items).map((item) => [item['seq'], item['text']]));
    for (const { id, text } of kept) {
      if (texts.get(id) !== text)
        recording.addViolations(`Message ${id} of another user than the erased one is ${texts.get(id)}`);
    }
    let messages = 0;
    for await (const room of admin.erasedRooms(QUITTER)) messages += room.messages;
    if (messages === 0) recording.addViolations('The erasure reports no deleted message');
    recording.count('erased users');
  };
}

/** Deletes about half of the expired items again and again, as DynamoDB does: late and in no order. */
async function deleteExpired({ db, recording }: Forgetting, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const now = Math.floor(Date.now() / 1000);
    for (const { room, item, expiresAt = Infinity, seq = 0 } of await itemsOf(EXPIRING, db)) {
      if (Number(expiresAt) > now || Number(seq) % 2 === now % 2) continue;
      const removed = await db.chat.remove(
        { room: String(room), item: String(item) },
        { condition: 'expiresAt <= :now', values: { ':now': now } },
      );
      if (removed) recording.count('expired items deleted');
    }
    await pause(LOOK_PAUSE_MS);
  }
}

/** Reads the history, and checks that it has no expired message, and each of the known ones that have not expired. */
async function checkHistory(known: readonly Sent[], keptMs: number, { admin, recording }: Forgetting) {
  const before = [...known];
  const start = Date.now();
  const shown = new Map<number, number>();
  await persist(async () => {
    shown.clear();
    for await (const { id, created_at } of admin.messages(EXPIRING)) shown.set(id, Date.parse(created_at));
  });
  const end = Date.now();
  for (const [id, createdAt] of shown) {
    if (createdAt <= start - keptMs)
      recording.addViolations(`The history has message ${id}, which has expired`);
  }
  for (const { id, triedAt } of before) {
    if (triedAt > end - keptMs && !shown.has(id))
      recording.addViolations(`The history lacks message ${id}, which has not expired`);
  }
  recording.count('histories of an expiring room');
}

/** Lets messages expire in a room in which two users write, and then puts the room under a legal hold. */
async function expireWhileWriting(keptMs: number, run: Forgetting): Promise<() => Promise<void>> {
  const { admin, db, recording, end } = run;
  await db.chat.update(roomKey(EXPIRING), {
    update: 'SET retentionDays = :days',
    values: { ':days': keptMs / DAY_MS },
  });
  const known: Sent[] = [];
  const holdAt = Date.now() + (end - Date.now()) * 0.7;
  let over = false;
  const send = async (user: string) => {
    for (let part = 0; Date.now() < end; part++) {
      const until = Math.min(end, Date.now() + 500);
      known.push(...(await write(EXPIRING, `${user}${part % 2}`, { ...run, end: until })));
    }
  };
  const look = async () => {
    while (Date.now() < holdAt) {
      await checkHistory(known, keptMs, run);
      await pause(LOOK_PAUSE_MS);
    }
  };
  const checkHeld = async () => {
    for (const item of await itemsOf(EXPIRING, db)) {
      const isContent = /^(log|part|file)#/.test(String(item['item']));
      if (isContent && item['expiresAt'] !== undefined)
        recording.addViolations(`An item expires despite the legal hold: ${JSON.stringify(item)}`);
    }
  };
  let alive: readonly Sent[] = [];
  // During the hold, the admin API shows expired messages, so the last look must end first.
  const hold = async () => {
    await look();
    await persist(() => admin.hold(EXPIRING));
    await checkHeld();
    alive = known.filter(({ triedAt }) => triedAt > Date.now() - keptMs);
    recording.count('legal holds');
  };
  const deleting = deleteExpired(run, () => over);
  const holding = hold();
  holding.catch((error: unknown) => recording.addViolations(`No history or no legal hold: ${error}`));
  await Promise.all([send('a'), send('b')]);
  return async () => {
    await holding;
    over = true;
    await deleting;
    await checkHeld();
    const stored = new Set(entriesIn(await itemsOf(EXPIRING, db)).map((item) => item['seq']));
    for (const { id } of alive) {
      if (!stored.has(id)) recording.addViolations(`Message ${id} is gone despite the legal hold`);
    }
  };
}

/**
 * Erases a user and lets messages expire, in rooms of their own, while faults are injected and users write.
 * @returns a function that makes the last checks, to call without faults
 */
export async function forgetWhileWriting(
  stack: TestStack,
  recording: Recording,
  seconds: number,
): Promise<() => Promise<void>> {
  const run = {
    admin: adminOf(stack),
    db: databaseOf(stack),
    recording,
    end: Date.now() + seconds * 1000,
  };
  const checks = await Promise.all([
    eraseWhileWriting(run),
    expireWhileWriting(Math.max(1_000, seconds * 200), run),
  ]);
  return async () => {
    for (const check of checks) await check();
  };
}

/** Creates the rooms of `forgetWhileWriting`. */
export async function makeForgettingRooms(stack: TestStack): Promise<void> {
  const db = databaseOf(stack);
  const room = { kind: 'group', access: 'members' } as const;
  const members = (...users: readonly string[]) => users.map((user) => ({ user, role: 'member' as const }));
  await makeRoom(db, { ...room, id: ERASING, name: ERASING, members: members(QUITTER, WITNESS) });
  await makeRoom(db, { ...room, id: EXPIRING, name: EXPIRING, members: members('a0', 'a1', 'b0', 'b1') });
}

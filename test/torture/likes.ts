import { type CountedRoom, OWN_MESSAGE, openCountedRoom } from '../../bench/counted-room.ts';
import { mapLimited } from '../../functions/delivery/concurrency.ts';
import type { User } from '../../functions/domain/member.ts';
import { logKey, messagePartKey, roomKey } from '../../functions/store/keys.ts';
import { partsIn } from '../../functions/store/reaction-items.ts';

/** Above this share of DynamoDB's limit for an item, 400 KB, the items count as too large. */
const MAX_ITEM_BYTES = 100 * 1024;
/** The number of times that a page of the history is loaded. The script prints the median of their CPU times. */
const SAMPLES = 40;

const LIKE = '👍';

const userOf = (index: number): User => {
  const id = `fan-${String(index).padStart(5, '0')}`;
  return { id, username: id, email: `${id}@example.com`, userType: 'student' };
};

const sizeOf = (item: object | undefined): number => Buffer.byteLength(JSON.stringify(item ?? {}));

/** Sends a frame as a user. Returns the answer to it. */
async function answerTo(room: CountedRoom, user: User, frame: object): Promise<Record<string, unknown>> {
  const session = { ...room.session, id: `${user.id}=`, user };
  const frames: string[] = [];
  const post: typeof room.context.poster.post = async (connection, text) => {
    if (connection === session.id) frames.push(text);
    return 'delivered';
  };
  const context = { ...room.context, poster: { ...room.context.poster, post } };
  await room.send(frame, { session, context });
  return JSON.parse(frames[0] ?? '{}');
}

interface Page {
  /** CPU time, because other work on the machine changes it less than elapsed time. */
  readonly ms: number;
  readonly bytes: number;
  readonly liked: { readonly count: number; readonly users: readonly string[] } | undefined;
}

/** Loads the newest page of the history as a user, some times. */
async function readPage(room: CountedRoom, user: User): Promise<Page> {
  const times: number[] = [];
  let page: Record<string, unknown> = {};
  for (let sample = 0; sample < SAMPLES; sample++) {
    const before = process.cpuUsage();
    page = await answerTo(room, user, { action: 'history' });
    const { user: own, system } = process.cpuUsage(before);
    times.push((own + system) / 1000);
  }
  const messages = (page['messages'] ?? []) as {
    message_id: number;
    reactions?: Record<string, Page['liked']>;
  }[];
  const liked = messages.find(({ message_id }) => message_id === OWN_MESSAGE)?.reactions?.[LIKE];
  return { ms: times.toSorted((a, b) => a - b)[SAMPLES / 2] ?? 0, bytes: sizeOf(page), liked };
}

/** Returns the sizes of a message's item and of its parts. */
async function itemSizes({ context, session }: CountedRoom): Promise<readonly number[]> {
  const { chat } = context.db;
  const item = (await chat.get(logKey(session.room, OWN_MESSAGE))) ?? {};
  const parts = partsIn(item).map(([part]) => chat.get(messagePartKey(session.room, OWN_MESSAGE, part)));
  return [item, ...(await Promise.all(parts))].map(sizeOf);
}

/**
 * Lets people like one message, 25 at once, through the same handlers as on AWS and an embedded DynamoDB. Prints what
 * that costs. Resolves to whether all likes are counted, each person sees their own like, and the message stays small.
 */
export async function likeAtOnce(people: number): Promise<boolean> {
  const room = await openCountedRoom(2);
  try {
    const { db } = room.context;
    await db.chat.update(roomKey(room.session.room), {
      update: 'SET access = :open',
      values: { ':open': 'open' },
    });
    const users = Array.from({ length: people }, (_, index) => userOf(index));
    const [first = userOf(0), last = first] = [users[0], users.at(-1)];
    const before = await readPage(room, last);
    const start = performance.now();
    const like = { action: 'react', message_id: OWN_MESSAGE, emoji: LIKE };
    const { writeUnits, readUnits } = await room.count(async () => {
      const answers = await mapLimited(users, (user) => answerTo(room, user, like));
      const refused = answers.filter(({ type }) => type === 'error');
      if (refused.length > 0)
        console.log(`Refused likes: ${refused.length}, first ${JSON.stringify(refused[0])}`);
    });
    const seconds = (performance.now() - start) / 1000;
    const pages = [await readPage(room, last), await readPage(room, first)];
    const finds = [last, first].map((user, index) => pages[index]?.liked?.users.includes(user.id) ?? false);
    const counts = pages.map(({ liked }) => liked?.count ?? 0);
    const [after = before] = pages;
    const [item = 0, ...parts] = await itemSizes(room);
    const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
    console.log(
      `${people} people liked one message in ${seconds.toFixed(0)} s: ` +
        `${writeUnits} write units, ${readUnits} read units. Counted: ${counts.join(' and ')}`,
    );
    console.log(
      `Its item has ${kb(item)}, the largest of its ${parts.length} parts ${kb(Math.max(0, ...parts))}`,
    );
    console.log(
      `A page of the history: CPU time ${before.ms.toFixed(1)} ms and ${kb(before.bytes)} before, ` +
        `${after.ms.toFixed(1)} ms and ${kb(after.bytes)} after. The readers find themselves: ${finds.join(' and ')}`,
    );
    const isSmall = [item, ...parts].every((bytes) => bytes < MAX_ITEM_BYTES);
    return counts.every((count) => count === people) && finds.every(Boolean) && isSmall;
  } finally {
    await room.close();
  }
}

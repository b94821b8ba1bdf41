import { type BlockList, MAX_BLOCKED_BYTES, MAX_BLOCKS } from '../domain/block.ts';
import { bytesOf } from '../domain/id.ts';
import type { Database, Item } from './database.ts';
import { profileKey } from './keys.ts';

// A user's profile holds the users whom they have blocked, because `connect` updates the profile and gets its values
// without another call (decision 022).

/** A blocked user. */
export interface Block {
  readonly user: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The attribute `blocked` of a profile. */
interface StoredBlocks {
  readonly blocks: readonly Block[];
  readonly revision: number;
}

const storedIn = (profile: Item | undefined): StoredBlocks | undefined => profile?.['blocked'];

const listOf = ({ blocks, revision }: StoredBlocks): BlockList => ({
  users: blocks.map(({ user }) => user),
  revision,
});

/** Returns the block list that a profile holds; undefined if its user never blocked anybody. */
export function toBlockList(profile: Item): BlockList | undefined {
  const stored = storedIn(profile);
  return stored && listOf(stored);
}

/** Returns when a profile's user blocked another user, in milliseconds since the epoch; undefined if they did not. */
export const blockedSince = (profile: Item, blocked: string): number | undefined =>
  storedIn(profile)?.blocks.find(({ user }) => user === blocked)?.at;

/** Returns the users whom a user has blocked, read consistently; undefined if the user never blocked anybody. */
export async function getBlockList(db: Database, user: string): Promise<BlockList | undefined> {
  return toBlockList((await db.chat.get(profileKey(user))) ?? {});
}

/** Returns the users whom a user has blocked, the latest first. */
export async function listBlocks(db: Database, user: string): Promise<readonly Block[]> {
  return storedIn(await db.chat.get(profileKey(user)))?.blocks.toReversed() ?? [];
}

/** How often a change is tried while other requests change the same list. */
const MAX_TRIES = 10;

/** The result of changing a user's block list. */
export interface ChangedBlocks {
  readonly list: BlockList;
  /** Whether the list was different before. */
  readonly isNew: boolean;
}

/**
 * Changes a user's block list. Creates the profile that holds it, for a user who has not connected yet.
 * @param change returns the new blocks, or the same object if nothing changes
 */
async function changeBlocks(
  db: Database,
  user: string,
  change: (blocks: readonly Block[]) => readonly Block[],
): Promise<ChangedBlocks> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const stored = storedIn(await db.chat.get(profileKey(user)));
    const { blocks: before, revision } = stored ?? { blocks: [], revision: 0 };
    const blocks = change(before);
    if (blocks === before) return { list: listOf({ blocks, revision }), isNew: false };
    const next = { blocks, revision: revision + 1 };
    const updated = await db.chat.update(profileKey(user), {
      update: 'SET username = if_not_exists(username, :user), blocked = :next',
      condition: stored ? 'blocked.#revision = :revision' : 'attribute_not_exists(blocked)',
      values: { ':user': user, ':next': next, ...(stored && { ':revision': revision }) },
    });
    if (updated) return { list: listOf(next), isNew: true };
  }
  throw new Error('Block list not changed: too many changes at the same time. Try again.');
}

const isTooLarge = (blocks: readonly Block[]): boolean =>
  blocks.length > MAX_BLOCKS ||
  blocks.reduce((bytes, { user }) => bytes + bytesOf(user), 0) > MAX_BLOCKED_BYTES;

/**
 * Adds a user to the block list of another. A user who is blocked already stays so since the same time.
 * @returns undefined if the list is full
 */
export async function addBlock(
  db: Database,
  by: string,
  user: string,
  now: number,
): Promise<(ChangedBlocks & { readonly block: Block }) | undefined> {
  let isFull = false;
  let block: Block = { user, at: now };
  const changed = await changeBlocks(db, by, (blocks) => {
    const earlier = blocks.find((each) => each.user === user);
    block = earlier ?? { user, at: now };
    const next = earlier ? blocks : [...blocks, block];
    isFull = next !== blocks && isTooLarge(next);
    return isFull ? blocks : next;
  });
  return isFull ? undefined : { ...changed, block };
}

/** Removes a user from the block list of another. */
export const removeBlock = (db: Database, by: string, user: string): Promise<ChangedBlocks> =>
  changeBlocks(db, by, (blocks) => {
    const next = blocks.filter((block) => block.user !== user);
    return next.length < blocks.length ? next : blocks;
  });

import type { Database } from './database.ts';
import { repeatKey } from './keys.ts';

/** How long a repeated client id is recognized. After that, a repeated message is stored again. */
export const REPEAT_MEMORY_MS = 24 * 60 * 60 * 1000;

/** A client id, and the user and room that it belongs to. It is the idempotency key of a change. */
export interface Claim {
  readonly room: string;
  readonly user: string;
  readonly clientId: string;
}

const keyOf = ({ room, user, clientId }: Claim) => repeatKey(room, user, clientId);

/** The sequence number of a client id. */
export interface Claimed {
  readonly seq: number;
  /** When the first attempt claimed the client id, in milliseconds since the epoch. */
  readonly at: number;
}

/** Returns the sequence number of a client id; undefined when it is new. */
export async function getClaim(db: Database, claim: Claim, now: number): Promise<Claimed | undefined> {
  const item = await db.chat.get(keyOf(claim));
  if (!item) return undefined;
  const expiry = item['expiresAt'] * 1000;
  // DynamoDB deletes expired items within days, so readers check the expiry.
  return expiry > now ? { seq: item['seq'], at: expiry - REPEAT_MEMORY_MS } : undefined;
}

/**
 * Assigns a sequence number to a client id, once: a concurrent or later call gets the number of the first.
 * @returns the sequence number of the client id
 */
export async function takeClaim(db: Database, claim: Claim, seq: number, now: number): Promise<number> {
  const expiresAt = Math.floor((now + REPEAT_MEMORY_MS) / 1000);
  const taken = await db.chat.put(
    { ...keyOf(claim), seq, expiresAt },
    {
      condition: 'attribute_not_exists(#item) OR expiresAt <= :now',
      values: { ':now': Math.floor(now / 1000) },
    },
  );
  return taken ? seq : ((await getClaim(db, claim, now))?.seq ?? seq);
}

/**
 * Assigns another sequence number to a client id, once, because its first one became void.
 * @returns the sequence number of the client id
 */
export async function moveClaim(
  db: Database,
  claim: Claim,
  { from, to }: { readonly from: number; readonly to: number },
  now: number,
): Promise<number> {
  const moved = await db.chat.update(keyOf(claim), {
    update: 'SET seq = :to',
    condition: 'seq = :from',
    values: { ':from': from, ':to': to },
  });
  return moved ? to : ((await getClaim(db, claim, now))?.seq ?? to);
}

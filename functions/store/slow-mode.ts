import type { Actor } from '../domain/member.ts';
import type { Database } from './database.ts';
import { memberKey, visitorKey } from './keys.ts';

/** The sender of a message in a room with slow mode. */
interface Sender {
  readonly user: Pick<Actor, 'guest'> & { readonly user: string };
  /** The `actorId` under which a visitor is counted. */
  readonly writer: string;
  /** The idempotency key of the message. */
  readonly clientId?: string | undefined;
}

/**
 * Counts a message towards the slow mode of its room. A member's item has the time of the last message; a visitor of an
 * open room has an item that expires. A time far ahead comes from a wrong clock and is ignored. A repeat of the last
 * message counts once.
 * @returns the milliseconds until the sender may send a message; 0 if the message was counted
 */
export async function takeSlowTurn(
  db: Database,
  room: string,
  { user, writer, clientId }: Sender,
  intervalMs: number,
  now: number,
): Promise<number> {
  const isRepeatable = clientId !== undefined;
  const condition = `(attribute_not_exists(slowAt) OR slowAt <= :from OR slowAt > :ahead${isRepeatable ? ' OR slowClientId = :clientId' : ''})`;
  const set = isRepeatable ? ', slowClientId = :clientId' : ' REMOVE slowClientId';
  const values = {
    ':now': now,
    ':from': now - intervalMs,
    ':ahead': now + intervalMs,
    ...(isRepeatable && { ':clientId': clientId }),
  };
  const member = memberKey(room, user.user);
  const asMember = {
    update: `SET slowAt = :now${set}`,
    condition: `attribute_exists(#user) AND ${condition}`,
    values,
  };
  if (!user.guest && (await db.chat.update(member, asMember))) return 0;
  const item = user.guest ? undefined : await db.chat.get(member);
  const isMember = item?.['user'] !== undefined;
  const visitor = visitorKey(room, writer);
  const expires = { ':expires': Math.ceil((now + intervalMs) / 1000) };
  const asVisitor = {
    update: `SET expiresAt = :expires, slowAt = :now${set}`,
    condition,
    values: { ...values, ...expires },
  };
  if (!isMember && (await db.chat.update(visitor, asVisitor))) return 0;
  const { slowAt = now } = (isMember ? item : await db.chat.get(visitor)) ?? {};
  return Math.min(intervalMs, Math.max(1, slowAt + intervalMs - now));
}

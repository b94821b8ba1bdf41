import type { Context } from '../delivery/context.ts';
import { type Audience, audienceOf, publish } from '../delivery/publish.ts';
import { acknowledge } from '../delivery/receipts.ts';
import { type BlockList, visibleTo } from '../domain/block.ts';
import { HISTORY_LIMIT, type MarkSeen } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { actorId, isSameActor } from '../domain/member.ts';
import { isStatusBelow } from '../domain/message.ts';
import { isMessageGone, keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { newestMessages } from '../log/history.ts';
import { readAccess } from '../rooms/access.ts';
import { blockListOf } from '../rooms/blocks.ts';
import { getMessage } from '../store/log.ts';
import { putReadTo } from '../store/members.ts';

/** Returns the users whom the reader has blocked, from the connection's row if the room's rows are read anyway. */
async function findBlockList(
  session: Session,
  room: Room,
  audience: Audience,
  context: Context,
): Promise<BlockList | undefined> {
  if (room.shards > 1) return blockListOf(session.user, context);
  return (await audience()).find(({ id }) => id === session.id)?.blocked;
}

/**
 * Marks all messages up to one as read by the user: moves the read mark, announces it to the room, and raises the
 * status of up to 50 messages. If the message was deleted, the nearest message below it takes its place. Hidden messages
 * keep their status. A mark that does not move is returned to the sender only.
 * @throws ChatError NOT_A_MEMBER, MESSAGE_NOT_FOUND
 */
export async function markSeen(command: MarkSeen, session: Session, context: Context): Promise<Event[]> {
  const { db } = context;
  const id = command.room ?? session.room;
  const { id: user, guest } = session.user;
  const reading = readAccess(db, id, session.user);
  const keeping = reading.then(({ room }) => keptIn(room, context));
  const [{ room, member }, message, page] = await Promise.all([
    reading,
    getMessage(db, id, command.message),
    newestMessages(db, id, { before: command.message + 1, limit: HISTORY_LIMIT }, keeping),
  ]);
  // Another member may delete the message while this client marks it. The mark then goes to the message below it.
  const [nearest] = page.messages;
  if (!message || isMessageGone(message, await keeping) || !nearest) throw new ChatError('MESSAGE_NOT_FOUND');
  const unread = page.messages.filter(
    (each) => !isSameActor(each.author, session.user) && isStatusBelow(each, 'read'),
  );
  // Guests and visitors have no stored mark, so this function remembers theirs for a moment.
  const { budgets } = context;
  const reader = { room: id, user };
  const before = Math.max(member.readTo, budgets.readTo(session.id, reader, context.now()));
  const moves = before < nearest.id;
  const authors = page.messages.filter((each) => each.id > before).map(({ author }) => actorId(author));
  const seen: Event = {
    kind: 'Seen',
    room: id,
    messageId: nearest.id,
    user,
    ...(guest && { guest }),
    authors: [...new Set(authors)],
  };
  // A guest's id is unverified, so a guest must not move the read mark of the user with that id.
  if (moves && !guest) await putReadTo(db, id, user, nearest.id);
  const { audience } = moves
    ? await publish(seen, room, session, context)
    : { audience: audienceOf(room, context) };
  if (moves) budgets.noteReadTo(session.id, reader, nearest.id, context.now());
  const blocked = unread.length > 0 ? await findBlockList(session, room, audience, context) : undefined;
  await acknowledge(visibleTo({ blocked }, unread), 'read', audience, context);
  return moves ? [] : [seen];
}

import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ChatError } from '../domain/errors.ts';
import type { Member, Role } from '../domain/member.ts';
import { type Database, unlessRefused } from './database.ts';
import { memberKey } from './keys.ts';
import { countTurn, type TurnWindow, waitOf } from './write-window.ts';

/** The member that an item of the table `chat` holds. */
export function toMember(room: string, item: ReturnType<typeof unmarshall>): Member {
  const { user, role, readTo = 0, mutedUntil = 0 } = item;
  return { room, user, role, readTo, mutedUntil };
}

async function getItem(db: Database, room: string, user: string) {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(memberKey(room, user)), ConsistentRead: true }),
  );
  return Item && unmarshall(Item);
}

/** The member, or undefined where the user is none of the room's. */
export async function getMember(db: Database, room: string, user: string): Promise<Member | undefined> {
  const item = await getItem(db, room, user);
  return item && toMember(room, item);
}

/** Makes a user a member, or changes a member's role. */
export async function putMember(db: Database, room: string, user: string, role: Role): Promise<void> {
  await db.client.send(
    new UpdateItemCommand({
      TableName: db.chat,
      Key: marshall(memberKey(room, user)),
      UpdateExpression: 'SET #user = :user, #role = :role, readTo = if_not_exists(readTo, :none)',
      ExpressionAttributeNames: { '#user': 'user', '#role': 'role' },
      ExpressionAttributeValues: marshall({ ':user': user, ':role': role, ':none': 0 }),
    }),
  );
}

/** Where nothing is counted, the update says only that there was a turn. */
const uncounted = (now: number) => ({
  set: 'lastTurnAt=:now',
  condition: undefined,
  values: { ':now': now },
});

async function refusedTurn(
  db: Database,
  room: string,
  user: string,
  window: TurnWindow | null,
  now: number,
): Promise<ChatError> {
  const item = await getItem(db, room, user);
  if (!item) return new ChatError('NOT_A_MEMBER');
  const muted = toMember(room, item).mutedUntil > now;
  if (muted || !window) return new ChatError('MUTED');
  return new ChatError('RATE_LIMITED', undefined, waitOf(window, item, now));
}

/**
 * A member's turn to change the room: one conditional update says whether they may, counts it, and tells their role.
 * @param window null where the turn is not counted
 * @param now milliseconds since the epoch
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED
 */
export async function checkWriteAccess(
  db: Database,
  room: string,
  user: string,
  window: TurnWindow | null,
  now: number,
): Promise<Member> {
  const { set, condition, values } = window ? countTurn(window, now) : uncounted(now);
  const may = 'attribute_exists(#item) AND (attribute_not_exists(mutedUntil) OR mutedUntil <= :now)';
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(memberKey(room, user)),
        UpdateExpression: `SET ${set}`,
        ConditionExpression: condition ? `${may} AND ${condition}` : may,
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: marshall(values),
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  if (result?.Attributes) return toMember(room, unmarshall(result.Attributes));
  throw await refusedTurn(db, room, user, window, now);
}

/** Moves the mark up to which a member has read; it never goes back. */
export async function putReadTo(db: Database, room: string, user: string, message: number): Promise<void> {
  await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(memberKey(room, user)),
        UpdateExpression: 'SET readTo = :message',
        ConditionExpression: 'attribute_exists(#item) AND readTo < :message',
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: marshall({ ':message': message }),
      }),
    ),
  );
}

import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ChatError } from '../domain/errors.ts';
import type { Member, Role } from '../domain/member.ts';
import { type Database, unlessRefused } from './database.ts';
import { memberKey } from './keys.ts';

/** The member that an item of the table `chat` holds. */
export function toMember(room: string, item: ReturnType<typeof unmarshall>): Member {
  const { user, role, readTo = 0, mutedUntil = 0 } = item;
  return { room, user, role, readTo, mutedUntil };
}

/** The member, or undefined where the user is none of the room's. */
export async function getMember(db: Database, room: string, user: string): Promise<Member | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(memberKey(room, user)), ConsistentRead: true }),
  );
  return Item && toMember(room, unmarshall(Item));
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

/**
 * A member's turn to change the room: one conditional update says whether they may, and tells their role.
 * @throws ChatError NOT_A_MEMBER, MUTED
 */
export async function takeTurn(db: Database, room: string, user: string, now: number): Promise<Member> {
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(memberKey(room, user)),
        UpdateExpression: 'SET lastTurnAt = :now',
        ConditionExpression:
          'attribute_exists(#item) AND (attribute_not_exists(mutedUntil) OR mutedUntil <= :now)',
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: marshall({ ':now': now }),
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  if (result?.Attributes) return toMember(room, unmarshall(result.Attributes));
  throw new ChatError((await getMember(db, room, user)) ? 'MUTED' : 'NOT_A_MEMBER');
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

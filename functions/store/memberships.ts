import {
  type AttributeValue,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Member, Role } from '../domain/member.ts';
import { getItems } from './batch.ts';
import { type Database, unlessRefused } from './database.ts';
import { memberKey, parseRoomKey } from './keys.ts';
import { toMember } from './members.ts';

const names = { '#item': 'item' };

/** Makes a user a member; one who is a member already keeps their role. @returns whether they became one now */
export async function addMember(db: Database, room: string, user: string, role: Role): Promise<boolean> {
  const added = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.chat,
        Item: marshall({ ...memberKey(room, user), user, role, readTo: 0 }),
        ConditionExpression: 'attribute_not_exists(#item)',
        ExpressionAttributeNames: names,
      }),
    ),
  );
  return added !== undefined;
}

async function updateMember(
  db: Database,
  room: string,
  user: string,
  update: Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ExpressionAttributeNames'> & { values: object },
): Promise<Member | undefined> {
  const { values, UpdateExpression, ExpressionAttributeNames } = update;
  const result = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(memberKey(room, user)),
        UpdateExpression,
        ConditionExpression: 'attribute_exists(#item)',
        ExpressionAttributeNames: { ...names, ...ExpressionAttributeNames },
        ExpressionAttributeValues: marshall(values),
        ReturnValues: 'ALL_NEW',
      }),
    ),
  );
  return result?.Attributes && toMember(room, unmarshall(result.Attributes));
}

/** @returns the member, or undefined where the user is none of the room's */
export const setRole = (db: Database, room: string, user: string, role: Role): Promise<Member | undefined> =>
  updateMember(db, room, user, {
    UpdateExpression: 'SET #role = :role',
    ExpressionAttributeNames: { '#role': 'role' },
    values: { ':role': role },
  });

/**
 * @param until milliseconds since the epoch; 0 lets the member speak again
 * @returns the member, or undefined where the user is none of the room's
 */
export const setMute = (
  db: Database,
  room: string,
  user: string,
  until: number,
): Promise<Member | undefined> =>
  updateMember(db, room, user, {
    UpdateExpression: 'SET mutedUntil = :until',
    values: { ':until': until },
  });

/** @returns whether the user was a member until now */
export async function deleteMember(db: Database, room: string, user: string): Promise<boolean> {
  const { Attributes } = await db.client.send(
    new DeleteItemCommand({
      TableName: db.chat,
      Key: marshall(memberKey(room, user)),
      ReturnValues: 'ALL_OLD',
    }),
  );
  return Attributes !== undefined;
}

/** A room's members in the order of their ids, at most `limit`, read consistently, and whether there are more. */
export async function listMembers(
  db: Database,
  room: string,
  limit: number,
): Promise<{ members: Member[]; hasMore: boolean }> {
  const members: Member[] = [];
  const first = memberKey(room, '');
  let start: Record<string, AttributeValue> | undefined;
  for (;;) {
    const page = await db.client.send(
      new QueryCommand({
        TableName: db.chat,
        KeyConditionExpression: '#room = :room AND begins_with(#item, :member)',
        ExpressionAttributeNames: { ...names, '#room': 'room' },
        ExpressionAttributeValues: marshall({ ':room': first.room, ':member': first.item }),
        ConsistentRead: true,
        Limit: limit - members.length,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    members.push(...(page.Items ?? []).map((item) => toMember(room, unmarshall(item))));
    const more = page.LastEvaluatedKey;
    if (!more || members.length >= limit) return { members, hasMore: more !== undefined };
    start = more;
  }
}

/** Those of the rooms that a user is a member of, read consistently. Rooms must differ. */
export async function withMember(
  db: Database,
  user: string,
  rooms: readonly string[],
): Promise<ReadonlySet<string>> {
  const items = await getItems(
    db,
    rooms.map((room) => memberKey(room, user)),
    { consistent: true },
  );
  return new Set(items.map((item) => parseRoomKey(item['room'])));
}

/** Ids of the rooms that a user is a member of, at most `limit`. The index lags a moment behind the table. */
export async function listRoomsOf(db: Database, user: string, limit: number): Promise<string[]> {
  const rooms: string[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await db.client.send(
      new QueryCommand({
        TableName: db.chat,
        IndexName: 'by-user',
        KeyConditionExpression: '#user = :user',
        ExpressionAttributeNames: { '#user': 'user' },
        ExpressionAttributeValues: marshall({ ':user': user }),
        Limit: limit - rooms.length,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    rooms.push(...(page.Items ?? []).map((item) => parseRoomKey(unmarshall(item)['room'])));
    start = page.LastEvaluatedKey;
  } while (start && rooms.length < limit);
  return rooms;
}

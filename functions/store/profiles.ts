import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../domain/connection.ts';
import { getItems } from './batch.ts';
import { connectionExpiry } from './connections.ts';
import type { Database } from './database.ts';
import { profileKey, profileUser } from './keys.ts';

/**
 * A user's open connections are kept as a set in their profile, so that coming and going are one atomic update each.
 * An element carries its expiry, since a $disconnect that never comes would leave it there for good.
 */
const openElement = (connection: Pick<Connection, 'id' | 'connectedAt'>): Set<string> =>
  new Set([`${connectionExpiry(connection)} ${connection.id}`]);

/** Marks a user online by one more connection. */
export async function putArrival(db: Database, connection: Connection, now: number): Promise<void> {
  const { username, email, userType } = connection.user;
  await db.client.send(
    new UpdateItemCommand({
      TableName: db.chat,
      Key: marshall(profileKey(connection.user.id)),
      UpdateExpression:
        'SET username = :username, email = :email, userType = :userType, lastSeen = :seen ADD #online :open',
      ExpressionAttributeNames: { '#online': 'online' },
      ExpressionAttributeValues: marshall({
        ':username': username,
        ':email': email,
        ':userType': userType,
        ':seen': new Date(now).toISOString(),
        ':open': openElement(connection),
      }),
    }),
  );
}

/** Takes a connection off its user; with the last one the user is offline. */
export async function putDeparture(
  db: Database,
  user: string,
  connection: Pick<Connection, 'id' | 'connectedAt'>,
  now: number,
): Promise<void> {
  await db.client.send(
    new UpdateItemCommand({
      TableName: db.chat,
      Key: marshall(profileKey(user)),
      UpdateExpression: 'SET lastSeen = :seen DELETE #online :open',
      ExpressionAttributeNames: { '#online': 'online' },
      ExpressionAttributeValues: marshall({
        ':seen': new Date(now).toISOString(),
        ':open': openElement(connection),
      }),
    }),
  );
}

/** An element of a `$disconnect` that never came counts until its connection cannot be open any more. */
const isOpen = (element: string, now: number): boolean => Number(element.split(' ')[0]) * 1000 > now;

/** Ids of the connections that a user has open, as far as is known, the latest first. */
export async function listOpen(db: Database, user: string, now: number): Promise<string[]> {
  const { Item } = await db.client.send(
    new GetItemCommand({ TableName: db.chat, Key: marshall(profileKey(user)), ConsistentRead: true }),
  );
  const online: ReadonlySet<string> = (Item && unmarshall(Item)['online']) ?? new Set();
  return [...online]
    .filter((element) => isOpen(element, now))
    .map((element) => element.split(' ') as [expiry: string, id: string])
    .toSorted(([one], [other]) => Number(other) - Number(one))
    .map(([, id]) => id);
}

/** What is known of somebody who has come. */
export interface Profile {
  readonly username: string;
  /** Whether any connection of theirs is open, in whichever room. */
  readonly online: boolean;
  /** When they last came or went, in ISO 8601. */
  readonly lastSeen: string;
}

/** The profiles of users by their ids, under the names that they last came with. Ids must differ. */
export async function getProfiles(
  db: Database,
  users: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, Profile>> {
  const items = await getItems(db, users.map(profileKey));
  return new Map(
    items.map(({ room, username, online = new Set(), lastSeen }) => [
      profileUser(room),
      { username, online: [...online].some((element) => isOpen(element, now)), lastSeen },
    ]),
  );
}

import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Database, unlessRefused } from './database.ts';
import { repeatKey } from './keys.ts';

/** How long a repeat is known: an outbox that was offline longer sends anew. */
export const REPEAT_MEMORY_MS = 24 * 60 * 60 * 1000;

/** Whose client id it is, and where. */
export interface Claim {
  readonly room: string;
  readonly user: string;
  readonly clientId: string;
}

/** The number that a client id took, or undefined where it is new. */
export async function getClaim(db: Database, claim: Claim, now: number): Promise<number | undefined> {
  const { Item } = await db.client.send(
    new GetItemCommand({
      TableName: db.chat,
      Key: marshall(repeatKey(claim.room, claim.user, claim.clientId)),
      ConsistentRead: true,
    }),
  );
  if (!Item) return undefined;
  const { seq, expiresAt } = unmarshall(Item);
  // DynamoDB deletes expired items within days, not at once, so what reads them decides.
  return expiresAt * 1000 > now ? seq : undefined;
}

/**
 * Ties a client id to a number, once: of any number of tries, all get the number of the first.
 * @returns the number that the client id stands for
 */
export async function takeClaim(db: Database, claim: Claim, seq: number, now: number): Promise<number> {
  const key = repeatKey(claim.room, claim.user, claim.clientId);
  const expiresAt = Math.floor((now + REPEAT_MEMORY_MS) / 1000);
  const taken = await unlessRefused(
    db.client.send(
      new PutItemCommand({
        TableName: db.chat,
        Item: marshall({ ...key, seq, expiresAt }),
        ConditionExpression: 'attribute_not_exists(#item) OR expiresAt <= :now',
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: marshall({ ':now': Math.floor(now / 1000) }),
      }),
    ),
  );
  return taken ? seq : ((await getClaim(db, claim, now)) ?? seq);
}

/**
 * Ties a client id to another number, where its own can be used no more: of any number of tries, all get the same.
 * @returns the number that the client id stands for now
 */
export async function moveClaim(
  db: Database,
  claim: Claim,
  number: { readonly from: number; readonly to: number },
  now: number,
): Promise<number> {
  const moved = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(repeatKey(claim.room, claim.user, claim.clientId)),
        UpdateExpression: 'SET seq = :to',
        ConditionExpression: 'seq = :from',
        ExpressionAttributeValues: marshall({ ':from': number.from, ':to': number.to }),
      }),
    ),
  );
  return moved ? number.to : ((await getClaim(db, claim, now)) ?? number.to);
}

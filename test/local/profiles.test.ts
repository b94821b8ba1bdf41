import { beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../functions/store/database.ts';
import { profileKey } from '../../functions/store/keys.ts';
import { addOpenConnection, getProfiles, listOpenConnections } from '../../functions/store/profiles.ts';
import { sdkDynamoDb } from '../../functions/store/sdk-dynamodb.ts';
import { alice, connectionOf, NOON } from '../support/sample.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { useAwsHost } from './aws-host.ts';
import { clientOf, serve } from './dynamodb-host.ts';

let db: Database;

useAwsHost();
beforeEach(async () => {
  const client = sdkDynamoDb(clientOf(await serve(await openTestDatabase())));
  db = openDatabase(client, { chat: 'rooms', connections: '' });
});

const connect = (id: string, at: number) =>
  addOpenConnection(db, connectionOf(alice, { id, connectedAt: at }), at);

test('a profile keeps the latest of many open connections, and stays small', async () => {
  for (let count = 0; count < 350; count++) await connect(`c${count}`, NOON + count * 1_000);
  const item = await db.chat.get(profileKey(alice.id));
  expect(item?.['online'].size).toBeLessThanOrEqual(100);
  const now = NOON + 350_000;
  const listed = await listOpenConnections(db, alice.id, now);
  expect(listed.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => `c${349 - index}`));
  expect((await getProfiles(db, [alice.id], now)).get(alice.id)?.online).toBe(true);
});

test('a profile forgets expired connections before open ones', async () => {
  for (let count = 0; count < 90; count++) await connect(`old${count}`, NOON);
  const later = NOON + 3 * 60 * 60 * 1000;
  for (let count = 0; count < 11; count++) await connect(`new${count}`, later);
  expect((await db.chat.get(profileKey(alice.id)))?.['online'].size).toBe(11);
  expect(await listOpenConnections(db, alice.id, later)).toHaveLength(11);
});

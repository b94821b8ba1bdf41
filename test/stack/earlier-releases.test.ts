import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listConnections } from '../../functions/store/connections.ts';
import { parseShardKey } from '../../functions/store/keys.ts';
import { enter, typed } from '../support/chat.ts';
import { databaseOf } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

type Fields = Record<string, unknown>;

const fixtures = join(import.meta.dirname, '../fixtures');
const releases = readdirSync(fixtures).filter((name) => /^\d/.test(name));

/** Reads recorded items. A set of DynamoDB is recorded as `{"set": […]}`. */
const recorded = (release: string, name: string): readonly Fields[] =>
  JSON.parse(readFileSync(join(fixtures, release, `${name}.json`), 'utf8'), (_key, value) =>
    Array.isArray(value?.set) ? new Set(value.set) : value,
  );

let stack: TestStack;

/** BatchWriteItem accepts at most 25 items. */
async function putItems(table: string, items: readonly Fields[]): Promise<void> {
  const { client } = databaseOf(stack);
  for (let start = 0; start < items.length; start += 25) {
    const puts = items.slice(start, start + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
}

describe.each(releases)('this release reads the items that release %s stored:', (release) => {
  // The items of two releases have the same keys, so each release needs empty tables.
  beforeAll(async () => {
    stack = await sharedTestStack();
  });

  afterAll(() => stack.stop());

  test('rooms, members, messages, changes and read marks', async () => {
    await putItems(stack.chatTable, recorded(release, 'chat'));
    const bob = await enter(stack, 'bob');
    const before = recorded(release, 'history');
    expect(bob.history).toMatchObject(before);
    bob.send({ action: 'sync', since: 0 });
    const synced = await bob.next(typed('sync'));
    expect(synced).toMatchObject({ complete: true, has_more: false });
    const oldest = before.at(-1)?.['message_id'];
    bob.send({ action: 'react', message_id: oldest, emoji: '🎉' });
    expect(await bob.take('message_reacted')).toMatchObject({ message_id: oldest, emoji: '🎉' });
    bob.send({ action: 'delete', message_id: oldest });
    expect(await bob.take('message_deleted')).toMatchObject({ message_id: oldest });
    const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
    const response = await fetch(`${stack.stack.edgeUrl}/api/chats/`, { headers });
    const { chats } = (await response.json()) as { chats: readonly { id: unknown }[] };
    const rooms = new Set(
      recorded(release, 'chat').flatMap(({ item, room }) => (item === 'room' ? room : [])),
    );
    expect(chats.map(({ id }) => String(id))).toEqual(expect.arrayContaining([...rooms]));
    for (const room of rooms) {
      const history = await fetch(`${stack.stack.edgeUrl}/api/chats/${room}/messages/`, { headers });
      expect([room, history.status]).toEqual([room, 200]);
    }
    await bob.close();
    // The presence event of the closed socket would remove the old rows of connections, whose tokens have expired.
    await stack.stack.drain();
  });

  test('rows of connections', async () => {
    const rows = recorded(release, 'connections').map((row) => ({
      ...row,
      connectedAt: Date.now(),
      expiresAt: Math.floor(Date.now() / 1000) + 3_600,
    }));
    await putItems(stack.connectionsTable, rows);
    for (const row of rows as Fields[]) {
      const { room: id, shard } = parseShardKey(String(row['room']));
      const listed = await listConnections(databaseOf(stack), { id, shards: shard + 1 }, Date.now());
      expect(listed).toContainEqual(
        expect.objectContaining({
          id: row['connection'],
          shard,
          user: expect.objectContaining({ id: row['user'], username: row['username'] }),
          dialect: row['dialect'],
          reads: row['reads'],
          tokenExpiresAt: row['tokenExpiresAt'],
        }),
      );
    }
  });
});

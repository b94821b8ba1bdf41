import { DeleteItemCommand, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test, vi } from 'vitest';
import type { Poster } from '../../../functions/broadcast/poster.ts';
import { welcome } from '../../../functions/commands/welcome.ts';
import { mockDatabase, noFiles } from '../../support/mock-database.ts';
import { alice, connectionOf, NOON } from '../../support/sample.ts';

test('who was taken out of the room while their handshake went on is closed, and told nothing', async () => {
  const { db, dynamodb } = mockDatabase();
  const room = marshall({ name: 'r', kind: 'group', access: 'members', seq: 1, shards: 1 });
  dynamodb.onAnyCommand().resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(GetItemCommand).callsFake(({ Key }) => (Key.item.S === 'room' ? { Item: room } : {}));
  const poster: Poster = {
    post: vi.fn(async () => 'taken' as const),
    isOpen: async () => true,
    close: vi.fn(async () => undefined),
  };
  const session = connectionOf(alice);
  await welcome(session, { db, poster, files: noFiles, now: () => NOON }, () => undefined);
  expect(poster.close).toHaveBeenCalledWith(session.id);
  expect(poster.post).not.toHaveBeenCalled();
  expect(dynamodb.commandCalls(DeleteItemCommand)).toHaveLength(1);
});

import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import { mockDatabase, noFiles, noLimit } from '../../support/mock-database.ts';
import { alice, connectionOf, messageOf, NOON } from '../../support/sample.ts';

const refused = new ConditionalCheckFailedException({
  message: 'The conditional request failed',
  $metadata: {},
});

/** Edits a message of alice that a concurrent change has overtaken: its second read returns `current`. */
function overtakenBy(current: object) {
  const { db, dynamodb } = mockDatabase();
  const { id, room, ...message } = messageOf();
  const item = { ...message, kind: 'message', seq: id, room, item: 'log' };
  dynamodb.on(PutItemCommand).resolves({});
  let reads = 0;
  dynamodb.on(GetItemCommand).callsFake(({ Key }) => {
    const isMember = String(Key?.item?.S).startsWith('member#');
    if (isMember) return { Item: marshall({ user: '1', role: 'member' }) };
    return { Item: marshall(reads++ === 0 ? item : { ...item, ...current }) };
  });
  dynamodb.on(UpdateItemCommand).callsFake(({ UpdateExpression }) => {
    if (UpdateExpression.includes('ADD edits')) throw refused;
    if (UpdateExpression.includes('seq')) return { Attributes: marshall({ seq: 5, shards: 1 }) };
    return { Attributes: marshall({ user: '1', role: 'member' }) };
  });
  const context: Context = {
    db,
    poster: { post: async () => 'delivered', isOpen: async () => true, close: async () => true },
    fanOut: async () => undefined,
    rates: noLimit,
    budgets: new Budgets(false),
    files: noFiles,
    now: () => NOON,
  };
  const edit = editMessage({ kind: 'EditMessage', message: 1, text: 'late' }, connectionOf(alice), context);
  const scrubbed = () =>
    dynamodb
      .commandCalls(UpdateItemCommand)
      .map(({ args }) => args[0].input)
      .filter(({ UpdateExpression }) => UpdateExpression === 'REMOVE #text, #file, #data, #mentions')
      .map(({ Key }) => Key?.['item']?.S);
  return { edit, scrubbed };
}

describe('an overtaken edit is removed from the log, and its author', () => {
  test('receives the current text if a later edit came first', async () => {
    const { edit, scrubbed } = overtakenBy({ text: 'later', revision: 9 });
    await expect(edit).resolves.toMatchObject([
      { kind: 'MessageChanged', message: { text: 'later' }, change: { kind: 'edit', seq: 5 } },
    ]);
    expect(scrubbed()).toEqual(['log#0000000000000005']);
  });

  test('receives MESSAGE_NOT_FOUND if a delete came first', async () => {
    const { edit, scrubbed } = overtakenBy({ text: '', deletedAt: '2025-02-16T12:34:56.789Z', revision: 9 });
    await expect(edit).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    expect(scrubbed()).toEqual(['log#0000000000000005']);
  });
});

import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { attachFile } from '../../../functions/rooms/files.ts';
import type { FileStore, StoredObject } from '../../../functions/store/files.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { NOON } from '../../support/sample.ts';

const ID = '3f1c2b9e-0d4a-4c5b-8e6f-7a8b9c0d1e2f';
const author = { room: '1', user: '1' };
const facts = { name: 'a.png', contentType: 'image/png', size: 6 };
const pending = { ...facts, owner: '1', state: 'pending', expiresAt: NOON / 1000 + 60 };

function partsWith(stored: StoredObject | undefined, item: object = pending) {
  const { db, dynamodb } = mockDatabase();
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(item) });
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(UpdateItemCommand).resolves({});
  const store = {
    put: vi.fn<FileStore['put']>(async () => {}),
    head: vi.fn<FileStore['head']>(async () => stored),
    remove: vi.fn<FileStore['remove']>(),
    presignPut: vi.fn<FileStore['presignPut']>(),
    presignGet: vi.fn<FileStore['presignGet']>(),
  };
  return { parts: { db, files: () => store, now: () => NOON }, store, dynamodb };
}

describe('a file that was uploaded', () => {
  test('is taken where its bytes are as they were announced', async () => {
    const { parts, store, dynamodb } = partsWith({ size: 6, contentType: 'image/png' });
    const file = await attachFile({ kind: 'uploaded', id: ID }, author, parts);
    expect(file).toEqual({ id: ID, ...facts });
    expect(store.head).toHaveBeenCalledWith(`1/${ID}`);
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(1);
  });

  test.each([
    { why: 'its bytes are not there', stored: undefined },
    { why: 'they are more than announced', stored: { size: 7, contentType: 'image/png' } },
    { why: 'they are of another type', stored: { size: 6, contentType: 'text/html' } },
  ])('is refused where $why', async ({ stored }) => {
    const { parts, dynamodb } = partsWith(stored);
    const attached = attachFile({ kind: 'uploaded', id: ID }, author, parts);
    await expect(attached).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(0);
  });

  test('is refused to whom it does not belong, and its bytes are not even looked at', async () => {
    const { parts, store } = partsWith({ size: 6, contentType: 'image/png' });
    const attached = attachFile({ kind: 'uploaded', id: ID }, { room: '1', user: '2' }, parts);
    await expect(attached).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(store.head).not.toHaveBeenCalled();
  });

  test('is refused once it has expired, though DynamoDB has it still', async () => {
    const { parts } = partsWith(
      { size: 6, contentType: 'image/png' },
      { ...pending, expiresAt: NOON / 1000 - 1 },
    );
    const attached = attachFile({ kind: 'uploaded', id: ID }, author, parts);
    await expect(attached).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('a file in a frame', () => {
  test('is put under a key of ours, and has a name by its type where it has none', async () => {
    const { parts, store, dynamodb } = partsWith(undefined);
    const png = Buffer.from('89504e470d0a1a0a00', 'hex');
    const input = { kind: 'inline' as const, data: png.toString('base64') };
    const file = await attachFile(input, author, parts);
    expect(file).toMatchObject({ name: 'file.png', contentType: 'image/png', size: 9 });
    expect(store.put).toHaveBeenCalledWith(`1/${file.id}`, png, 'image/png');
    const [item] = dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item);
    expect(item).not.toHaveProperty('expiresAt');
  });

  test('that cannot be read leaves nothing behind', async () => {
    const { parts, store, dynamodb } = partsWith(undefined);
    const attached = attachFile({ kind: 'inline', data: 'not base64' }, author, parts);
    await expect(attached).rejects.toMatchObject({ code: 'BAD_FRAME' });
    expect(store.put).not.toHaveBeenCalled();
    expect(dynamodb.calls()).toHaveLength(0);
  });

  test('that the store does not take is no file', async () => {
    const { parts, store } = partsWith(undefined);
    store.put.mockRejectedValue(new Error('SlowDown'));
    await expect(attachFile({ kind: 'inline', data: 'aGk=' }, author, parts)).rejects.toThrow('SlowDown');
  });
});

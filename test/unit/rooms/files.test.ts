import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { attachFile } from '../../../functions/rooms/files.ts';
import type { FileStore, StoredObject } from '../../../functions/store/files.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { NOON } from '../../support/sample.ts';

const ID = '3f1c2b9e-0d4a-4c5b-8e6f-7a8b9c0d1e2f';
const uploader = { room: '1', user: '1' };
const image = { name: 'a.png', contentType: 'image/png', size: 6 };
const pending = { ...image, owner: '1', state: 'pending', expiresAt: NOON / 1000 + 60 };

function contextWith(stored: StoredObject | undefined, item: object = pending) {
  const { db, dynamodb } = mockDatabase();
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(item) });
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(UpdateItemCommand).resolves({});
  const store = {
    put: vi.fn<FileStore['put']>(async () => {}),
    head: vi.fn<FileStore['head']>(async () => stored),
    remove: vi.fn<FileStore['remove']>(),
    keep: vi.fn<FileStore['keep']>(async () => {}),
    presignPut: vi.fn<FileStore['presignPut']>(),
    presignGet: vi.fn<FileStore['presignGet']>(),
  };
  return { context: { db, files: () => store, now: () => NOON }, store, dynamodb };
}

describe('attaching an uploaded file', () => {
  test('accepts the file if its bytes match the announcement', async () => {
    const { context, store, dynamodb } = contextWith({ size: 6, contentType: 'image/png' });
    const file = await attachFile({ kind: 'uploaded', id: ID }, uploader, NOON, context);
    expect(file).toEqual({ id: ID, ...image, hold: expect.any(String) });
    expect(store.head).toHaveBeenCalledWith(`1/${ID}`);
    expect(store.keep).toHaveBeenCalledWith(`1/${ID}`);
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(1);
  });

  test.each([
    { why: 'no bytes were uploaded', stored: undefined },
    { why: 'the size differs', stored: { size: 7, contentType: 'image/png' } },
    { why: 'the type differs', stored: { size: 6, contentType: 'text/html' } },
  ])('refuses the file if $why', async ({ stored }) => {
    const { context, store, dynamodb } = contextWith(stored);
    const attached = attachFile({ kind: 'uploaded', id: ID }, uploader, NOON, context);
    await expect(attached).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(store.keep).not.toHaveBeenCalled();
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(0);
  });

  test('refuses the file of another user, without a request to the file store', async () => {
    const { context, store } = contextWith({ size: 6, contentType: 'image/png' });
    const attached = attachFile({ kind: 'uploaded', id: ID }, { room: '1', user: '2' }, NOON, context);
    await expect(attached).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(store.head).not.toHaveBeenCalled();
  });

  test('refuses an expired file that DynamoDB has not deleted yet', async () => {
    const { context } = contextWith(
      { size: 6, contentType: 'image/png' },
      { ...pending, expiresAt: NOON / 1000 - 1 },
    );
    const attached = attachFile({ kind: 'uploaded', id: ID }, uploader, NOON, context);
    await expect(attached).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('attaching a file from a frame', () => {
  test('stores the file under a generated key, and names it by its type if it has no name', async () => {
    const { context, store, dynamodb } = contextWith(undefined);
    const png = Buffer.from('89504e470d0a1a0a00', 'hex');
    const input = { kind: 'inline' as const, data: png.toString('base64') };
    const file = await attachFile(input, uploader, NOON, context);
    expect(file).toMatchObject({ name: 'file.png', contentType: 'image/png', size: 9 });
    expect(store.put).toHaveBeenCalledWith(`1/${file.id}`, png, 'image/png');
    const [item] = dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item);
    expect(item).not.toHaveProperty('expiresAt');
  });

  test('stores nothing if it is not valid base64', async () => {
    const { context, store, dynamodb } = contextWith(undefined);
    const attached = attachFile({ kind: 'inline', data: 'not base64' }, uploader, NOON, context);
    await expect(attached).rejects.toMatchObject({ code: 'BAD_FRAME' });
    expect(store.put).not.toHaveBeenCalled();
    expect(dynamodb.calls()).toHaveLength(0);
  });

  test('fails if the file store fails', async () => {
    const { context, store } = contextWith(undefined);
    store.put.mockRejectedValue(new Error('SlowDown'));
    await expect(attachFile({ kind: 'inline', data: 'aGk=' }, uploader, NOON, context)).rejects.toThrow(
      'SlowDown',
    );
  });
});

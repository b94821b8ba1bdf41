import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../local/dynamodb/database.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { isObject, property } from '../../local/object.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { batchCases } from './dynamodb-requests/batches.ts';
import { conditionCases } from './dynamodb-requests/conditions.ts';
import { expressionCases } from './dynamodb-requests/expressions.ts';
import { sample, tables } from './dynamodb-requests/inputs.ts';
import { keyCases } from './dynamodb-requests/keys.ts';
import { readCases } from './dynamodb-requests/reads.ts';
import type { Acceptance, Fields, Refusal, RequestCase } from './dynamodb-requests/request-case.ts';
import { itemSizeCases } from './dynamodb-requests/sizes.ts';
import { updateCases } from './dynamodb-requests/updates.ts';
import { valueCases } from './dynamodb-requests/values.ts';

const isLocal = Boolean(process.env['DYNAMODB_ENDPOINT']);

const subjects: Readonly<Record<string, readonly RequestCase[]>> = {
  keys: keyCases,
  'sizes of items': itemSizeCases,
  values: valueCases,
  expressions: expressionCases,
  updates: updateCases,
  conditions: conditionCases,
  reads: readCases,
  batches: batchCases,
};

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await createTables(database, tables);
});

afterAll(() => database.close());

interface Answer {
  readonly status: number;
  readonly output: Fields;
}

async function send(operation: string, input: Fields): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(input));
  const reply = await database.send({ operation, input: JSON.parse(String(body)), body });
  return { status: reply.status, output: JSON.parse(String(reply.body)) };
}

/** Returns the value with sets and batches in one order. */
function sorted(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const members = value.map((member) => sorted(member));
    const isUnordered = /^[SNB]S$/.test(name) || tables.some((table) => table.name === name);
    return isUnordered ? members.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : members;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member, key)]));
}

function expectRefusal({ status, output }: Answer, { error, message, local }: Refusal): void {
  const name = status === 200 ? 'accepted' : String(output['__type']).split('#').at(-1);
  const text = String(output['message'] ?? output['Message']);
  expect(name, text).toBe(error);
  const texts = isLocal && Array.isArray(local) ? [message, ...local] : [message];
  const matches = texts.some((each) => (typeof each === 'string' ? each === text : each.test(text)));
  expect(matches, `${text}\nis none of\n${texts.join('\n')}`).toBe(true);
}

async function expectAcceptance(
  answer: Answer,
  { input }: RequestCase,
  { output, stored }: Acceptance,
): Promise<void> {
  expect(answer).toMatchObject({ status: 200 });
  // DynamoDB Local adds `ConsumedCapacity` to some answers although the request does not ask for it.
  const { ConsumedCapacity, ...actual } = answer.output;
  if (output !== undefined) expect(sorted(actual)).toEqual(sorted(output));
  if (stored === undefined) return;
  const { TableName, Key, Item } = input;
  const { room, part } = Object(Key ?? Item);
  const read = await send('GetItem', { TableName, Key: { room, part }, ConsistentRead: true });
  expect(sorted(read.output['Item'])).toMatchObject(Object(sorted(stored)));
}

/** Returns what to expect of the database under test. */
function expectedOf({ expected }: RequestCase): Acceptance | Refusal {
  const { local } = expected;
  if (!isLocal || local === undefined || Array.isArray(local)) return expected;
  return local === 'accepts' ? {} : (local as Acceptance | Refusal);
}

describe.each(Object.entries(subjects))('%s', (_, cases) => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    await send('PutItem', { TableName: 'items', Item: sample });
    const answer = await send(each.operation, each.input);
    const expected = expectedOf(each);
    if ('error' in expected) expectRefusal(answer, expected);
    else await expectAcceptance(answer, each, expected);
  });
});

describe('five items of 300 KB', () => {
  const room = { S: 'large' };
  const keys = ['1', '2', '3', '4', '5'].map((part) => ({ room, part: { S: part } }));
  beforeAll(async () => {
    for (const each of keys) {
      await send('PutItem', { TableName: 'plain', Item: { ...each, v: { S: 'x'.repeat(300_000) } } });
    }
  });

  test('come in pages of at most 1 MB and one item from a query', async () => {
    const pages: number[] = [];
    let start: unknown;
    do {
      const { output } = await send('Query', {
        TableName: 'plain',
        KeyConditionExpression: 'room = :room',
        ExpressionAttributeValues: { ':room': room },
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      pages.push(Number(output['Count']));
      start = output['LastEvaluatedKey'];
    } while (start !== undefined);
    expect(pages).toEqual([4, 1]);
  });

  test('all come from a batch whose unprocessed keys are requested again', async () => {
    const found: unknown[] = [];
    let requests: Fields = { plain: { Keys: keys } };
    while (Object.keys(requests).length > 0) {
      const { output } = await send('BatchGetItem', { RequestItems: requests });
      const items = property(output, 'Responses', 'plain');
      for (const item of Array.isArray(items) ? items : []) found.push(property(item, 'part', 'S'));
      requests = Object(output['UnprocessedKeys']);
    }
    expect(found.sort()).toEqual(['1', '2', '3', '4', '5']);
  });
});

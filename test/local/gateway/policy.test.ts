import { expect, test } from 'vitest';
import { evaluatePolicy } from '../../../local/gateway/policy.ts';

const arn = 'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/$connect';
const allow = { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' };

function verdict(...Statement: object[]) {
  return evaluatePolicy({ Version: '2012-10-17', Statement }, 'execute-api:Invoke', arn);
}

test.each([
  arn,
  '*',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/*',
  'arn:aws:execute-api:*:*:abc123def4/prod/$connect',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def?/prod/$c*t',
])('an Allow on %s matches', (Resource) => {
  expect(verdict({ ...allow, Resource })).toBe('allow');
  expect(verdict({ ...allow, Resource: ['arn:aws:other', Resource] })).toBe('allow');
});

test.each([
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/test/$connect',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/send',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/',
  'arn:aws:execute.api:*',
  `${arn}?`,
])('an Allow on %s does not match', (Resource) => {
  expect(verdict({ ...allow, Resource })).toBe('implicit deny');
});

test('actions match by wildcard and in any case', () => {
  expect(verdict({ ...allow, Action: 'Execute-API:*' })).toBe('allow');
  expect(verdict({ ...allow, Action: ['s3:GetObject', 'execute-api:invoke'] })).toBe('allow');
  expect(verdict({ ...allow, Action: 'execute-api:ManageConnections' })).toBe('implicit deny');
});

test('a Deny wins over an Allow, wherever it stands', () => {
  expect(verdict(allow, { ...allow, Effect: 'Deny' })).toBe('explicit deny');
  expect(verdict({ ...allow, Effect: 'Deny' }, allow)).toBe('explicit deny');
});

test('a single statement need not be in a list', () => {
  expect(evaluatePolicy({ Statement: allow }, 'execute-api:Invoke', arn)).toBe('allow');
});

test.each([
  undefined,
  null,
  'Allow',
  {},
  { Statement: ['Allow'] },
  { Statement: [{ ...allow, Effect: 'allow' }] },
  { Statement: [{ Effect: 'Allow', Resource: '*' }] },
  { Statement: [{ ...allow, Resource: [] }] },
  { Statement: [{ ...allow, Resource: 5 }] },
  { Statement: [{ ...allow, Condition: {} }] },
  { Statement: [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }] },
])('the malformed document %j is an error', (document) => {
  expect(() => evaluatePolicy(document, 'execute-api:Invoke', arn)).toThrow(/^Policy was not evaluated: /);
});

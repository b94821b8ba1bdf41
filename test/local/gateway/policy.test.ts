import { expect, test } from 'vitest';
import { evaluatePolicy } from '../../../local/gateway/authorizer.ts';

const arn = 'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/$connect';
const allow = { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' };

function verdict(...Statement: object[]) {
  return evaluatePolicy({ Version: '2012-10-17', Statement }, arn);
}

test.each([
  arn,
  '*',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/*',
  'arn:aws:execute-api:*:*:abc123def4/prod/$connect',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def?/prod/$c*t',
])('matches an Allow on %s', (Resource) => {
  expect(verdict({ ...allow, Resource })).toBe('allowed');
  expect(verdict({ ...allow, Resource: ['arn:aws:other', Resource] })).toBe('allowed');
});

test.each([
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/test/$connect',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/send',
  'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/',
  'arn:aws:execute.api:*',
  `${arn}?`,
])('does not match an Allow on %s', (Resource) => {
  expect(verdict({ ...allow, Resource })).toBe('not allowed');
});

test('matches actions by wildcard and in any case', () => {
  expect(verdict({ ...allow, Action: 'Execute-API:*' })).toBe('allowed');
  expect(verdict({ ...allow, Action: ['s3:GetObject', 'execute-api:invoke'] })).toBe('allowed');
  expect(verdict({ ...allow, Action: 'execute-api:ManageConnections' })).toBe('not allowed');
});

test('lets a Deny override an Allow, in any order', () => {
  expect(verdict(allow, { ...allow, Effect: 'Deny' })).toBe('denied explicitly');
  expect(verdict({ ...allow, Effect: 'Deny' }, allow)).toBe('denied explicitly');
});

test('accepts a single statement without a list', () => {
  expect(evaluatePolicy({ Statement: allow }, arn)).toBe('allowed');
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
])('throws for the malformed document %j', (document) => {
  expect(() => evaluatePolicy(document, arn)).toThrow(/^Could not read a policy: /);
});

import { describe, expect, test } from 'vitest';
import { type References, resolve } from '../../local/intrinsics.ts';

const references: References = {
  ref: (name) => ({ Table: 'rooms', 'AWS::Region': 'us-east-1' })[name],
  attribute: (id, attribute) => (id === 'Table' && attribute === 'Arn' ? 'arn:rooms' : undefined),
  condition: (name) =>
    ({
      Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    })[name],
  mapping: (name) => (name === 'Sizes' ? { small: { memory: 128 } } : undefined),
};

const ref = { Ref: 'Table' };

describe('an intrinsic resolves to its value', () => {
  test.each([
    ['Ref', ref, 'rooms'],
    ['Fn::GetAtt with a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:rooms'],
    ['Fn::GetAtt with a string', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:rooms'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', ref, 1]] }, 'a-rooms-1'],
    ['Fn::Sub', { 'Fn::Sub': `\${Table}:\${Table.Arn}:\${!Kept}` }, `rooms:arn:rooms:\${Kept}`],
    ['Fn::Sub with variables', { 'Fn::Sub': [`\${x}/\${Table}`, { x: ref }] }, 'rooms/rooms'],
    ['Fn::Select', { 'Fn::Select': [1, ['a', ref]] }, 'rooms'],
    ['Fn::Split', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Table', 'Arn'] }] }, ['arn', 'rooms']],
    ['Fn::If with a true condition', { 'Fn::If': ['Yes', ref, 'other'] }, 'rooms'],
    ['Fn::If with a false condition', { 'Fn::If': ['No', ref, 'other'] }, 'other'],
    ['Fn::And', { 'Fn::If': ['Both', 1, 2] }, 2],
    ['Fn::Or', { 'Fn::If': ['Either', 1, 2] }, 1],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
    ['no intrinsic', { plain: [1, null, true] }, { plain: [1, null, true] }],
  ])('%s', (_name, value, expected) => {
    expect(resolve(value, references, 'here')).toEqual(expected);
  });
});

test('AWS::NoValue removes its property or list entry', () => {
  const none = { Ref: 'AWS::NoValue' };
  expect(resolve({ a: none, b: [none, 1], c: { 'Fn::If': ['No', 1, none] } }, references, 'here')).toEqual({
    b: [1],
  });
});

describe('an unknown name is an error with its position in the template:', () => {
  test.each([
    ['an intrinsic', { 'Fn::Cidr': [] }, 'Fn::Cidr'],
    ['a reference', { Ref: 'Queue' }, 'Ref of Queue'],
    ['an attribute', { 'Fn::GetAtt': ['Table', 'StreamArn'] }, 'Fn::GetAtt of Table.StreamArn'],
    ['a reference inside Fn::Sub', { 'Fn::Sub': `x\${Queue}` }, 'Ref of Queue'],
    ['a condition', { 'Fn::If': ['Maybe', 1, 2] }, 'condition Maybe'],
    ['an entry of a list', { 'Fn::Select': [5, ['a']] }, 'Fn::Select of entry 5'],
  ])('%s', (_case, value, name) => {
    const nested = { deep: [{ in: value }] };
    expect(() => resolve(nested, references, 'function send, environment variable X')).toThrow(
      new RegExp(`function send, environment variable X.*does not know ${name}\\. `),
    );
  });

  test('a list instead of text is an error', () => {
    expect(() => resolve({ 'Fn::Join': ['', [['a']]] }, references, 'here')).toThrow(/here.*found a list/);
  });
});

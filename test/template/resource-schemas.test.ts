import { describe, expect, test } from 'vitest';
import { schemaErrors, type WrittenResource } from './resource-schemas.ts';

describe('the check against the schemas finds', () => {
  const table = {
    KeySchema: [{ AttributeName: 'room', KeyType: 'HASH' }],
    SSESpecification: { SSEEnabled: true },
  };

  test.each<[string, WrittenResource, string]>([
    [
      'an unknown type',
      { Type: 'AWS::DynamoDB::Tables' },
      'T: there is no resource type AWS::DynamoDB::Tables',
    ],
    [
      'an unknown property',
      { Type: 'AWS::DynamoDB::Table', Properties: { ...table, Encryption: true } },
      'T (AWS::DynamoDB::Table).Encryption is not in the schema',
    ],
    [
      'a missing property',
      { Type: 'AWS::DynamoDB::Table', Properties: { ...table, SSESpecification: {} } },
      'T (AWS::DynamoDB::Table).SSESpecification.SSEEnabled is missing',
    ],
    [
      'a value of another type, deep inside',
      {
        Type: 'AWS::DynamoDB::Table',
        Properties: { ...table, KeySchema: [{ AttributeName: 1, KeyType: 'HASH' }] },
      },
      'T (AWS::DynamoDB::Table).KeySchema[0].AttributeName is not a string',
    ],
  ])('%s', (_what, resource, error) => {
    expect(schemaErrors('T', resource)).toEqual([error]);
    expect(schemaErrors('T', { Type: 'AWS::DynamoDB::Table', Properties: table })).toEqual([]);
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { Access } from '../../local/iam/access.ts';
import { readRole } from '../../local/iam/role.ts';
import { evaluate, readStatements } from '../../local/iam/statement.ts';
import { openScope } from '../../local/scope.ts';
import { readTemplate } from '../../local/template.ts';
import { allow, removeTemporaryDirectories, writeAssembly } from './mini-assembly.ts';

afterAll(removeTemporaryDirectories);

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/rooms';
const decide = (statements: readonly unknown[], action: string, resource = table) =>
  evaluate(readStatements({ Statement: statements }, 'role'), action, resource);
const deny = (action: string, resource: string) => ({ ...allow(action, resource), Effect: 'Deny' });

describe('policies are evaluated like IAM', () => {
  test.each([
    ['no statement', [], 'not allowed'],
    ['the exact action and resource', [allow('dynamodb:PutItem', table)], 'allowed'],
    ['the action in another case', [allow('DynamoDB:putitem', table)], 'allowed'],
    ['a list of actions', [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table)], 'allowed'],
    ['another action', [allow('dynamodb:GetItem', table)], 'not allowed'],
    ['another resource', [allow('dynamodb:PutItem', `${table}s`)], 'not allowed'],
    ['only an index of the table', [allow('dynamodb:PutItem', `${table}/index/*`)], 'not allowed'],
    ['a wildcard action', [allow('dynamodb:Put*', table)], 'allowed'],
    ['a wildcard for one character', [allow('dynamodb:?utItem', table)], 'allowed'],
    ['a wildcard resource', [allow('dynamodb:PutItem', 'arn:aws:dynamodb:*:*:table/*')], 'allowed'],
    [
      'a dot, which is not a wildcard',
      [allow('dynamodb:PutItem', table.replace('rooms', 'r.oms'))],
      'not allowed',
    ],
    ['a deny after an allow', [allow('*', '*'), deny('dynamodb:PutItem', table)], 'denied explicitly'],
    ['a deny before an allow', [deny('dynamodb:*', '*'), allow('*', '*')], 'denied explicitly'],
    ['a deny of something else', [allow('*', '*'), deny('dynamodb:GetItem', table)], 'allowed'],
  ])('%s', (_name, statements, verdict) => {
    expect(decide(statements, 'dynamodb:PutItem')).toBe(verdict);
  });
});

test('a role has its inline, attached and managed policies', () => {
  const policy = (type: string, action: string) => ({
    Type: type,
    Properties: { Roles: [{ Ref: 'SendRole' }], PolicyDocument: { Statement: allow(action, '*') } },
  });
  const code = 'export const handler = async () => {};';
  const assembly = writeAssembly({
    functions: { Send: { code, statements: [allow('a:Inline', '*')] } },
    resources: {
      Attached: policy('AWS::IAM::Policy', 'a:Attached'),
      Managed: policy('AWS::IAM::ManagedPolicy', 'a:Managed'),
      Other: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: ['someone'], PolicyDocument: { Statement: allow('a:Other', '*') } },
      },
    },
  });
  const scope = openScope(readTemplate(assembly));
  const role = readRole(String(scope.attribute('SendRole', 'Arn')), scope);
  expect(role.statements.flatMap(({ actions }) => actions).sort()).toEqual([
    'a:Attached',
    'a:Inline',
    'a:Managed',
  ]);
});

test('an unknown managed policy of AWS is refused with its name', () => {
  const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const assembly = writeAssembly({
    functions: {},
    resources: { Admin: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [arn] } } },
  });
  const scope = openScope(readTemplate(assembly));
  expect(() => readRole(String(scope.attribute('Admin', 'Arn')), scope)).toThrow(
    /AdministratorAccess.*\. Grant /,
  );
});

describe('a caller is identified by its credentials', () => {
  const lines: string[] = [];
  const access = new Access((line) => lines.push(line));
  const statements = readStatements({ Statement: allow('dynamodb:GetItem', table) }, 'role');
  access.update(new Map([['send', { name: 'SendRole', statements }]]));
  const { accessKeyId, sessionToken } = access.credentialsOf('send');
  const signed = (key: string, token?: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20300101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    ...(token !== undefined && { 'x-amz-security-token': token }),
  });

  test('each function has its own credentials, which do not change', () => {
    expect(access.credentialsOf('send').accessKeyId).toBe(accessKeyId);
    expect(access.credentialsOf('edit').accessKeyId).not.toBe(accessKeyId);
  });

  test('a function may make the calls that its role grants', () => {
    const caller = access.callerOf(signed(accessKeyId, sessionToken));
    expect(caller).toMatchObject({ kind: 'function', functionName: 'send' });
    expect(access.check(caller, 'dynamodb:GetItem', table)).toBeUndefined();
  });

  test('a denial names function, action and resource, and is logged once', () => {
    const caller = access.callerOf(signed(accessKeyId, sessionToken));
    expect(access.check(caller, 'dynamodb:PutItem', table)).toEqual({
      code: 'AccessDeniedException',
      message: `User: arn:aws:sts::000000000000:assumed-role/SendRole/send is not authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`,
    });
    access.check(caller, 'dynamodb:PutItem', table);
    expect(lines).toEqual([
      'AccessDenied: function send may not call dynamodb:PutItem on table rooms. Grant it in lib/.',
    ]);
  });

  test('a function’s key without its session token is refused', () => {
    const caller = access.callerOf(signed(accessKeyId));
    expect(access.check(caller, 'dynamodb:GetItem', table)?.code).toBe('UnrecognizedClientException');
  });

  test('any other key belongs to a developer, who may do everything', () => {
    expect(
      access.check(access.callerOf(signed('AKIADEVELOPER')), 'dynamodb:DeleteTable', table),
    ).toBeUndefined();
  });

  test('an unsigned call, for instance of a web page, is refused', () => {
    const denial = access.check(access.callerOf({}), 'dynamodb:GetItem', table);
    expect(denial?.code).toBe('MissingAuthenticationTokenException');
  });
});

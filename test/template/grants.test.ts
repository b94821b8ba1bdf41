import { expect, test } from 'vitest';
import { allEntries, type Resource, type Synthesized, synthesize } from './synthesize.ts';

const template = synthesize();

const chat = (...actions: string[]) => `chat: ${actions.join(' ')}`;
const connections = (...actions: string[]) => `connections: ${actions.join(' ')}`;
const files = 'files: DeleteObject DeleteObjectTagging GetObject PutObject';
const sockets = 'sockets: GET POST DELETE';
const failures = 'failures: SendMessage';
const invoke = (entry: string) => `invoke: ${entry}`;

const expected: Record<string, readonly string[]> = {
  authorize: [chat('GetItem')],
  connect: [chat('UpdateItem'), connections('DeleteItem', 'PutItem', 'UpdateItem'), invoke('Welcome')],
  welcome: [
    chat('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'rooms: Query',
    connections('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'files: DeleteObject',
    sockets,
    failures,
  ],
  disconnect: [
    chat('GetItem', 'UpdateItem'),
    connections('DeleteItem', 'GetItem', 'Query'),
    'index: Query',
    sockets,
  ],
  send: [
    chat('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
    connections('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    files,
    sockets,
    invoke('Fanout'),
  ],
  edit: [
    chat('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
    connections('DeleteItem', 'GetItem', 'Query', 'UpdateItem'),
    files,
    sockets,
    invoke('Fanout'),
  ],
  delete: [
    chat('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
    connections('DeleteItem', 'GetItem', 'Query', 'UpdateItem'),
    'files: DeleteObject',
    sockets,
    invoke('Fanout'),
  ],
  default: [
    chat('BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    connections('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'index: Query',
    files,
    sockets,
    invoke('Fanout'),
  ],
  http: [
    chat('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'rooms: Query',
    connections('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'index: Query',
    `${files} PutObjectTagging`,
    sockets,
    invoke('Fanout'),
  ],
  admin: [
    chat('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'rooms: Query',
    connections('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'index: Query',
    `${files} PutObjectTagging`,
    sockets,
    invoke('Fanout'),
  ],
  fanout: [
    chat('GetItem', 'UpdateItem'),
    connections('BatchGetItem', 'DeleteItem', 'GetItem', 'Query', 'UpdateItem'),
    sockets,
    failures,
  ],
};

const account = '<AWS::Region>:<AWS::AccountId>';
const socketArn = `arn:<AWS::Partition>:execute-api:${account}:<SocketApi>/prod`;

/** Expands the shorthand above to the statements of a policy document. */
function statements(entry: string, grants: readonly string[]) {
  const name = entry.charAt(0).toUpperCase() + entry.slice(1);
  const written = grants.map((grant) => {
    const [target = '', words = ''] = grant.split(': ');
    const actions = words.split(' ').map((word) => `dynamodb:${word}`);
    const single = actions.length === 1 ? actions[0] : actions;
    if (target === 'chat') return { Action: single, Resource: '<TablesChat.Arn>' };
    if (target === 'connections') return { Action: single, Resource: '<TablesConnections.Arn>' };
    if (target === 'index') return { Action: single, Resource: '<TablesConnections.Arn>/index/by-user' };
    if (target === 'rooms') return { Action: single, Resource: '<TablesChat.Arn>/index/by-user' };
    if (target === 'files') {
      const s3 = words.split(' ').map((word) => `s3:${word}`);
      return { Action: s3.length === 1 ? s3[0] : s3, Resource: '<FilesBucket.Arn>/*' };
    }
    if (target === 'failures') return { Action: `sqs:${words}`, Resource: '<FailuresQueue.Arn>' };
    if (target === 'invoke') return { Action: 'lambda:InvokeFunction', Resource: `<${words}Function.Arn>` };
    const resources = ['DELETE', 'GET', 'POST'].map((method) => `${socketArn}/${method}/@connections/*`);
    return { Action: 'execute-api:ManageConnections', Resource: resources };
  });
  const logs = { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: `<${name}Logs.Arn>` };
  // The CDK merges statements with the same actions.
  const byActions = Map.groupBy([logs, ...written], ({ Action }) => JSON.stringify(Action));
  return Array.from(byActions.values(), (same) => {
    const resources = same.flatMap(({ Resource }) => Resource);
    const [{ Action } = logs] = same;
    return { Effect: 'Allow', Action, Resource: resources.length === 1 ? resources[0] : resources };
  });
}

/** The CDK's own function that deploys the page is tested in page.test.ts. */
const isOurs = ({ id }: Resource) => !id.startsWith('CustomCDKBucketDeployment');

const roleOf = ({ properties }: Resource) => String(properties['Role']).replace(/^<(.+)\.Arn>$/, '$1');

test.each(allEntries)('%s has exactly the grants that it needs', (entry) => {
  const role = roleOf(template.function(entry));
  const policies = template
    .resources('AWS::IAM::Policy')
    .filter(({ properties }) => (properties['Roles'] as string[]).includes(`<${role}>`));
  expect(policies.map(({ properties }) => properties['PolicyDocument'])).toEqual([
    { Version: '2012-10-17', Statement: statements(entry, expected[entry] ?? []) },
  ]);
});

test('the setting directory=everyone allows only `connect` to write the entries of names', () => {
  const everyone = synthesize({ directory: 'everyone' });
  const actionsOf = (stack: Synthesized, entry: string) =>
    stack
      .resources('AWS::IAM::Policy')
      .filter(({ properties }) =>
        (properties['Roles'] as string[]).includes(`<${roleOf(stack.function(entry))}>`),
      )
      .flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`)),
      );
  const added = allEntries.flatMap((entry) => {
    const before = actionsOf(template, entry);
    return actionsOf(everyone, entry)
      .filter((action) => !before.includes(action))
      .map((action) => `${entry}: ${action}`);
  });
  expect(added.sort()).toEqual([
    'connect: dynamodb:DeleteItem <TablesChat.Arn>',
    'connect: dynamodb:PutItem <TablesChat.Arn>',
  ]);
  const variableOf = (stack: Synthesized, entry: string) =>
    (stack.function(entry).properties['Environment'] as { Variables: Record<string, string> }).Variables[
      'DIRECTORY'
    ];
  expect(allEntries.filter((entry) => variableOf(everyone, entry) === 'everyone')).toEqual([
    'connect',
    'http',
  ]);
  expect(allEntries.filter((entry) => variableOf(template, entry) !== undefined)).toEqual([]);
});

test('every function has its own role with nothing but its policy', () => {
  const roles = template.resources('AWS::IAM::Role').filter(isOurs);
  expect(roles.map(({ id }) => id).sort()).toEqual(
    allEntries.map((entry) => roleOf(template.function(entry))).sort(),
  );
  for (const { properties } of roles) {
    expect(properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    });
  }
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

test('grants no wildcard action, and wildcard resources only for connections and files', () => {
  const all = template
    .resources('AWS::IAM::Policy')
    .filter(isOurs)
    .flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
  expect(all.length).toBeGreaterThan(allEntries.length);
  expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  const wild = all.flatMap(({ Resource }) => Resource).filter((resource) => resource.includes('*'));
  expect([...new Set(wild)].sort()).toEqual([
    '<FilesBucket.Arn>/*',
    `${socketArn}/DELETE/@connections/*`,
    `${socketArn}/GET/@connections/*`,
    `${socketArn}/POST/@connections/*`,
  ]);
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readDeployment } from '../../local/deployment.ts';
import {
  allow,
  getAtt,
  removeTemporaryDirectories,
  temporaryDirectory,
  writeAssembly,
} from './mini-assembly.ts';

afterAll(removeTemporaryDirectories);

const code = 'export const handler = async () => ({ statusCode: 200 });';
const routes = ['$connect', '$default'];

describe('readDeployment reads', () => {
  test('functions with resolved variables and grants', () => {
    const deployment = readDeployment(
      writeAssembly({
        functions: {
          Send: {
            code,
            routes,
            variables: { TABLE: { Ref: 'Rooms' } },
            statements: [allow('dynamodb:PutItem', getAtt('Rooms'))],
            properties: { Timeout: 5 },
          },
        },
      }),
    );
    const send = deployment.functions.get('Send');
    expect(send).toMatchObject({
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Send',
      handler: 'handler',
      variables: { TABLE: 'Rooms' },
      timeoutMs: 5000,
      retry: { retries: 2 },
    });
    expect(send?.role.statements).toEqual([
      {
        effect: 'Allow',
        actions: ['dynamodb:PutItem'],
        resources: ['arn:aws:dynamodb:us-east-1:000000000000:table/Rooms'],
      },
    ]);
    expect(readFileSync(send?.file ?? '', 'utf8')).toBe(code);
  });

  test('the account and the Region that the app sets for its stack as those of the local stack', () => {
    const variables = { ARN: 'arn:aws:sqs:eu-west-1:111122223333:queue' };
    const assembly = writeAssembly({ functions: { Send: { code, routes, variables } } });
    const manifest = join(assembly, 'manifest.json');
    const { artifacts } = JSON.parse(readFileSync(manifest, 'utf8'));
    const environment = 'aws://111122223333/eu-west-1';
    for (const artifact of Object.values(artifacts)) Object.assign(Object(artifact), { environment });
    writeFileSync(manifest, JSON.stringify({ artifacts }));
    const { functions } = readDeployment(assembly);
    expect(functions.get('Send')?.variables).toEqual({ ARN: 'arn:aws:sqs:us-east-1:000000000000:queue' });
  });

  test('the routes, the stage and the authorizer of the WebSocket API', () => {
    const assembly = writeAssembly({
      functions: { Send: { code, routes }, Gate: { code, routes: ['authorizer'] } },
      resources: {
        connectRoute: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: { Ref: 'Api' },
            RouteKey: '$connect',
            AuthorizationType: 'CUSTOM',
            AuthorizerId: { Ref: 'Authorizer' },
            Target: { 'Fn::Sub': `integrations/\${connectIntegration}` },
          },
        },
      },
    });
    const { api, authorizerId } = readDeployment(assembly).routes;
    expect(api).toMatchObject({
      apiId: 'api',
      stage: 'prod',
      routeSelectionExpression: '$request.body.action',
    });
    expect([...api.routes]).toEqual([
      ['$connect', 'Send'],
      ['$default', 'Send'],
    ]);
    expect(api.authorizer).toMatchObject({
      functionName: 'Gate',
      identitySources: ['route.request.header.Host'],
    });
    expect(authorizerId).toBe('Authorizer');
  });

  test('logical ids without their hash, if the result is unique', () => {
    const table = (name: string) => ({
      [name]: { Type: 'AWS::DynamoDB::Table', Properties: tableProperties },
    });
    const deployment = readDeployment(
      writeAssembly({
        functions: { SendABCD1234: { code, routes } },
        resources: { ...table('LogsAAAA1111'), ...table('OneBBBB2222'), ...table('OneCCCC3333') },
      }),
    );
    expect([...deployment.functions.keys()]).toEqual(['Send']);
    expect(deployment.tables.map(({ name }) => name)).toEqual([
      'Rooms',
      'Logs',
      'OneBBBB2222',
      'OneCCCC3333',
    ]);
  });

  test('lists every resource type of the template that the local stack does not simulate', () => {
    const resources = {
      Topic: { Type: 'AWS::SNS::Topic' },
      Metadata: { Type: 'AWS::CDK::Metadata' },
      Group: { Type: 'AWS::Logs::LogGroup' },
    };
    const assembly = writeAssembly({ functions: { Send: { code, routes } }, resources });
    expect(readDeployment(assembly).unsupported).toEqual(['AWS::SNS::Topic']);
  });

  test('only resources whose condition holds', () => {
    const assembly = writeAssembly({ functions: { Send: { code, routes } } });
    rewrite(assembly, (template) => ({
      ...template,
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { ...template['Resources'], Rooms: { Type: 'AWS::DynamoDB::Table', Condition: 'Never' } },
    }));
    expect(readDeployment(assembly).tables).toEqual([]);
  });
});

const tableProperties = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

type Section = Record<string, Record<string, unknown>>;

function rewrite(assembly: string, change: (template: Section) => Section): void {
  const file = join(assembly, 'Mini.template.json');
  const template: Section = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(change(template)));
}

describe('a broken template is refused with a reason and advice:', () => {
  const oneLine = /^[^\n]+: [^\n]+\. [^\n]+$/;
  const readBroken = (resources: Record<string, unknown>): (() => unknown) => {
    const assembly = writeAssembly({ functions: { Send: { code, routes } }, resources });
    return () => readDeployment(assembly);
  };

  test('no assembly', () => {
    const read = () => readDeployment(join(temporaryDirectory(), 'none'));
    expect(read).toThrow(oneLine);
    expect(read).toThrow(/manifest\.json cannot be read/);
  });

  test('a template that is not JSON', () => {
    const assembly = writeAssembly({ functions: { Send: { code, routes } } });
    writeFileSync(join(assembly, 'Mini.template.json'), '{"Resources": ');
    expect(() => readDeployment(assembly)).toThrow(oneLine);
    expect(() => readDeployment(assembly)).toThrow(/Mini\.template\.json is not JSON/);
  });

  test('two stacks', () => {
    const directory = temporaryDirectory();
    mkdirSync(directory, { recursive: true });
    const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'x' } };
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ artifacts: { A: stack, B: stack } }));
    expect(() => readDeployment(directory)).toThrow(
      /the app has 2 stacks\. Name one of these with --stack: A, B\.$/,
    );
  });

  test.each([
    ['a resource without a type', { Odd: {} }, /Odd in .* has no Type\. /],
    ['no WebSocket API', { Api: { Type: 'AWS::SNS::Topic' } }, /the template has no WebSocket API\. /],
    ['no stage', { Stage: { Type: 'AWS::SNS::Topic' } }, /has 0 stages\. /],
    [
      'a route without an integration',
      { connectIntegration: { Type: 'AWS::SNS::Topic' } },
      /does not know Ref of connect/,
    ],
    ['a missing role', { SendRole: { Type: 'AWS::SNS::Topic' } }, /function Send, Role.*SendRole\.Arn/],
    [
      'a table without a key',
      { Rooms: { Type: 'AWS::DynamoDB::Table' } },
      /table Rooms: it has no KeySchema\. /,
    ],
  ])('%s', (_name, resources, message) => {
    expect(readBroken(resources)).toThrow(message);
    expect(readBroken(resources)).toThrow(oneLine);
  });

  test('an unknown reference in a variable of a function', () => {
    const variables = { QUEUE: { Ref: 'Nothing' } };
    const assembly = writeAssembly({ functions: { Send: { code, routes, variables } } });
    expect(() => readDeployment(assembly)).toThrow(
      /function Send, environment variable QUEUE.*Ref of Nothing/,
    );
  });

  test.each(['Condition', 'NotAction', 'NotResource'])('a policy with %s', (element) => {
    const statements = [{ ...allow('dynamodb:*', '*'), [element]: {} }];
    const assembly = writeAssembly({ functions: { Send: { code, routes, statements } } });
    expect(() => readDeployment(assembly)).toThrow(new RegExp(`role SendRole uses ${element}`));
  });

  test('a function without its bundle', () => {
    const assembly = writeAssembly({
      functions: { Send: { code, routes, properties: { Handler: 'other.handler' } } },
    });
    expect(() => readDeployment(assembly)).toThrow(
      /function Send: .* has no other\.mjs\. Run `npm run build`/,
    );
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One function of a test's template. */
export interface MiniFunction {
  /** The source of index.mjs. */
  readonly code: string;
  readonly statements?: readonly unknown[];
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly properties?: Readonly<Record<string, unknown>>;
  /** The routes that invoke it. `authorizer` makes it the authorizer. */
  readonly routes?: readonly string[];
  /** False omits its AWS::Lambda::Permission. */
  readonly permitted?: boolean;
}

export interface MiniApp {
  readonly functions: Readonly<Record<string, MiniFunction>>;
  /** Adds resources or replaces default ones. */
  readonly resources?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** `removeTemporaryDirectories` removes them at the end of a test file. */
const directories: string[] = [];

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-test-'));
  directories.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export const roomTable = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['room', 'item', 'user'].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: 'room', KeyType: 'HASH' },
      { AttributeName: 'item', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-user',
        KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
};

export const getAtt = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });

export const allow = (action: string | readonly string[], resource: unknown) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

const concat = (...parts: readonly unknown[]) => ({ 'Fn::Join': ['', parts] });

const executeApi = (tail: string) =>
  concat(
    'arn:aws:execute-api:',
    { Ref: 'AWS::Region' },
    ':',
    { Ref: 'AWS::AccountId' },
    ':',
    { Ref: 'Api' },
    tail,
  );

/** Writes a cloud assembly with the table `Rooms`, the WebSocket API `Api` and these functions. */
export function writeAssembly(app: MiniApp): string {
  const directory = temporaryDirectory();
  const files: Record<string, unknown> = {};
  const resources: Record<string, unknown> = {
    Rooms: roomTable,
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'mini',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: 'prod' } },
  };
  for (const [name, mini] of Object.entries(app.functions)) {
    const asset = `asset.${name}`;
    mkdirSync(join(directory, asset), { recursive: true });
    writeFileSync(join(directory, asset, 'index.mjs'), mini.code);
    const key = `${createHash('sha256').update(mini.code).digest('hex')}.zip`;
    files[name] = { source: { path: asset, packaging: 'zip' }, destinations: { local: { objectKey: key } } };
    Object.assign(resources, functionResources(name, mini, key));
  }
  const template = { Resources: { ...resources, ...app.resources }, Outputs: app.outputs ?? {} };
  const artifacts = {
    'Mini.assets': { type: 'cdk:asset-manifest', properties: { file: 'Mini.assets.json' } },
    Mini: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Mini.template.json' } },
  };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ artifacts }));
  writeFileSync(join(directory, 'Mini.assets.json'), JSON.stringify({ files }));
  writeFileSync(join(directory, 'Mini.template.json'), JSON.stringify(template));
  return directory;
}

function functionResources(name: string, mini: MiniFunction, key: string): Record<string, unknown> {
  const resources: Record<string, unknown> = {
    [`${name}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: mini.statements ?? [] } }],
      },
    },
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'assets', S3Key: key },
        Role: getAtt(`${name}Role`),
        Environment: { Variables: mini.variables ?? {} },
        MemorySize: 256,
        ...mini.properties,
      },
    },
  };
  for (const route of mini.routes ?? []) Object.assign(resources, routeResources(name, mini, route));
  return resources;
}

function routeResources(name: string, mini: MiniFunction, route: string): Record<string, unknown> {
  const uri = concat(
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/',
    getAtt(name),
    '/invocations',
  );
  const id = route.replace('$', '');
  const authorizer = route === 'authorizer';
  const source = authorizer
    ? concat(executeApi('/authorizers/'), { Ref: 'Authorizer' })
    : executeApi(`/prod/${route}`);
  const permission = {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: getAtt(name),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: source,
    },
  };
  const api = { ApiId: { Ref: 'Api' } };
  const invoked = authorizer
    ? {
        Authorizer: {
          Type: 'AWS::ApiGatewayV2::Authorizer',
          Properties: {
            ...api,
            AuthorizerType: 'REQUEST',
            AuthorizerUri: uri,
            IdentitySource: ['route.request.header.Host'],
          },
        },
      }
    : {
        [`${id}Integration`]: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: { ...api, IntegrationType: 'AWS_PROXY', IntegrationUri: uri },
        },
        [`${id}Route`]: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ...api,
            RouteKey: route,
            Target: concat('integrations/', { Ref: `${id}Integration` }),
          },
        },
      };
  return { ...invoked, ...(mini.permitted === false ? {} : { [`${id}Permission`]: permission }) };
}

import { expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';

const template = synthesize();
const account = '<AWS::Region>:<AWS::AccountId>';
const apiArn = `arn:<AWS::Partition>:execute-api:${account}:<SocketApi>`;

const routes = {
  $connect: 'connect',
  $disconnect: 'disconnect',
  send: 'send',
  edit: 'edit',
  delete: 'delete',
  $default: 'default',
};

const invocationOf = (entry: string) =>
  `arn:<AWS::Partition>:apigateway:<AWS::Region>:lambda:path/2015-03-31/functions/<${template.function(entry).id}.Arn>/invocations`;

/** Returns the WebSocket API's resources of a type. The HTTP API has resources of the same types. */
const ofSocket = (type: string) =>
  template
    .resources(`AWS::ApiGatewayV2::${type}`)
    .filter(({ properties }) => properties['ApiId'] === '<SocketApi>');

test('selects the route by the field action', () => {
  const apis = template.resources('AWS::ApiGatewayV2::Api').filter(({ id }) => id === 'SocketApi');
  expect(apis.map(({ properties }) => properties)).toEqual([
    { Name: 'Parley', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  ]);
});

test('routes each key to its function without a route response', () => {
  const integrations = new Map(ofSocket('Integration').map(({ id, properties }) => [id, properties]));
  const found = ofSocket('Route').map(({ properties }) => {
    expect(properties).not.toHaveProperty('RouteResponseSelectionExpression');
    const integration = integrations.get(
      String(properties['Target']).replace(/^integrations\/<(.+)>$/, '$1'),
    );
    expect(integration).toMatchObject({ ApiId: '<SocketApi>', IntegrationType: 'AWS_PROXY' });
    return [properties['RouteKey'], integration?.['IntegrationUri']];
  });
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(routes).map(([key, entry]) => [key, invocationOf(entry)])),
  );
  expect(template.resources('AWS::ApiGatewayV2::RouteResponse')).toEqual([]);
});

test('only $connect has the authorizer, with Host as its identity source and no cache', () => {
  const authorizers = template.resources('AWS::ApiGatewayV2::Authorizer');
  expect(authorizers.map(({ properties }) => properties)).toEqual([
    {
      ApiId: '<SocketApi>',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationOf('authorize'),
      IdentitySource: ['route.request.header.Host'],
      Name: 'Authorizer',
    },
  ]);
  for (const { properties } of ofSocket('Route')) {
    expect(properties).toMatchObject(
      properties['RouteKey'] === '$connect'
        ? { AuthorizationType: 'CUSTOM', AuthorizerId: `<${authorizers[0]?.id}>` }
        : { AuthorizationType: 'NONE' },
    );
  }
});

test('allows API Gateway to invoke each function for its own route only', () => {
  const found = template
    .resources('AWS::Lambda::Permission')
    .map(({ properties }) => properties)
    .filter(({ SourceArn }) => !String(SourceArn).includes('<HttpApi>'));
  const allow = (entry: string, source: string) => ({
    Action: 'lambda:InvokeFunction',
    FunctionName: `<${template.function(entry).id}.Arn>`,
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `${apiArn}/${source}`,
  });
  const expected = Object.entries(routes).map(([key, entry]) => allow(entry, `prod/${key}`));
  expected.push(allow('authorize', 'authorizers/<SocketApiAuthorizer>'));
  expect(found).toHaveLength(expected.length);
  expect(found).toEqual(expect.arrayContaining(expected));
});

test('has one stage, prod, with automatic deployment and a throttle', () => {
  expect(ofSocket('Stage').map(({ properties }) => properties)).toEqual([
    {
      ApiId: '<SocketApi>',
      StageName: 'prod',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 },
    },
  ]);
  const [open] = synthesize({ throttle: 'off' }).resources('AWS::ApiGatewayV2::Stage');
  expect(open?.properties).not.toHaveProperty('DefaultRouteSettings');
});

test('accessLogs=true logs without headers, query strings and frames', () => {
  const logged = synthesize({ accessLogs: 'true' });
  const [stage] = logged.resources('AWS::ApiGatewayV2::Stage');
  const settings = stage?.properties['AccessLogSettings'] as { DestinationArn: string; Format: string };
  expect(settings.DestinationArn).toContain('<SocketAccessLogs');
  expect(Object.values(JSON.parse(settings.Format))).toEqual([
    '$context.requestTime',
    '$context.requestId',
    '$context.connectionId',
    '$context.eventType',
    '$context.routeKey',
    '$context.status',
    '$context.error.message',
  ]);
  const group = logged.resources('AWS::Logs::LogGroup').find(({ id }) => id === 'SocketAccessLogs');
  expect(group).toMatchObject({ properties: { RetentionInDays: 30 }, deletionPolicy: 'Delete' });
});

test('the outputs name the tables but not this API', () => {
  expect(template.outputs).toMatchObject({
    ChatTableName: '<TablesChat>',
    ConnectionsTableName: '<TablesConnections>',
  });
  expect(JSON.stringify(template.outputs)).not.toContain('SocketApi');
});

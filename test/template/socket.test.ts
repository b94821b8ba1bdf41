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

/** The WebSocket API's own of a type; the HTTP API has such resources too. */
const ofSocket = (type: string) =>
  template
    .resources(`AWS::ApiGatewayV2::${type}`)
    .filter(({ properties }) => properties['ApiId'] === '<SocketApi>');

test('the action field of a frame chooses the route', () => {
  const apis = template.resources('AWS::ApiGatewayV2::Api').filter(({ id }) => id === 'SocketApi');
  expect(apis.map(({ properties }) => properties)).toEqual([
    { Name: 'Parley', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  ]);
});

test('each route goes to its function, and none sends back what a function returns', () => {
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

test('only $connect asks the authorizer, which always runs: its one source is the Host header, and nothing is cached', () => {
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

test('API Gateway may invoke each function for its own route only, and nobody else may', () => {
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

test('there is one stage, prod, that deploys by itself and leaves throttling to the account', () => {
  expect(ofSocket('Stage').map(({ properties }) => properties)).toEqual([
    { ApiId: '<SocketApi>', StageName: 'prod', AutoDeploy: true },
  ]);
});

test('accessLogs=true logs to an own group, with no header, no query string and no frame in a line', () => {
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

test('the outputs name the tables, and not this API: clients go through the edge', () => {
  expect(template.outputs).toMatchObject({
    ChatTableName: '<TablesChat>',
    ConnectionsTableName: '<TablesConnections>',
  });
  expect(JSON.stringify(template.outputs)).not.toContain('SocketApi');
});

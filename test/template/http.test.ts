import { expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';

const template = synthesize();
const http = template.function('http');

const ofHttp = (type: string, from = template) =>
  from
    .resources(`AWS::ApiGatewayV2::${type}`)
    .filter(({ properties }) => properties['ApiId'] === '<HttpApi>')
    .map(({ properties }) => properties);

test('the HTTP API has no CORS rules, because its function answers with the CORS headers', () => {
  const apis = template.resources('AWS::ApiGatewayV2::Api').filter(({ id }) => id === 'HttpApi');
  expect(apis.map(({ properties }) => properties)).toEqual([{ Name: 'Parley-http', ProtocolType: 'HTTP' }]);
});

test('routes everything under /api to one function in payload format 2.0', () => {
  expect(ofHttp('Route')).toEqual([
    {
      ApiId: '<HttpApi>',
      RouteKey: 'ANY /api/{proxy+}',
      AuthorizationType: 'NONE',
      Target: expect.stringMatching(/^integrations\/<HttpApi\w+>$/),
    },
  ]);
  expect(ofHttp('Integration')).toEqual([
    {
      ApiId: '<HttpApi>',
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: `<${http.id}.Arn>`,
      PayloadFormatVersion: '2.0',
    },
  ]);
});

test('allows API Gateway to invoke the function for that route only', () => {
  const permissions = template
    .resources('AWS::Lambda::Permission')
    .map(({ properties }) => properties)
    .filter(({ FunctionName }) => FunctionName === `<${http.id}.Arn>`);
  expect(permissions).toEqual([
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: `<${http.id}.Arn>`,
      Principal: 'apigateway.amazonaws.com',
      SourceArn: 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<HttpApi>/*/*/api/{proxy+}',
    },
  ]);
});

test('uses the default stage with automatic deployment and a throttle', () => {
  expect(ofHttp('Stage')).toEqual([
    {
      ApiId: '<HttpApi>',
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 },
    },
  ]);
});

test('passes the user pool client to the function only if there is a user pool', () => {
  const variablesOf = (from: typeof template) =>
    (from.function('http').properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
  expect(variablesOf(template)).toMatchObject({
    USER_POOL_CLIENT: '<IdentityUserPoolClient>',
    AUDIENCE: '<IdentityUserPoolClient>',
  });
  const issuer = 'https://login.example.com/';
  const oidc = synthesize({ issuer, audience: 'chat', jwksUri: `${issuer}jwks.json` });
  expect(variablesOf(oidc)).toMatchObject({ ISSUER: issuer, AUDIENCE: 'chat' });
  expect(variablesOf(oidc)).not.toHaveProperty('USER_POOL_CLIENT');
});

test('accessLogs=true logs requests without headers, paths and query strings', () => {
  const [stage] = ofHttp('Stage', synthesize({ accessLogs: 'true' }));
  const settings = stage?.['AccessLogSettings'] as { DestinationArn: string; Format: string };
  expect(settings.DestinationArn).toContain('<HttpAccessLogs');
  expect(Object.values(JSON.parse(settings.Format))).toEqual([
    '$context.requestTime',
    '$context.requestId',
    '$context.httpMethod',
    '$context.routeKey',
    '$context.status',
    '$context.error.message',
  ]);
});

test('the API’s own name is not an output', () => {
  expect(JSON.stringify(template.outputs)).not.toContain('HttpApi');
});

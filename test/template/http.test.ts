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

test('routes /api to one function, and /admin with IAM to another, in payload format 2.0', () => {
  const route = (path: string, AuthorizationType: string) => ({
    ApiId: '<HttpApi>',
    RouteKey: `ANY /${path}/{proxy+}`,
    AuthorizationType,
    Target: expect.stringMatching(/^integrations\/<HttpApi\w+>$/),
  });
  expect(ofHttp('Route')).toEqual([route('api', 'NONE'), route('admin', 'AWS_IAM')]);
  const integration = (id: string) => ({
    ApiId: '<HttpApi>',
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: `<${id}.Arn>`,
    PayloadFormatVersion: '2.0',
  });
  expect(ofHttp('Integration')).toEqual([integration(http.id), integration(template.function('admin').id)]);
});

test.each([
  ['http', 'api'],
  ['admin', 'admin'],
])('allows API Gateway to invoke %s for its route only', (entry, path) => {
  const FunctionName = `<${template.function(entry).id}.Arn>`;
  const permissions = template
    .resources('AWS::Lambda::Permission')
    .map(({ properties }) => properties)
    .filter((permission) => permission['FunctionName'] === FunctionName);
  expect(permissions).toEqual([
    {
      Action: 'lambda:InvokeFunction',
      FunctionName,
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<HttpApi>/*/*/${path}/{proxy+}`,
    },
  ]);
});

test('no behavior of the edge leads to /admin', () => {
  const origins = template
    .resources('AWS::CloudFront::Distribution')
    .flatMap(({ properties }) => {
      const config = properties['DistributionConfig'] as {
        CacheBehaviors: { PathPattern: string; TargetOriginId: string }[];
        Origins: { Id: string; DomainName: string; OriginPath?: string }[];
      };
      const toHttp = config.Origins.filter(({ DomainName }) => DomainName.startsWith('<HttpApi>'));
      return config.CacheBehaviors.filter(({ TargetOriginId }) =>
        toHttp.some(({ Id }) => Id === TargetOriginId),
      );
    })
    .map(({ PathPattern }) => PathPattern);
  expect(origins).toEqual(['/api/*']);
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

test('the API’s own name is an output only as the address of the admin API', () => {
  const { AdminUrl, ...others } = template.outputs;
  expect(AdminUrl).toBe('https://<HttpApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/admin');
  expect(JSON.stringify(others)).not.toContain('HttpApi');
});

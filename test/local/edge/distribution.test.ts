import { afterAll, describe, expect, test } from 'vitest';
import { type Distribution, readDistribution } from '../../../local/edge/distribution.ts';
import { openScope } from '../../../local/scope.ts';
import { readTemplate } from '../../../local/template.ts';
import { removeTemporaryDirectories, writeAssembly } from '../mini-assembly.ts';

afterAll(removeTemporaryDirectories);

const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const socketBehavior = {
  PathPattern: '/ws/*',
  TargetOriginId: 'sockets',
  CachePolicyId: cachingDisabled,
  OriginRequestPolicyId: allViewerExceptHost,
  AllowedMethods: ['GET', 'HEAD'],
  FunctionAssociations: [
    { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Rewrite', 'FunctionARN'] } },
  ],
};

const pageBehavior = {
  TargetOriginId: 'page',
  CachePolicyId: cachingDisabled,
  ResponseHeadersPolicyId: { Ref: 'Headers' },
};

const origins = [
  {
    Id: 'sockets',
    DomainName: { 'Fn::Sub': `\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` },
    OriginPath: '/stage',
    OriginCustomHeaders: [{ HeaderName: 'X-Own', HeaderValue: 'value' }],
    CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginReadTimeout: 5 },
  },
  {
    Id: 'page',
    DomainName: { 'Fn::GetAtt': ['Page', 'RegionalDomainName'] },
    OriginAccessControlId: { 'Fn::GetAtt': ['Access', 'Id'] },
    S3OriginConfig: { OriginAccessIdentity: '' },
  },
];

const validConfig = {
  DefaultRootObject: 'index.html',
  Origins: origins,
  CacheBehaviors: [socketBehavior],
  DefaultCacheBehavior: pageBehavior,
  CustomErrorResponses: [
    { ErrorCode: 500, ErrorCachingMinTTL: 0 },
    { ErrorCode: 404, ErrorCachingMinTTL: 60 },
  ],
};

const code = 'function handler({ request }) { return request; }';

function read(
  config: Readonly<Record<string, unknown>> | null = validConfig,
  resources: Readonly<Record<string, unknown>> = {},
): Distribution | null {
  const all = {
    Page: { Type: 'AWS::S3::Bucket' },
    Access: { Type: 'AWS::CloudFront::OriginAccessControl' },
    Rewrite: { Type: 'AWS::CloudFront::Function', Properties: { FunctionCode: code } },
    Headers: {
      Type: 'AWS::CloudFront::ResponseHeadersPolicy',
      Properties: {
        ResponseHeadersPolicyConfig: {
          SecurityHeadersConfig: { FrameOptions: { FrameOption: 'DENY', Override: true } },
        },
      },
    },
    ...(config && {
      Edge: { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig: config } },
    }),
    ...resources,
  };
  return readDistribution(openScope(readTemplate(writeAssembly({ functions: {}, resources: all }))));
}

test('reads a distribution with its behaviors in order, the default one last', () => {
  expect(read()).toEqual({
    domainName: 'edge.cloudfront.net',
    rootPath: '/index.html',
    errorSeconds: new Map([
      [500, 0],
      [404, 60],
    ]),
    behaviors: [
      {
        pathPattern: '/ws/*',
        methods: new Set(['GET', 'HEAD']),
        origin: {
          domainName: 'api.execute-api.us-east-1.amazonaws.com',
          path: '/stage',
          signed: false,
          headers: new Map([['x-own', 'value']]),
          timeoutMs: 5_000,
        },
        viewerRequest: { name: 'Rewrite', code },
        passesViewer: true,
        responseHeaders: [],
      },
      {
        pathPattern: '*',
        methods: new Set(['GET', 'HEAD']),
        origin: {
          domainName: 'page.s3.us-east-1.amazonaws.com',
          path: '',
          signed: true,
          headers: new Map(),
          timeoutMs: 30_000,
        },
        viewerRequest: null,
        passesViewer: false,
        responseHeaders: [{ name: 'X-Frame-Options', value: 'DENY', override: true }],
      },
    ],
  });
});

test('returns null for a template without a distribution', () => {
  expect(read(null)).toBe(null);
});

const socket = (change: object) => ({ ...validConfig, CacheBehaviors: [{ ...socketBehavior, ...change }] });
const headers = (settings: object) => ({
  Headers: {
    Type: 'AWS::CloudFront::ResponseHeadersPolicy',
    Properties: { ResponseHeadersPolicyConfig: { SecurityHeadersConfig: settings } },
  },
});
const second = {
  Other: { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig: validConfig } },
};
const long = {
  Rewrite: { Type: 'AWS::CloudFront::Function', Properties: { FunctionCode: 'x'.repeat(10_241) } },
};

describe('throws one line for an unsupported distribution:', () => {
  test.each([
    ['two distributions', validConfig, second],
    ['another cache policy', socket({ CachePolicyId: 'other' }), {}],
    ['another origin request policy', socket({ OriginRequestPolicyId: 'other' }), {}],
    ['an unknown origin', socket({ TargetOriginId: 'other' }), {}],
    ['a viewer-response function', socket({ FunctionAssociations: [{ EventType: 'viewer-response' }] }), {}],
    ['a Lambda@Edge function', socket({ LambdaFunctionAssociations: [{}] }), {}],
    [
      'an unknown function',
      socket({ FunctionAssociations: [{ EventType: 'viewer-request', FunctionARN: 'arn' }] }),
      {},
    ],
    [
      'an error page',
      {
        ...validConfig,
        CustomErrorResponses: [{ ErrorCode: 404, ResponseCode: 200, ResponsePagePath: '/index.html' }],
      },
      {},
    ],
    ['a function over 10 KB', validConfig, long],
    ['an unsupported response header', validConfig, headers({ XSSProtection: { Protection: true } })],
  ])('%s', (_what, config, resources) => {
    expect(() => read(config, resources)).toThrow(/^Distribution was not read: [^\n]+\. [^\n]+\.$/);
  });
});

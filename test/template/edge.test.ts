import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';

const template = synthesize();

interface Behavior {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly [name: string]: unknown;
}

interface Config {
  readonly CacheBehaviors: readonly Behavior[];
  readonly DefaultCacheBehavior: Behavior;
  readonly Origins: readonly { readonly Id: string; readonly [name: string]: unknown }[];
  readonly [name: string]: unknown;
}

const [distribution, ...others] = template.resources('AWS::CloudFront::Distribution');
const config = distribution?.properties['DistributionConfig'] as Config;
const { CacheBehaviors: behaviors, DefaultCacheBehavior: page } = config;

const originOf = ({ TargetOriginId }: Behavior) => config.Origins.find(({ Id }) => Id === TargetOriginId);
const behavior = (pattern: string) => {
  const found = behaviors.find(({ PathPattern }) => PathPattern === pattern);
  if (found === undefined) throw new Error(`Template has no behavior for ${pattern}`);
  return found;
};

// AWS: "Use managed cache policies" and "Use managed origin request policies".
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

describe('the edge', () => {
  test('is named by the output Url', () => {
    expect(others).toEqual([]);
    expect(template.outputs).toMatchObject({ Url: 'https://<EdgeDistribution.DomainName>' });
    const { AdminUrl: _admin, ...forClients } = template.outputs;
    expect(JSON.stringify(forClients)).not.toContain('execute-api');
  });

  test('repeats no error of an API: each 5xx that CloudFront caches by default has a TTL of 0', () => {
    expect(config['CustomErrorResponses']).toEqual(
      [500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
    );
  });

  test('forwards sockets and REST, and serves the page for everything else', () => {
    expect(behaviors.map(({ PathPattern }) => PathPattern)).toEqual(['/ws/*', '/api/*']);
    expect(config).toMatchObject({ DefaultRootObject: 'index.html', HttpVersion: 'http2', Enabled: true });
    expect(config).not.toHaveProperty('WebACLId');
    expect(config).not.toHaveProperty('Logging');
  });
});

const apis = [
  ['/ws/*', '<SocketApi>'],
  ['/api/*', '<HttpApi>'],
] as const;

describe.each(apis)('%s', (pattern, api) => {
  test('forwards to its API over TLS 1.2 with all headers but Host', () => {
    expect(originOf(behavior(pattern))).toEqual({
      Id: expect.any(String),
      DomainName: `${api}.execute-api.<AWS::Region>.<AWS::URLSuffix>`,
      CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
      OriginCustomHeaders: [{ HeaderName: 'X-Parley-Edge', HeaderValue: '<EdgePageAccess.Id>' }],
    });
    expect(behavior(pattern)['OriginRequestPolicyId']).toBe(allViewerExceptHost);
  });

  test('is never cached, allows every method, and refuses plain HTTP', () => {
    expect(behavior(pattern)).toMatchObject({
      CachePolicyId: cachingDisabled,
      ViewerProtocolPolicy: 'https-only',
    });
    expect(new Set(behavior(pattern)['AllowedMethods'] as string[])).toEqual(
      new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']),
    );
  });
});

describe('the CloudFront Functions', () => {
  const functions = template.resources('AWS::CloudFront::Function');
  const named = (id: string) => functions.find((each) => each.id === id)?.properties;

  test.each([
    ['/ws/*', 'EdgeRouteSocket', 'route-socket'],
    ['/api/*', 'EdgeKeepPath', 'keep-path'],
  ])('of %s is published from lib/edge on runtime 2.0, and runs on viewer requests', (pattern, id, file) => {
    expect(named(id)).toMatchObject({
      AutoPublish: true,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
      FunctionCode: readFileSync(new URL(`../../lib/edge/${file}.js`, import.meta.url), 'utf8'),
    });
    expect(behavior(pattern)['FunctionAssociations']).toEqual([
      { EventType: 'viewer-request', FunctionARN: `<${id}.FunctionARN>` },
    ]);
  });

  test('are no others, and none runs for the page', () => {
    expect(functions).toHaveLength(2);
    expect(page).not.toHaveProperty('FunctionAssociations');
  });

  test('send sockets to the stage of the WebSocket API', () => {
    const stages = template
      .resources('AWS::ApiGatewayV2::Stage')
      .filter(({ properties }) => properties['ApiId'] === '<SocketApi>')
      .map(({ properties }) => properties['StageName']);
    const stage = /request\.uri = '\/(\w+)'/.exec(String(named('EdgeRouteSocket')?.['FunctionCode']))?.[1];
    expect(stages).toEqual([stage]);
  });
});

describe('the page', () => {
  test('is served from its bucket, cached, over HTTPS', () => {
    expect(page).toMatchObject({
      AllowedMethods: ['GET', 'HEAD'],
      CachePolicyId: cachingOptimized,
      ViewerProtocolPolicy: 'redirect-to-https',
    });
    expect(page).not.toHaveProperty('OriginRequestPolicyId');
    expect(originOf(page)).toMatchObject({
      DomainName: '<EdgePage.RegionalDomainName>',
      OriginAccessControlId: '<EdgePageAccess.Id>',
    });
    const [access] = template.resources('AWS::CloudFront::OriginAccessControl');
    expect(access?.properties['OriginAccessControlConfig']).toMatchObject({
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
  });

  test('is stored in a private, encrypted bucket that is retained', () => {
    const bucket = template.resources('AWS::S3::Bucket').find(({ id }) => id === 'EdgePage');
    expect(bucket).toMatchObject({
      deletionPolicy: 'RetainExceptOnCreate',
      properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    expect(JSON.stringify(bucket?.properties['BucketEncryption'])).toContain('AES256');
  });

  test('can be read by this distribution only, over TLS only', () => {
    const policy = template.resources('AWS::S3::BucketPolicy').find(({ id }) => id === 'EdgePagePolicy');
    const document = policy?.properties['PolicyDocument'] as { Statement: readonly unknown[] } | undefined;
    const Statement = document?.Statement;
    expect(Statement).toHaveLength(2);
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: {
          StringEquals: {
            'AWS:SourceArn':
              'arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<EdgeDistribution>',
          },
        },
      }),
    );
  });

  test('has headers against framing, sniffing and plain HTTP', () => {
    expect(page['ResponseHeadersPolicyId']).toBe('<EdgePageHeaders>');
    const [headers] = template.resources('AWS::CloudFront::ResponseHeadersPolicy');
    const policy = headers?.properties['ResponseHeadersPolicyConfig'];
    expect(policy).toHaveProperty('SecurityHeadersConfig', {
      ContentSecurityPolicy: {
        ContentSecurityPolicy: expect.stringContaining("frame-ancestors 'none'"),
        Override: true,
      },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'same-origin', Override: true },
      StrictTransportSecurity: {
        AccessControlMaxAgeSec: 31_536_000,
        IncludeSubdomains: false,
        Override: true,
      },
    });
  });
});

describe('the session cookie is accepted from', () => {
  const allowed = ({ function: find }: typeof template) => {
    const { Variables } = find('authorize').properties['Environment'] as { Variables: unknown };
    return Variables;
  };

  test('pages of the edge itself', () => {
    expect(allowed(template)).toMatchObject({ ALLOWED_ORIGINS: 'https://<EdgeDistribution.DomainName>' });
  });

  test('pages of the origins in allowedOrigins too', () => {
    const given = synthesize({ allowedOrigins: 'https://chat.example.com, http://localhost:5173' });
    expect(allowed(given)).toMatchObject({
      ALLOWED_ORIGINS: [
        'https://<EdgeDistribution.DomainName>',
        ...['https://chat.example.com', 'http://localhost:5173'],
      ].join(),
    });
  });
});

test('account-wide CloudFront names contain the stack and the Region', () => {
  const named = (stackName: string) =>
    synthesize({ stackName })
      .resources()
      .flatMap(({ type, properties }) => {
        if (!type.startsWith('AWS::CloudFront::')) return [];
        const inner = Object.values(properties).find(
          (value) => typeof value === 'object' && value !== null && 'Name' in value,
        ) as { Name?: string } | undefined;
        const name = properties['Name'] ?? inner?.Name;
        return typeof name === 'string' ? [name] : [];
      });
  const longest = 'x'.repeat(128);
  const [short, long] = [named('Parley'), named(longest)];
  expect(short).toHaveLength(4);
  expect(new Set([...short, ...long]).size).toBe(8);
  for (const name of [...short, ...long]) {
    expect(name).toMatch(/^<AWS::Region>-[A-Za-z0-9-]+$/);
    // AWS: CreateFunction and CreateOriginAccessControl take 64 characters; the longest Region has 14.
    expect(name.replace('<AWS::Region>', 'x'.repeat(14)).length).toBeLessThanOrEqual(64);
  }
});

test('passes the edge’s name to the functions without a dependency cycle', () => {
  const all = template.resources();
  const ids = new Set(all.map(({ id }) => id));
  const needs = new Map(
    all.map(({ id, properties }) => {
      const named = JSON.stringify(properties).matchAll(/<(\w+)(?:\.\w+)?>/g);
      return [id, [...named].map(([, name = '']) => name).filter((name) => ids.has(name) && name !== id)];
    }),
  );
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    (needs.get(from) ?? []).some((next) => {
      if (next === goal) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, goal, seen);
    });
  expect(reaches('AuthorizeFunction', 'EdgeDistribution')).toBe(true);
  expect([...ids].filter((id) => reaches(id, id))).toEqual([]);
});

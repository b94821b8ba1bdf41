import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { synthesize, temporaryOptions } from './synthesize.ts';

const template = synthesize();
const deployments = template.resources('Custom::CDKBucketDeployment');
const step = (name: string) => deployments.find(({ id }) => id.startsWith(`EdgePageDeployment${name}`));

describe('the page', () => {
  test('is deployed to its bucket without source maps', () => {
    for (const { properties } of deployments) {
      expect(properties).toMatchObject({ DestinationBucketName: '<EdgePage>' });
      const [key, ...others] = properties['SourceObjectKeys'] as string[];
      expect(others).toEqual([]);
      expect([...template.filesOf(String(key))].sort()).toEqual(['index.html', 'main-1.js']);
    }
  });

  test('index.html and the service worker are revalidated each time, and hashed files are cached for a year', () => {
    const forAYear = { 'cache-control': 'public, max-age=31536000, immutable' };
    expect(step('Index')?.properties).toMatchObject({
      Exclude: ['*'],
      Include: ['index.html', 'service-worker.js'],
      SystemMetadata: { 'cache-control': 'no-cache' },
    });
    for (const name of ['Hashed', 'Pruned']) {
      expect(step(name)?.properties).toMatchObject({
        Exclude: ['index.html', 'service-worker.js'],
        SystemMetadata: forAYear,
      });
      expect(step(name)?.properties).not.toHaveProperty('Include');
    }
  });

  test('uploads new files before index.html and deletes old ones after it', () => {
    expect(deployments).toHaveLength(3);
    expect([step('Hashed'), step('Index'), step('Pruned')].map((each) => each?.properties['Prune'])).toEqual([
      false,
      false,
      true,
    ]);
    expect(step('Index')?.dependsOn).toContain(step('Hashed')?.id);
    expect(step('Pruned')?.dependsOn).toContain(step('Index')?.id);
  });

  test('needs no invalidation', () => {
    for (const { properties } of deployments) expect(properties).not.toHaveProperty('DistributionId');
  });

  test('fails the synthesis with advice when it is not built', () => {
    const options = temporaryOptions();
    rmSync(join(options.code.page, 'index.html'));
    expect(() => createApp(options)).toThrow(
      `Synthesis failed: there is no page in ${options.code.page}. Run \`npm run build\`.`,
    );
  });
});

describe('the CDK function that deploys the page', () => {
  const [provider] = template
    .resources('AWS::Lambda::Function')
    .filter(({ properties }) => properties['Runtime'] !== 'nodejs24.x');

  test('is shared by all steps, has one layer, and its logs expire', () => {
    expect(template.resources('AWS::Lambda::LayerVersion')).toHaveLength(1);
    expect(provider?.properties).toMatchObject({
      MemorySize: 512,
      LoggingConfig: { LogGroup: '<EdgePageDeploymentLogs>' },
    });
    const [logs] = template
      .resources('AWS::Logs::LogGroup')
      .filter(({ id }) => id === 'EdgePageDeploymentLogs');
    expect(logs?.properties).toEqual({ RetentionInDays: 30 });
  });

  test('may write to the page’s bucket only', () => {
    const policies = template
      .resources('AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith('CustomCDKBucketDeployment'));
    const statements = policies.flatMap(({ properties }) => {
      const document = properties['PolicyDocument'] as {
        Statement: { Action: string[]; Resource: string[] }[];
      };
      return document.Statement;
    });
    const writing = statements.filter(({ Action }) => Action.some((action) => /Put|Delete/.test(action)));
    expect(writing.map(({ Resource }) => Resource)).toEqual([['<EdgePage.Arn>', '<EdgePage.Arn>/*']]);
  });
});

describe('the content security policy', () => {
  const [headers] = template.resources('AWS::CloudFront::ResponseHeadersPolicy');
  const written = headers?.properties['ResponseHeadersPolicyConfig'] as
    | { SecurityHeadersConfig: { ContentSecurityPolicy: Record<string, unknown> } }
    | undefined;
  const policy = written?.SecurityHeadersConfig.ContentSecurityPolicy;
  const files = 'https://parley-files-<part 2 of <AWS::StackId>>.s3.<AWS::Region>.<AWS::URLSuffix>/';

  test('allows the page’s own scripts and styles and the chat’s files only', () => {
    expect(policy?.['Override']).toBe(true);
    expect(String(policy?.['ContentSecurityPolicy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src 'self' blob: data: https: ${files}`,
      `connect-src 'self' ${files}`,
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
      "object-src 'none'",
    ]);
  });

  test('names the files bucket', () => {
    const bucket = template.resources('AWS::S3::Bucket').find(({ id }) => id === 'FilesBucket');
    expect(files).toMatch(new RegExp(`^https://${String(bucket?.properties['BucketName'])}\\.s3\\.`));
  });
});

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { synthesize, temporaryOptions } from './synthesize.ts';

const template = synthesize();
const deployments = template.resources('Custom::CDKBucketDeployment');
const step = (name: string) => deployments.find(({ id }) => id.startsWith(`EdgePageDeployment${name}`));

describe('the page', () => {
  test('comes into its bucket as it was built, without source maps', () => {
    for (const { properties } of deployments) {
      expect(properties).toMatchObject({ DestinationBucketName: '<EdgePage>' });
      const [key, ...others] = properties['SourceObjectKeys'] as string[];
      expect(others).toEqual([]);
      expect([...template.filesOf(String(key))].sort()).toEqual(['index.html', 'main-1.js']);
    }
  });

  test('is asked for anew each time, and what it names, whose names change with it, is kept for a year', () => {
    const forAYear = { 'cache-control': 'public, max-age=31536000, immutable' };
    expect(step('Index')?.properties).toMatchObject({
      Exclude: ['*'],
      Include: ['index.html'],
      SystemMetadata: { 'cache-control': 'no-cache' },
    });
    for (const name of ['Hashed', 'Pruned']) {
      expect(step(name)?.properties).toMatchObject({ Exclude: ['index.html'], SystemMetadata: forAYear });
      expect(step(name)?.properties).not.toHaveProperty('Include');
    }
  });

  test('is whole at each moment: what index.html names comes before it, and what the old one named goes after', () => {
    expect(deployments).toHaveLength(3);
    expect([step('Hashed'), step('Index'), step('Pruned')].map((each) => each?.properties['Prune'])).toEqual([
      false,
      false,
      true,
    ]);
    expect(step('Index')?.dependsOn).toContain(step('Hashed')?.id);
    expect(step('Pruned')?.dependsOn).toContain(step('Index')?.id);
  });

  test('invalidates nothing at the edge', () => {
    for (const { properties } of deployments) expect(properties).not.toHaveProperty('DistributionId');
  });

  test('that is not built stops the synth with what to do', () => {
    const options = temporaryOptions();
    rmSync(join(options.page, 'index.html'));
    expect(() => createApp(options)).toThrow(
      `Synthesis failed: there is no page in ${options.page}. Run \`npm run build\`.`,
    );
  });
});

describe('the function of the CDK that deploys the page', () => {
  const [provider] = template
    .resources('AWS::Lambda::Function')
    .filter(({ properties }) => properties['Runtime'] !== 'nodejs24.x');

  test('is one for all steps, with one layer, and its logs end', () => {
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

  test('may write to the page’s bucket and to no other', () => {
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

  test('lets the page load its own script and style, files of this chat, and nothing else', () => {
    expect(policy?.['Override']).toBe(true);
    expect(String(policy?.['ContentSecurityPolicy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src 'self' blob: data: ${files}`,
      `connect-src 'self' ${files}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
      "object-src 'none'",
    ]);
  });

  test('names the bucket that files are put into', () => {
    const bucket = template.resources('AWS::S3::Bucket').find(({ id }) => id === 'FilesBucket');
    expect(files).toMatch(new RegExp(`^https://${String(bucket?.properties['BucketName'])}\\.s3\\.`));
  });
});

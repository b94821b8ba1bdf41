import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { deployFiles, readBucketDeployments } from '../../local/s3/bucket-deployment.ts';
import { openObjects } from '../../local/s3/object-store.ts';
import { openScope } from '../../local/scope.ts';
import { readTemplate, type Template } from '../../local/template.ts';
import { type MiniApp, temporaryDirectory, writeAssembly } from './mini-assembly.ts';
import { app, start, useStackHost } from './stack-host.ts';

useStackHost();

const key = 'page.zip';
let page: string;

beforeEach(() => {
  page = temporaryDirectory();
  write('index.html', '<h1>Chat</h1>');
  write('main-1.js', 'one');
  write('deep/icon.svg', '<svg/>');
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(page, path)), { recursive: true });
  writeFileSync(join(page, path), text);
}

/** Returns resources with the bucket `page` and deployments to it. */
function resourcesOf(...deployments: readonly Record<string, unknown>[]): MiniApp['resources'] {
  const entries = deployments.map((properties, index) => [
    `Deployment${index}`,
    {
      Type: 'Custom::CDKBucketDeployment',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] },
        SourceBucketNames: ['assets'],
        SourceObjectKeys: [key],
        DestinationBucketName: { Ref: 'Page' },
        ...properties,
      },
    },
  ]);
  return {
    Page: { Type: 'AWS::S3::Bucket' },
    Layer: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Key: 'layer.zip' } } },
    Provider: {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'python3.13', Layers: [{ Ref: 'Layer' }], Code: { S3Key: 'provider.zip' } },
    },
    ...Object.fromEntries(entries),
  };
}

const old = {
  bytes: Buffer.from('old'),
  contentType: 'text/plain',
  cacheControl: undefined,
  lastModified: 0,
};

function deploymentsOf(...deployments: readonly Record<string, unknown>[]) {
  const written = readTemplate(
    writeAssembly({ functions: {}, resources: resourcesOf(...deployments) ?? {} }),
  );
  const template: Template = { ...written, assets: new Map([[key, page]]) };
  return readBucketDeployments(openScope(template));
}

describe('a bucket deployment', () => {
  test('copies the files with a content type by their name and the Cache-Control', () => {
    const objects = openObjects(null);
    deployFiles(deploymentsOf({ SystemMetadata: { 'cache-control': 'no-cache' } }), objects, 1000);
    expect([...objects.keys('page')].sort()).toEqual(['deep/icon.svg', 'index.html', 'main-1.js']);
    const shared = { cacheControl: 'no-cache', lastModified: 1000 };
    const html = { bytes: Buffer.from('<h1>Chat</h1>'), contentType: 'text/html' };
    expect(objects.get('page', 'index.html')).toMatchObject({ ...shared, ...html });
    expect(objects.get('page', 'main-1.js')).toMatchObject({ ...shared, contentType: 'text/javascript' });
    expect(objects.get('page', 'deep/icon.svg')).toMatchObject({ ...shared, contentType: 'image/svg+xml' });
  });

  test('leaves excluded files out, unless they are included again', () => {
    const only = (properties: Record<string, unknown>) => {
      const objects = openObjects(null);
      deployFiles(deploymentsOf(properties), objects, 0);
      return [...objects.keys('page')].sort();
    };
    expect(only({ Exclude: ['index.html'] })).toEqual(['deep/icon.svg', 'main-1.js']);
    expect(only({ Exclude: ['*'], Include: ['index.html'] })).toEqual(['index.html']);
    expect(only({ Exclude: ['*'], Include: ['deep/*', '*.js'] })).toEqual(['deep/icon.svg', 'main-1.js']);
  });

  test('replaces files and deletes old ones, except excluded ones', () => {
    const objects = openObjects(null);
    for (const name of ['index.html', 'main-0.js', 'kept.txt']) objects.put('page', name, old);
    objects.put('other', 'main-0.js', old);
    deployFiles(deploymentsOf({ Exclude: ['kept.*'] }), objects, 1);
    expect([...objects.keys('page')].sort()).toEqual([
      'deep/icon.svg',
      'index.html',
      'kept.txt',
      'main-1.js',
    ]);
    expect(objects.get('page', 'index.html')?.bytes.toString()).toBe('<h1>Chat</h1>');
    expect(objects.keys('other')).toEqual(['main-0.js']);
  });

  test('deletes nothing without Prune', () => {
    const objects = openObjects(null);
    objects.put('page', 'main-0.js', old);
    deployFiles(deploymentsOf({ Prune: false }), objects, 1);
    expect(objects.keys('page')).toContain('main-0.js');
  });
});

describe('a bucket deployment is refused with', () => {
  test.each([
    [
      'a prefix',
      { DestinationBucketKeyPrefix: 'v1' },
      /has DestinationBucketKeyPrefix\. The local stack does not support this\.$/,
    ],
    ['other metadata', { SystemMetadata: { 'content-language': 'en' } }, /has content-language\. /],
    [
      'a source that is not an asset',
      { SourceObjectKeys: ['none.zip'] },
      /none\.zip is not the asset of a directory\. /,
    ],
  ])('%s', (_name, properties, message) => {
    expect(() => deploymentsOf(properties)).toThrow(message);
    expect(() => deploymentsOf(properties)).toThrow(/^Could not read bucket deployment Deployment0: /);
  });
});

/** Writes an app whose bucket deployment copies the only asset here: the code of its function `Echo`. */
function deployed(word: string): string {
  const { functions } = app(word);
  const assetKey = `${createHash('sha256')
    .update(functions['Echo']?.code ?? '')
    .digest('hex')}.zip`;
  const resources = resourcesOf({ SourceObjectKeys: [assetKey] }) ?? {};
  return writeAssembly({ functions, resources });
}

test('a start and a reload of the stack copy the files', async () => {
  let word = 'one';
  const stack = await start(async () => deployed(word));
  const read = async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=developer/20300101/us-east-1/s3/aws4_request',
    };
    return (await fetch(`${stack.s3Url}/page/index.mjs`, { headers })).text();
  };
  expect(await read()).toContain("word: 'one'");
  word = 'two';
  await stack.reload();
  expect(await read()).toContain("word: 'two'");
});

test('the function behind a custom resource is not run and not reported', async () => {
  const mini = app('one');
  const source = { functions: mini.functions, resources: { ...resourcesOf({}), ...customResource() } };
  const stack = await start(async () => writeAssembly(source));
  expect([...stack.functions].sort()).toEqual(['Connect', 'Echo']);
  expect(stack.unsupported).toEqual(['Custom::Other']);
});

/** Replaces the bucket deployment, whose asset does not exist here, with another custom resource. */
function customResource(): Record<string, unknown> {
  const Properties = { ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] } };
  return { Deployment0: { Type: 'Custom::Other', Properties } };
}

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putFiles, readBucketDeployments } from '../../local/s3/bucket-deployment.ts';
import { openObjects } from '../../local/s3/object-store.ts';
import { openScope } from '../../local/scope.ts';
import { readTemplate, type Template } from '../../local/template.ts';
import {
  type MiniApp,
  removeTemporaryDirectories,
  temporaryDirectory,
  writeAssembly,
} from './mini-assembly.ts';
import { app, start, stopStacks } from './stack-host.ts';

afterEach(stopStacks);
afterAll(removeTemporaryDirectories);

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

/** A template with the bucket `page` and what is deployed to it. */
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

function deploymentsOf(...deployments: readonly Record<string, unknown>[]) {
  const written = readTemplate(
    writeAssembly({ functions: {}, resources: resourcesOf(...deployments) ?? {} }),
  );
  const template: Template = { ...written, assets: new Map([[key, page]]) };
  return readBucketDeployments(openScope(template));
}

describe('the files of a page', () => {
  test('come into its bucket, with a type by their name and what is said of keeping them', () => {
    const objects = openObjects(null);
    putFiles(deploymentsOf({ SystemMetadata: { 'cache-control': 'no-cache' } }), objects, 1000);
    expect([...objects.keys('page')].sort()).toEqual(['deep/icon.svg', 'index.html', 'main-1.js']);
    const shared = { cacheControl: 'no-cache', lastModified: 1000 };
    const html = { bytes: Buffer.from('<h1>Chat</h1>'), contentType: 'text/html' };
    expect(objects.get('page', 'index.html')).toMatchObject({ ...shared, ...html });
    expect(objects.get('page', 'main-1.js')).toMatchObject({ ...shared, contentType: 'text/javascript' });
    expect(objects.get('page', 'deep/icon.svg')).toMatchObject({ ...shared, contentType: 'image/svg+xml' });
  });

  test('are those that are not excluded, or included again', () => {
    const only = (properties: Record<string, unknown>) => {
      const objects = openObjects(null);
      putFiles(deploymentsOf(properties), objects, 0);
      return [...objects.keys('page')].sort();
    };
    expect(only({ Exclude: ['index.html'] })).toEqual(['deep/icon.svg', 'main-1.js']);
    expect(only({ Exclude: ['*'], Include: ['index.html'] })).toEqual(['index.html']);
    expect(only({ Exclude: ['*'], Include: ['deep/*', '*.js'] })).toEqual(['deep/icon.svg', 'main-1.js']);
  });

  test('replace those of before, which go, but for what was excluded', () => {
    const objects = openObjects(null);
    const old = {
      bytes: Buffer.from('old'),
      contentType: 'text/plain',
      cacheControl: undefined,
      lastModified: 0,
    };
    for (const name of ['index.html', 'main-0.js', 'kept.txt']) objects.put('page', name, old);
    objects.put('other', 'main-0.js', old);
    putFiles(deploymentsOf({ Exclude: ['kept.*'] }), objects, 1);
    expect([...objects.keys('page')].sort()).toEqual([
      'deep/icon.svg',
      'index.html',
      'kept.txt',
      'main-1.js',
    ]);
    expect(objects.get('page', 'index.html')?.bytes.toString()).toBe('<h1>Chat</h1>');
    expect(objects.keys('other')).toEqual(['main-0.js']);
  });

  test('delete nothing where the deployment does not prune', () => {
    const objects = openObjects(null);
    const old = {
      bytes: Buffer.from('old'),
      contentType: 'text/plain',
      cacheControl: undefined,
      lastModified: 0,
    };
    objects.put('page', 'main-0.js', old);
    putFiles(deploymentsOf({ Prune: false }), objects, 1);
    expect(objects.keys('page')).toContain('main-0.js');
  });
});

describe('what is not done locally is one clear line:', () => {
  test.each([
    ['a prefix', { DestinationBucketKeyPrefix: 'v1' }, /has DestinationBucketKeyPrefix; teach local\/s3$/],
    ['other metadata', { SystemMetadata: { 'content-language': 'en' } }, /has content-language; /],
    [
      'a source that is no asset',
      { SourceObjectKeys: ['none.zip'] },
      /none\.zip is no asset that is a directory; /,
    ],
  ])('%s', (_name, properties, message) => {
    expect(() => deploymentsOf(properties)).toThrow(message);
    expect(() => deploymentsOf(properties)).toThrow(/^Bucket deployment was not read: Deployment0: /);
  });
});

/** An app whose one bucket deployment puts the code of its function `Echo`, the one asset that is written here. */
function deployed(word: string): string {
  const { functions } = app(word);
  const assetKey = `${createHash('sha256')
    .update(functions['Echo']?.code ?? '')
    .digest('hex')}.zip`;
  const resources = resourcesOf({ SourceObjectKeys: [assetKey] }) ?? {};
  return writeAssembly({ functions, resources });
}

test('a deploy puts the files before it is done, and a reload puts the new ones', async () => {
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

test('the function that a custom resource is served by is neither run nor missed', async () => {
  const mini = app('one');
  const source = { functions: mini.functions, resources: { ...resourcesOf({}), ...customOf() } };
  const stack = await start(async () => writeAssembly(source));
  expect([...stack.functions].sort()).toEqual(['Connect', 'Echo']);
  expect(stack.leftOut).toEqual(['Custom::Other']);
});

/** No asset is written for a bucket deployment here, so another custom resource stands for it. */
function customOf(): Record<string, unknown> {
  const Properties = { ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] } };
  return { Deployment0: { Type: 'Custom::Other', Properties } };
}

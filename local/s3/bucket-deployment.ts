import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { matchesWildcard } from '../iam/statement.ts';
import { resolve } from '../intrinsics.ts';
import { isObject, strings } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Resource } from '../template.ts';
import type { ObjectStore } from './object-store.ts';

/** A Custom::CDKBucketDeployment of the template: files that a deploy copies into a bucket. */
export interface BucketDeployment {
  readonly bucket: string;
  /** Key → bytes, for all files of its assets, including the excluded ones. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Returns whether the deployment copies or deletes the object with this key. */
  readonly includes: (key: string) => boolean;
  /** Whether the deployment deletes included objects that it has no file for. */
  readonly prune: boolean;
  readonly cacheControl: string | undefined;
}

/**
 * Reads the template's bucket deployments and their files. The local stack does not run the CDK's Python function;
 * `deployFiles` does the same.
 * @throws if a deployment uses a property that is not supported
 */
export function readBucketDeployments(scope: Scope): readonly BucketDeployment[] {
  return [...scope.ofType('Custom::CDKBucketDeployment')].map(([id, resource]) =>
    readBucketDeployment(id, resource, scope),
  );
}

const supported: ReadonlySet<string> = new Set([
  ...['ServiceToken', 'SourceBucketNames', 'SourceObjectKeys', 'DestinationBucketName', 'Prune', 'Exclude'],
  ...['Include', 'SystemMetadata', 'RetainOnDelete', 'OutputObjectKeys', 'WaitForDistributionInvalidation'],
]);

function readBucketDeployment(id: string, { properties }: Resource, scope: Scope): BucketDeployment {
  const resolved = resolve(properties, scope, `bucket deployment ${id}`);
  const settings = isObject(resolved) ? resolved : {};
  const metadata = isObject(settings['SystemMetadata']) ? settings['SystemMetadata'] : {};
  const unsupported = [
    ...Object.keys(settings).filter((name) => !supported.has(name)),
    ...Object.keys(metadata).filter((name) => name !== 'cache-control'),
  ];
  if (unsupported.length > 0) {
    throw unreadable(id, `it has ${unsupported.join(' and ')}`, 'The local stack does not support this.');
  }
  const exclude = strings(settings['Exclude']);
  const include = strings(settings['Include']);
  const matches = (key: string) => (pattern: string) => matchesWildcard(pattern, key);
  const cacheControl = metadata['cache-control'];
  return {
    bucket: String(settings['DestinationBucketName']),
    files: new Map(strings(settings['SourceObjectKeys']).flatMap((key) => readFiles(id, key, scope))),
    // Later filters win, and the includes come last (AWS CLI: "Use of exclude and include filters").
    includes: (key) => include.some(matches(key)) || !exclude.some(matches(key)),
    prune: String(settings['Prune'] ?? true) === 'true',
    cacheControl: cacheControl === undefined ? undefined : String(cacheControl),
  };
}

function readFiles(id: string, assetKey: string, scope: Scope): readonly (readonly [string, Buffer])[] {
  const directory = scope.template.assets.get(assetKey);
  if (directory === undefined || !statSync(directory).isDirectory()) {
    throw unreadable(id, `${assetKey} is not the asset of a directory`, 'Deploy it with Source.asset.');
  }
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(directory, path)).isFile())
    .map((path) => [path.split(sep).join('/'), readFileSync(join(directory, path))]);
}

function unreadable(id: string, reason: string, advice: string): Error {
  return new Error(`Could not read bucket deployment ${id}: ${reason}. ${advice}`);
}

/** Copies the files into their buckets, in one step. `now` is in milliseconds since the epoch. */
export function deployFiles(
  deployments: readonly BucketDeployment[],
  objects: ObjectStore,
  now: number,
): void {
  for (const { bucket, files, includes, prune, cacheControl } of deployments) {
    for (const [key, bytes] of files) {
      if (!includes(key)) continue;
      objects.put(bucket, key, { bytes, contentType: contentTypeOf(key), cacheControl, lastModified: now });
    }
    if (!prune) continue;
    for (const key of objects.keys(bucket)) {
      if (includes(key) && !files.has(key)) objects.delete(bucket, key);
    }
  }
}

/** The content types that the AWS CLI derives from file names (Python's mimetypes). */
const contentTypes: Readonly<Record<string, string>> = {
  css: 'text/css',
  html: 'text/html',
  ico: 'image/vnd.microsoft.icon',
  js: 'text/javascript',
  json: 'application/json',
  mjs: 'text/javascript',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  webmanifest: 'application/manifest+json',
  webp: 'image/webp',
  woff2: 'font/woff2',
};

/** Falls back to S3's default content type. */
function contentTypeOf(name: string): string {
  const [, extension = ''] = /\.([^./]+)$/.exec(name) ?? [];
  return contentTypes[extension.toLowerCase()] ?? 'binary/octet-stream';
}

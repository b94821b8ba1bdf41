import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { matchesWildcard } from '../iam/wildcard.ts';
import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Resource } from '../template.ts';
import { contentTypeOf } from './content-type.ts';
import type { ObjectStore } from './object-store.ts';

/** A Custom::CDKBucketDeployment of the template: files that a deploy puts into a bucket. */
export interface BucketDeployment {
  readonly bucket: string;
  /** Key → bytes: all files of its assets, the taken and the others. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Whether it has anything to do with an object of this key. */
  readonly takes: (key: string) => boolean;
  /** Whether objects that it takes and has no file for are deleted. */
  readonly prune: boolean;
  readonly cacheControl: string | undefined;
}

/**
 * The template's bucket deployments, their files read. Throws one clear line for what is not done locally.
 *
 * Their function, which the CDK brings along (Python, `aws s3 sync`), is not run: `putFiles` does what it does.
 */
export function readBucketDeployments(scope: Scope): readonly BucketDeployment[] {
  return [...scope.ofType('Custom::CDKBucketDeployment')].map(([id, resource]) =>
    readBucketDeployment(id, resource, scope),
  );
}

const metadata = 'SystemMetadata';
const known: ReadonlySet<string> = new Set([
  ...['ServiceToken', 'SourceBucketNames', 'SourceObjectKeys', 'DestinationBucketName', 'Prune', 'Exclude'],
  ...['Include', metadata, 'RetainOnDelete', 'OutputObjectKeys', 'WaitForDistributionInvalidation'],
]);

function readBucketDeployment(id: string, { properties }: Resource, scope: Scope): BucketDeployment {
  const all = resolve(properties, scope, `bucket deployment ${id}`);
  const settings = isObject(all) ? all : {};
  const system = isObject(settings[metadata]) ? settings[metadata] : {};
  const strange = [
    ...Object.keys(settings).filter((name) => !known.has(name)),
    ...Object.keys(system).filter((name) => name !== 'cache-control'),
  ];
  if (strange.length > 0) throw unreadable(id, `it has ${strange.join(' and ')}`, 'teach local/s3');
  const exclude = texts(settings['Exclude']);
  const include = texts(settings['Include']);
  const fits = (key: string) => (pattern: string) => matchesWildcard(pattern, key);
  const cacheControl = system['cache-control'];
  return {
    bucket: String(settings['DestinationBucketName']),
    files: new Map(texts(settings['SourceObjectKeys']).flatMap((key) => readFiles(id, key, scope))),
    // AWS CLI: "Use of exclude and include filters", of which the later wins, and the includes are passed later.
    takes: (key) => include.some(fits(key)) || !exclude.some(fits(key)),
    prune: String(settings['Prune'] ?? true) === 'true',
    cacheControl: cacheControl === undefined ? undefined : String(cacheControl),
  };
}

function readFiles(id: string, assetKey: string, scope: Scope): readonly (readonly [string, Buffer])[] {
  const directory = scope.template.assets.get(assetKey);
  if (directory === undefined || !statSync(directory).isDirectory()) {
    throw unreadable(id, `${assetKey} is no asset that is a directory`, 'deploy it with Source.asset');
  }
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(directory, path)).isFile())
    .map((path) => [path.split(sep).join('/'), readFileSync(join(directory, path))]);
}

function unreadable(id: string, why: string, advice: string): Error {
  return new Error(`Bucket deployment was not read: ${id}: ${why}; ${advice}`);
}

/** Puts the files into their buckets, in no time that a reader could see. `now` is in milliseconds. */
export function putFiles(deployments: readonly BucketDeployment[], objects: ObjectStore, now: number): void {
  for (const { bucket, files, takes, prune, cacheControl } of deployments) {
    for (const [key, bytes] of files) {
      if (!takes(key)) continue;
      const contentType = contentTypeOf(key);
      objects.put(bucket, key, { bytes, contentType, cacheControl, lastModified: now });
    }
    if (!prune) continue;
    for (const key of objects.keys(bucket)) {
      if (takes(key) && !files.has(key)) objects.delete(bucket, key);
    }
  }
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

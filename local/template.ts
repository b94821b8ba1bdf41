import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { account } from './account.ts';
import { isObject, property } from './object.ts';

/** One resource of the template. Its intrinsics are not resolved yet. */
export interface Resource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly condition: string | null;
}

/** The template of a stack of a CDK cloud assembly. */
export interface Template {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Object key in the asset bucket (`<hash>.zip`) → absolute path of the asset's source. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads a stack of the cloud assembly in `directory`.
 * @param name default: the only stack
 * @throws if the assembly is missing or broken, or not exactly one stack has the name
 */
export function readTemplate(directory: string, name?: string): Template {
  const artifacts = section(readJson(join(directory, 'manifest.json')), 'artifacts', 'manifest.json');
  const stacks = Object.entries(artifacts).filter(hasType('aws:cloudformation:stack'));
  const nameOf = ([id, artifact]: readonly [string, unknown]) =>
    String(property(artifact, 'properties', 'stackName') ?? id);
  const found = stacks.filter((each) => name === undefined || nameOf(each) === name || each[0] === name);
  const [stack] = found;
  if (stack === undefined || found.length > 1) {
    const names = stacks.map(nameOf).join(', ') || 'none';
    const why =
      name === undefined ? `the app has ${stacks.length} stacks` : `no single stack is named ${name}`;
    throw unreadable(why, `Name one of these with --stack: ${names}.`);
  }
  const [, artifact] = stack;
  const file = textProperty(artifact, 'templateFile');
  const body = readJson(join(directory, file), (text) => inLocalAccount(text, artifact));
  return {
    stackName: nameOf(stack),
    resources: readResources(section(body, 'Resources', file), file),
    parameters: section(body, 'Parameters', file),
    mappings: section(body, 'Mappings', file),
    conditions: section(body, 'Conditions', file),
    outputs: section(body, 'Outputs', file),
    assets: readAssets(directory, artifacts),
  };
}

function readResources(entries: Readonly<Record<string, unknown>>, file: string): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const [id, entry] of Object.entries(entries)) {
    if (!isObject(entry) || typeof entry['Type'] !== 'string')
      throw unreadable(`${id} in ${file} has no Type`);
    resources.set(id, {
      type: entry['Type'],
      properties: isObject(entry['Properties']) ? entry['Properties'] : {},
      condition: typeof entry['Condition'] === 'string' ? entry['Condition'] : null,
    });
  }
  if (resources.size === 0) throw unreadable(`${file} has no resources`);
  return resources;
}

function readAssets(directory: string, artifacts: Readonly<Record<string, unknown>>): Map<string, string> {
  const assets = new Map<string, string>();
  for (const [, manifest] of Object.entries(artifacts).filter(hasType('cdk:asset-manifest'))) {
    const name = textProperty(manifest, 'file');
    const files = section(readJson(join(directory, name)), 'files', name);
    for (const file of Object.values(files)) {
      const path = property(file, 'source', 'path');
      if (typeof path !== 'string') continue;
      for (const destination of Object.values(property(file, 'destinations') ?? {})) {
        const key = property(destination, 'objectKey');
        if (typeof key === 'string') assets.set(key, resolve(directory, path));
      }
    }
  }
  return assets;
}

const hasType =
  (type: string) =>
  ([, artifact]: readonly [string, unknown]): boolean =>
    property(artifact, 'type') === type;

function textProperty(artifact: unknown, name: string): string {
  const value = property(artifact, 'properties', name);
  if (typeof value === 'string') return value;
  throw unreadable(`an artifact in manifest.json has no ${name}`);
}

function section(body: unknown, name: string, file: string): Readonly<Record<string, unknown>> {
  const value = isObject(body) ? (body[name] ?? {}) : undefined;
  if (isObject(value)) return value;
  throw unreadable(`${name} in ${file} is not an object`);
}

/** Replaces the account and the Region that an app sets for its stack. */
function inLocalAccount(text: string, artifact: unknown): string {
  // The CDK writes `unknown-account` and `unknown-region` where the app sets none.
  const environment = /^aws:\/\/([^/]+)\/(.+)$/.exec(String(property(artifact, 'environment')));
  const [, accountId, region] = environment ?? [];
  if (!accountId || !region) return text;
  return text.replaceAll(accountId, account.id).replaceAll(region, account.region);
}

function readJson(path: string, change = (text: string) => text): unknown {
  try {
    return JSON.parse(change(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON (${error.message})` : 'cannot be read';
    throw unreadable(`${path} ${reason}`, undefined, error);
  }
}

function unreadable(reason: string, advice = 'Synthesize the app again.', cause?: unknown): Error {
  return new Error(`Could not read the template: ${reason}. ${advice}`, { cause });
}

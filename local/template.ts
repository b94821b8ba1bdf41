import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject, property } from './object.ts';

/** One resource of the template. Its intrinsics are not resolved yet. */
export interface Resource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly condition: string | null;
}

/** The template of the only stack of a CDK cloud assembly. */
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
 * Reads the only stack of the cloud assembly in `directory`.
 * @throws if the assembly is missing, broken, or does not have exactly one stack
 */
export function readTemplate(directory: string): Template {
  const artifacts = section(readJson(join(directory, 'manifest.json')), 'artifacts', 'manifest.json');
  const stacks = Object.entries(artifacts).filter(hasType('aws:cloudformation:stack'));
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw unreadable(`${directory} has ${stacks.length} stacks`, 'The local stack runs exactly one.');
  }
  const [stackName, artifact] = stack;
  const file = textProperty(artifact, 'templateFile');
  const body = readJson(join(directory, file));
  return {
    stackName,
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

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is not JSON (${error.message})` : 'cannot be read';
    throw unreadable(`${path} ${reason}`, undefined, error);
  }
}

function unreadable(reason: string, advice = 'Synthesize the app again.', cause?: unknown): Error {
  return new Error(`Could not read the template: ${reason}. ${advice}`, { cause });
}

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject } from './object.ts';

/** One resource as the template has it: intrinsics are not resolved yet. */
export interface Resource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly condition: string | null;
}

/** The one stack of a CDK cloud assembly. */
export interface Template {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Object key in the asset bucket (`<hash>.zip`) → the absolute path of the asset's source. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads the one stack of the cloud assembly in `directory`.
 * Throws one clear line if the assembly is missing, broken, or has another number of stacks.
 */
export function readTemplate(directory: string): Template {
  const artifacts = section(readJson(join(directory, 'manifest.json')), 'artifacts', 'manifest.json');
  const stacks = Object.entries(artifacts).filter(([, artifact]) =>
    hasType(artifact, 'aws:cloudformation:stack'),
  );
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new Error(
      `Template was not read: ${directory} has ${stacks.length} stacks; the local stack runs exactly one`,
    );
  }
  const file = textProperty(stack[1], 'templateFile');
  const body = readJson(join(directory, file));
  return {
    stackName: stack[0],
    resources: readResources(section(body, 'Resources', file), file),
    parameters: section(body, 'Parameters', file),
    mappings: section(body, 'Mappings', file),
    conditions: section(body, 'Conditions', file),
    outputs: section(body, 'Outputs', file),
    assets: readAssets(directory, Object.values(artifacts)),
  };
}

function readResources(entries: Readonly<Record<string, unknown>>, file: string): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const [id, entry] of Object.entries(entries)) {
    if (!isObject(entry) || typeof entry['Type'] !== 'string') {
      throw new Error(`Template was not read: ${id} in ${file} has no Type; mend it and synthesize again`);
    }
    resources.set(id, {
      type: entry['Type'],
      properties: isObject(entry['Properties']) ? entry['Properties'] : {},
      condition: typeof entry['Condition'] === 'string' ? entry['Condition'] : null,
    });
  }
  if (resources.size === 0) {
    throw new Error(`Template was not read: ${file} has no resources; synthesize the app again`);
  }
  return resources;
}

function readAssets(directory: string, artifacts: readonly unknown[]): Map<string, string> {
  const assets = new Map<string, string>();
  for (const manifest of artifacts.filter((artifact) => hasType(artifact, 'cdk:asset-manifest'))) {
    const name = textProperty(manifest, 'file');
    const files = section(readJson(join(directory, name)), 'files', name);
    for (const file of Object.values(files)) {
      const source = isObject(file) ? file['source'] : undefined;
      const path = isObject(source) && typeof source['path'] === 'string' ? source['path'] : undefined;
      if (path === undefined || !isObject(file) || !isObject(file['destinations'])) continue;
      for (const destination of Object.values(file['destinations'])) {
        const key = isObject(destination) ? destination['objectKey'] : undefined;
        if (typeof key === 'string') assets.set(key, resolve(directory, path));
      }
    }
  }
  return assets;
}

function hasType(artifact: unknown, type: string): boolean {
  return isObject(artifact) && artifact['type'] === type;
}

function textProperty(artifact: unknown, name: string): string {
  const properties = isObject(artifact) ? artifact['properties'] : undefined;
  const value = isObject(properties) ? properties[name] : undefined;
  if (typeof value === 'string') return value;
  throw new Error(`Template was not read: an artifact in manifest.json has no ${name}; synthesize again`);
}

function section(body: unknown, name: string, file: string): Readonly<Record<string, unknown>> {
  const value = isObject(body) ? (body[name] ?? {}) : undefined;
  if (isObject(value)) return value;
  throw new Error(`Template was not read: ${name} in ${file} is not an object; synthesize the app again`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? `is not JSON (${error.message})` : 'cannot be read';
    throw new Error(`Template was not read: ${path} ${why}; synthesize the app again`, { cause: error });
  }
}

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createApp } from '../../lib/app.ts';

export const allEntries = [
  'authorize',
  'connect',
  'welcome',
  'disconnect',
  'send',
  'edit',
  'delete',
  'default',
  'http',
  'fanout',
];

export interface Resource {
  /** The logical id without the CDK's hash. */
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly deletionPolicy: string | undefined;
}

export interface Synthesized {
  /** All resources, or those of a type. */
  resources(type?: string): readonly Resource[];
  /** The function that runs the bundle of an entry. */
  function(entry: string): Resource;
  readonly outputs: Record<string, unknown>;
  /** The names of the files in a function's asset. */
  assetFiles(entry: string): readonly string[];
}

/** Synthesizes with bundles that say which entry they are, and reads the template back. */
export function synthesize(context: Record<string, unknown> = {}): Synthesized {
  const directory = mkdtempSync(join(tmpdir(), 'parley-template-'));
  try {
    const bundles = writeBundles(join(directory, 'bundles'));
    const outdir = join(directory, 'cdk.out');
    createApp({ context, outdir, bundles }).synth();
    return read(outdir);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The app's options with a bundle for each entry, all in a directory that goes when the test ends. */
export function temporaryOptions(entries: readonly string[] = allEntries) {
  const directory = mkdtempSync(join(tmpdir(), 'parley-app-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const bundles = writeBundles(join(directory, 'bundles'), entries);
  return { bundles, outdir: join(directory, 'cdk.out') };
}

function writeBundles(directory: string, entries: readonly string[] = allEntries): string {
  for (const entry of entries) {
    mkdirSync(join(directory, entry), { recursive: true });
    writeFileSync(join(directory, entry, 'index.mjs'), `export const handler = () => '${entry}';\n`);
    writeFileSync(join(directory, entry, 'index.mjs.map'), '{}');
    writeFileSync(join(directory, entry, 'sdk-poster.mjs'), 'export const sdkPoster = () => {};');
  }
  return directory;
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; DeletionPolicy?: string }>;
  Outputs: Record<string, { Value: unknown }>;
}

function read(outdir: string): Synthesized {
  const template = readJson<Template>(join(outdir, 'Chat.template.json'));
  const all = Object.entries(template.Resources).map(([id, resource]) => ({
    id: shortId(id),
    type: resource.Type,
    properties: simplify(resource.Properties ?? {}) as Record<string, unknown>,
    deletionPolicy: resource.DeletionPolicy,
  }));
  const functions = new Map(
    all.filter(({ type }) => type === 'AWS::Lambda::Function').map((each) => [entryOf(outdir, each), each]),
  );
  const assets = new Map([...functions].map(([entry, each]) => [entry, listAsset(outdir, each)]));
  return {
    resources: (type) => all.filter((each) => type === undefined || each.type === type),
    function: (entry) => present(functions.get(entry), `function for ${entry}`),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs).map(([name, { Value }]) => [name, simplify(Value)]),
    ),
    assetFiles: (entry) => present(assets.get(entry), `asset for ${entry}`),
  };
}

interface Assets {
  files: Record<string, { source: { path: string } }>;
}

/** Where a function's code lies in the cloud assembly: its S3 key is the asset's hash. */
function assetDirectory(outdir: string, { properties }: Resource): string {
  const { S3Key } = properties['Code'] as { S3Key: string };
  const { files } = readJson<Assets>(join(outdir, 'Chat.assets.json'));
  return join(outdir, present(files[S3Key.replace(/\.zip$/, '')], S3Key).source.path);
}

function entryOf(outdir: string, resource: Resource): string {
  const source = readFileSync(join(assetDirectory(outdir, resource), 'index.mjs'), 'utf8');
  return present(/'(\w+)'/.exec(source)?.[1], `entry of ${resource.id}`);
}

function listAsset(outdir: string, resource: Resource): readonly string[] {
  return readdirSync(assetDirectory(outdir, resource));
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

const shortId = (id: string) => id.replace(/[0-9A-F]{8}$/, '');

/** Intrinsic functions as text: a reference is `<Id>`, an attribute `<Id.Attribute>`. */
function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const [name, argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  const parts = Array.isArray(argument) ? argument.map(simplify) : [];
  if (name === 'Ref') return `<${shortId(String(argument))}>`;
  if (name === 'Fn::GetAtt') return `<${shortId(String(parts[0]))}.${parts[1]}>`;
  if (name === 'Fn::Join' && Array.isArray(parts[1])) return parts[1].join(String(parts[0]));
  if (name === 'Fn::Sub') return argument;
  return Object.fromEntries(entries.map(([key, each]) => [key, simplify(each)]));
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Template has no ${what}`);
  return value;
}

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
  'admin',
  'fanout',
];

export interface Resource {
  /** The logical id without the CDK's hash. */
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly deletionPolicy: string | undefined;
  /** The resources that it depends on explicitly. */
  readonly dependsOn: readonly string[];
}

export interface Synthesized {
  /** Returns all resources, or those of one type. */
  resources(type?: string): readonly Resource[];
  /** Returns the function that runs the bundle of an entry. */
  function(entry: string): Resource;
  readonly outputs: Record<string, unknown>;
  /** Returns the names of the files in a function's asset. */
  assetFiles(entry: string): readonly string[];
  /** Returns the names of the files in the asset with this key. */
  filesOf(assetKey: string): readonly string[];
}

/** The templates by their contexts. The test files of a process share them. */
const synthesized = new Map<string, Synthesized>();

/** Synthesizes each context once, with dummy bundles and without checks, and parses the template. */
export function synthesize(context: Record<string, unknown> = {}): Synthesized {
  const key = JSON.stringify(context);
  const known = synthesized.get(key) ?? synthesizeNow(context);
  synthesized.set(key, known);
  return known;
}

function synthesizeNow(context: Record<string, unknown>): Synthesized {
  const directory = mkdtempSync(join(tmpdir(), 'parley-template-'));
  try {
    const functions = writeBundles(join(directory, 'bundles'));
    const outdir = join(directory, 'cdk.out');
    createApp({ context, outdir, code: { functions, page: writePage(join(directory, 'page')) } }).synth();
    return read(outdir);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Returns app options with dummy bundles and a dummy page in a temporary directory. */
export function temporaryOptions(entries: readonly string[] = allEntries) {
  const directory = mkdtempSync(join(tmpdir(), 'parley-app-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const functions = writeBundles(join(directory, 'bundles'), entries);
  const page = writePage(join(directory, 'page'));
  return { code: { functions, page }, outdir: join(directory, 'cdk.out') };
}

function writePage(directory: string): string {
  mkdirSync(directory);
  for (const name of ['index.html', 'main-1.js', 'main-1.js.map']) writeFileSync(join(directory, name), name);
  return directory;
}

function writeBundles(directory: string, entries: readonly string[] = allEntries): string {
  for (const entry of entries) {
    mkdirSync(join(directory, entry), { recursive: true });
    writeFileSync(join(directory, entry, 'index.mjs'), `export const handler = () => '${entry}';\n`);
    writeFileSync(join(directory, entry, 'index.mjs.map'), '{}');
    for (const name of ['before-send.mjs', 'sdk-files.mjs', 'sdk-poster.mjs'])
      writeFileSync(join(directory, entry, name), 'export {};');
  }
  return directory;
}

interface Written {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

interface Template {
  Resources: Record<string, Written>;
  Outputs: Record<string, { Value: unknown }>;
}

function read(outdir: string): Synthesized {
  const template = readJson<Template>(join(outdir, 'Chat.template.json'));
  const all = Object.entries(template.Resources).map(([id, resource]) => ({
    id: shortId(id),
    type: resource.Type,
    properties: simplify(resource.Properties ?? {}) as Record<string, unknown>,
    deletionPolicy: resource.DeletionPolicy,
    dependsOn: (resource.DependsOn ?? []).map(shortId),
  }));
  const functions = new Map(all.filter((each) => isOurs(each)).map((each) => [entryOf(outdir, each), each]));
  const assets = listAssets(outdir);
  return {
    resources: (type) => all.filter((each) => type === undefined || each.type === type),
    function: (entry) => present(functions.get(entry), `function for ${entry}`),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs).map(([name, { Value }]) => [name, simplify(Value)]),
    ),
    assetFiles: (entry) => present(assets.get(codeOf(present(functions.get(entry), entry))), entry),
    filesOf: (assetKey) => present(assets.get(assetKey), assetKey),
  };
}

interface Assets {
  files: Record<string, { source: { path: string } }>;
}

/** Returns the chat's functions without the CDK's own function that deploys the page. */
const isOurs = ({ type, properties }: Resource) =>
  type === 'AWS::Lambda::Function' && String(properties['Runtime']).startsWith('nodejs');

const codeOf = ({ properties }: Resource) => (properties['Code'] as { S3Key: string }).S3Key;

/** Returns the path of an asset in the cloud assembly. Its key is its hash. */
function assetDirectory(outdir: string, key: string): string {
  const { files } = readJson<Assets>(join(outdir, 'Chat.assets.json'));
  return join(outdir, present(files[key.replace(/\.zip$/, '')], key).source.path);
}

function entryOf(outdir: string, resource: Resource): string {
  const source = readFileSync(join(assetDirectory(outdir, codeOf(resource)), 'index.mjs'), 'utf8');
  return present(/'(\w+)'/.exec(source)?.[1], `entry of ${resource.id}`);
}

/** Returns the file names of each directory asset, by its key. */
function listAssets(outdir: string): ReadonlyMap<string, readonly string[]> {
  const { files } = readJson<Assets>(join(outdir, 'Chat.assets.json'));
  const directories = Object.entries(files).filter(([, { source }]) => !/\.(zip|json)$/.test(source.path));
  return new Map(
    directories.map(([hash, { source }]) => [`${hash}.zip`, readdirSync(join(outdir, source.path))]),
  );
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

const shortId = (id: string) => id.replace(/[0-9A-F]{8}$/, '');

/** Formats intrinsic functions as text: `<Id>` for a reference, `<Id.Attribute>` for an attribute. */
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
  if (name === 'Fn::Split') return `${parts[1]}`;
  if (name === 'Fn::Select') return `<part ${parts[0]} of ${parts[1]}>`;
  return Object.fromEntries(entries.map(([key, each]) => [key, simplify(each)]));
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Template has no ${what}`);
  return value;
}

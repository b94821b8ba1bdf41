import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { releaseFaults } from '../../bin/check-release.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A project of a team, outside this repository, with the package, its dependencies and those of the team. */
let project: string;
let files: readonly string[];

/** The packages that the team installs itself. */
const ofTeam = ['aws-cdk-lib', 'constructs'];

beforeAll(() => {
  if (!existsSync(join(root, manifest.bin.parley))) {
    throw new Error('Could not test the package: it is not built. Run `npm run build`.');
  }
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [packed] = Object.values(JSON.parse(String(listed))) as { files: { path: string }[] }[];
  files = (packed?.files ?? []).map(({ path }) => path);
  project = mkdtempSync(join(tmpdir(), 'parley-package-'));
  const modules = join(project, 'node_modules');
  for (const path of files)
    cpSync(join(root, path), join(modules, '@your-org/parley', path), { recursive: true });
  for (const name of [...Object.keys(manifest.dependencies), ...ofTeam]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
});

afterAll(() => rmSync(project, { recursive: true }));

/** Returns the source of the code block with a name, such as ```` ```ts app ````, in a document. */
function example(document: string, name: string): string {
  const text = readFileSync(join(root, 'docs', document), 'utf8');
  const [, source = ''] = new RegExp(`^\`\`\`ts ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text) ?? [];
  return source;
}

/** Runs a module of the team's project, and returns what it prints. */
function run(source: string): string {
  writeFileSync(join(project, 'app.js'), source);
  return String(execFileSync(process.execPath, ['app.js'], { cwd: project }));
}

describe('the package', () => {
  test('contains every file that it names, and no sources, tests or source maps', () => {
    const named = [manifest.bin, manifest.exports].flatMap(
      (each) => JSON.stringify(each).match(/dist\/[^"]+/g) ?? [],
    );
    expect(files).toEqual(expect.arrayContaining(named));
    expect(
      files.filter((path) => /\.map$|^(test|local|lib|functions|web|client|server|bin)\//.test(path)),
    ).toEqual([]);
  });

  test('imports only packages that it installs, or that a team installs itself', () => {
    const installed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    const sources = files.filter((path) => /^dist\/(node|client)\/.*\.(js|d\.ts)$/.test(path));
    const bare = /\b(?:from|import|import\()\s*["']((?:@[\w-]+\/)?[\w-]+)(?:\/[\w./-]+)?["']/g;
    const imported = sources.flatMap((path) =>
      Array.from(readFileSync(join(root, path), 'utf8').matchAll(bare), ([, name = '']) => name),
    );
    const packages = new Set(imported);
    expect([...packages].filter((name) => !installed.includes(name))).toEqual([]);
    expect(Object.keys(manifest.dependencies).filter((name) => !packages.has(name))).toEqual([]);
  });

  test('contains every document to which its README links', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const linked = Array.from(readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, path]) => path);
    expect(linked).toContain('docs/embed.md');
    expect(files).toEqual(expect.arrayContaining(linked));
  });

  test('synthesizes the apps of the quickstart and of the operations page with its own bundles', () => {
    const app = example('quickstart.md', 'app.ts');
    writeFileSync(
      join(project, 'monitored.js'),
      `${example('operations.md', 'monitored.ts')}\nexport { stack };`,
    );
    // The second chat deploys the AWS SDK, which the package has once, with each function that uses it.
    const printed = run(`${app}
      import { readdirSync } from 'node:fs';
      import { Template } from 'aws-cdk-lib/assertions';
      const template = Template.fromStack(stack);
      console.log(Object.keys(template.findResources('AWS::ApiGatewayV2::Api')).length);

      const shop = new Stack(new App({ outdir: 'cdk.out' }), 'Shop');
      new Chat(shop, 'Chat', { page: false, awsClient: 'sdk' });
      const functions = Template.fromStack(shop).findResources('AWS::Lambda::Function');
      const [send] = Object.keys(functions).filter((id) => id.startsWith('ChatSendFunction'));
      const [asset] = functions[send].Properties.Code.S3Key.split('.');
      console.log(readdirSync('cdk.out/asset.' + asset).sort().join());

      const { stack: monitored } = await import('./monitored.js');
      const alarms = Template.fromStack(monitored).findResources('AWS::CloudWatch::Alarm');
      console.log(Object.keys(alarms).filter((id) => id.startsWith('AnyFault')).length);
    `);
    expect(files.filter((path) => /sdk-.*\.mjs$/.test(path))).toHaveLength(4);
    expect(printed).toBe('2\nindex.mjs,sdk-dynamodb.mjs,sdk-files.mjs,sdk-invoke.mjs,sdk-poster.mjs\n1\n');
  });

  test('has types for the team’s functions, without code', () => {
    expect(
      run(`import * as hooks from '@your-org/parley/hooks'; console.log(Object.keys(hooks).length);`),
    ).toBe('0\n');
    const types = join(project, 'node_modules/@your-org/parley', manifest.exports['./hooks'].types);
    for (const name of ['AuthHandler', 'BeforeSendHandler'])
      expect(readFileSync(types, 'utf8')).toContain(`export type ${name}`);
  });

  test('has a client and elements that can be imported without a browser and without a framework', () => {
    const printed = run(`
      import { ChatClient } from '@your-org/parley/client';
      import '@your-org/parley/elements';
      console.log(typeof ChatClient);
    `);
    expect(printed).toBe('function\n');
  });

  describe('its command', () => {
    const parley = (...args: readonly string[]) =>
      spawnSync(
        process.execPath,
        [join(project, 'node_modules/@your-org/parley', manifest.bin.parley), ...args],
        {
          cwd: project,
          encoding: 'utf8',
        },
      );

    test('lists all commands with --help', () => {
      const { stdout } = parley('--help');
      expect(stdout).toContain('npx parley <command>');
      for (const name of ['dev', 'token', 'room', 'verify', 'restore'])
        expect(stdout).toContain(`  ${name} `);
    });

    test.each([
      ['dev', '--app <command>'],
      ['token', 'npx parley token alice'],
      ['room', 'npx parley room <room id>'],
      ['verify', 'npx parley verify <Url>'],
      ['restore', 'npx parley restore <restored table>'],
    ])('explains the arguments of %s with --help', (name, usage) => {
      const { stdout, stderr, status } = parley(name, '--help');
      expect(stdout).toContain(usage);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    });

    test('says that the probe needs a clone of the repository', () => {
      const { stderr, status } = parley('verify', '--probe');
      expect(stderr).toContain('npm run -s verify -- --probe` in a clone of');
      expect(status).toBe(1);
    });
  });
});

describe('a release', () => {
  const changelog = '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n';
  const release = { name: '@acme/parley', version: '1.2.0', changelog };

  test('is published by a tag of its version', () => {
    expect(releaseFaults({ ...release, tag: 'v1.2.0' })).toEqual([]);
  });

  test.each([
    ['a placeholder scope', { ...release, name: ['@your', 'org/parley'].join('-') }, 'Rename it to yours'],
    ['no section in the changelog', { ...release, version: '1.2.1' }, 'no section for 1.2.1'],
    ['a tag of another version', { ...release, tag: 'v1.3.0' }, 'Tag the commit as v1.2.0'],
  ])('is refused with %s', (_fault, faulty, reason) => {
    expect(releaseFaults(faulty)).toEqual([expect.stringContaining(reason)]);
  });
});

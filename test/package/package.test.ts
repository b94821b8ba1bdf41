// Installs the packed package from the npm registry, outside the repository, and uses it as a team would.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'parley-package-'));

/** A project that uses the client only, and installs no other package. */
const frontEnd = join(folder, 'front-end');
/** A project that uses all entries, with the other packages that a team installs. */
const team = join(folder, 'team');
const tools = join(folder, 'tools');

const nodeVersions = ['22', '24'];
const compilers = ['7', '5'];

/** The command of the installed package. */
const command = join(team, 'node_modules/.bin/parley');

/** Node's own package for this machine. Unlike the package `node`, it needs no script to install it. */
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const nodeBinary = (version: string) => join(tools, `node_modules/node${version}/bin/node`);

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs a command of a user in a directory. */
async function run(cwd: string, command: string, ...args: readonly string[]): Promise<Output> {
  try {
    const running = promisify(execFile)(command, [...args], { cwd, env: environment() });
    // npm waits for input otherwise.
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const { stdout = '', stderr = String(error), code = 1 } = error as Partial<Output>;
    return { stdout, stderr, code };
  }
}

/** The ports of the local stack. The tests run one stack at a time. */
const ports = {
  PARLEY_PORT: '18200',
  PARLEY_SERVICES_PORT: '18203',
  PARLEY_SOCKET_PORT: '0',
  PARLEY_HTTP_PORT: '0',
  PARLEY_DYNAMODB_PORT: '0',
};

/** The environment of a user's terminal, without what npm and vitest add to it. */
function environment(): NodeJS.ProcessEnv {
  const added = /^(npm_|VITEST|NODE_|VITE_|TEST$|PROD$|DEV$|MODE$)/;
  const kept = Object.entries(process.env).filter(([name]) => !added.test(name));
  const path = process.env['PATH']?.split(delimiter).filter((each) => !each.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path?.join(delimiter), ...ports };
}

/** Runs a command that must succeed. Resolves to what it prints. */
async function succeed(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await run(cwd, command, ...args);
  expect({ code, stdout: code === 0 ? '' : stdout, stderr: code === 0 ? '' : stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  return stdout;
}

async function install(directory: string, ...packages: readonly string[]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await succeed(directory, 'npm', 'install', '--no-audit', '--no-fund', ...packages);
}

/** Returns the names of the installed packages, without those that npm nested into others. */
const installed = (directory: string): readonly string[] =>
  globSync(['node_modules/*/package.json', 'node_modules/@*/*/package.json'], { cwd: directory })
    .map((path) => path.split('/').slice(1, -1).join('/'))
    .sort();

function megabytes(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

let tarball: string;
let manifest: { readonly name: string; readonly peerDependencies: Readonly<Record<string, string>> };

beforeAll(async () => {
  manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await succeed(root, 'npm', 'pack', '--pack-destination', folder);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  await install(
    tools,
    ...nodeVersions.concat('20').map((version) => `node${version}@npm:${nodePackage}@${version}`),
  );
  await install(frontEnd, tarball);
  await install(
    team,
    tarball,
    ...['aws-cdk-lib', 'constructs', 'react', 'react-dom', '@types/react', '@types/react-dom', '@types/node'],
    ...compilers.map((version) => `typescript${version}@npm:typescript@${version}`),
    ...['vite', 'esbuild', 'publint', '@arethetypeswrong/cli'],
  );
  cpSync(fileURLToPath(new URL('team', import.meta.url)), team, { recursive: true });
  for (const version of nodeVersions) {
    console.log(`Node.js ${version}: ${(await succeed(tools, nodeBinary(version), '--version')).trim()}`);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an installation of the package alone', () => {
  test('has no development dependency, no CDK and no React', async () => {
    await succeed(frontEnd, 'npm', 'ls', '--all');
    const packages = installed(frontEnd);
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(packages.filter((name) => name in devDependencies || name in manifest.peerDependencies)).toEqual(
      [],
    );
    console.log(`${packages.length} packages, ${megabytes(join(frontEnd, 'node_modules'))},`);
    console.log(`of which the package itself ${megabytes(join(frontEnd, 'node_modules', manifest.name))}`);
  });

  test.each(nodeVersions)('imports the clients and the elements on Node.js %s', async (version) => {
    const source = `
      import { ChatClient } from '${manifest.name}/client';
      import { AdminClient } from '${manifest.name}/server';
      import '${manifest.name}/elements';
      import '${manifest.name}/hooks';
      const client = new ChatClient({ url: 'https://chat.example.com', token: 'x', autoConnect: false });
      console.log(client.state, typeof AdminClient);`;
    const printed = await succeed(frontEnd, nodeBinary(version), '--input-type=module', '--eval', source);
    expect(printed).toBe('offline function\n');
  });
});

describe.each(compilers)('with TypeScript %s', (version) => {
  const browser = {
    lib: ['es2022', 'dom', 'dom.iterable'],
    jsx: 'react-jsx',
    exactOptionalPropertyTypes: true,
  };
  // The types of aws-cdk-lib are not sound with `exactOptionalPropertyTypes`.
  const server = { lib: ['es2023', 'esnext.disposable'], types: ['node'] };

  const check = async (directory: string, files: readonly string[], options: object): Promise<void> => {
    const strict = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022', types: [] };
    const compilerOptions = { ...strict, ...options };
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const compiler = join(team, `node_modules/typescript${version}/bin/tsc`);
    await succeed(directory, process.execPath, compiler, '--project', '.');
  };

  describe.each([
    { module: 'esnext', moduleResolution: 'bundler' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
  ])('and moduleResolution $moduleResolution', (modules) => {
    test('the types of ./client, ./react and ./elements are sound', async () => {
      await check(team, ['client.ts', 'react.tsx', 'elements.ts'], { ...browser, ...modules });
    });

    test('the types of ./cdk, ./hooks and ./server are sound', async () => {
      await check(team, ['cdk.ts', 'hooks.ts', 'server.ts'], { ...server, ...modules });
    });

    test('the types of ./client need no other package', async () => {
      cpSync(join(team, 'client.ts'), join(frontEnd, 'client.ts'));
      await check(frontEnd, ['client.ts'], { ...browser, ...modules });
    });
  });

  test('the types of ./cdk are sound in a CommonJS module', async () => {
    await check(team, ['cdk-common.cts'], { ...server, module: 'nodenext', moduleResolution: 'nodenext' });
  });
});

describe('a page', () => {
  const esbuild = join(team, 'node_modules/.bin/esbuild');

  test('is bundled by Vite', async () => {
    await succeed(team, process.execPath, 'node_modules/vite/bin/vite.js', 'build', '--outDir', 'dist/vite');
    const scripts = globSync('dist/vite/assets/*.js', { cwd: team });
    const texts = scripts.map((script) => readFileSync(join(team, script), 'utf8'));
    // Vite writes the elements' later parts to files of their own. Only one file defines the elements.
    expect(texts.filter((text) => text.includes('parley-chat'))).toHaveLength(1);
  });

  test('is bundled by esbuild, and takes only the client from the package if it uses only that', async () => {
    await succeed(
      team,
      esbuild,
      ...[
        'client.ts',
        '--bundle',
        '--minify',
        '--format=esm',
        '--outfile=dist/client.js',
        '--metafile=dist/meta.json',
      ],
    );
    const { inputs } = JSON.parse(readFileSync(join(team, 'dist/meta.json'), 'utf8'));
    expect(Object.keys(inputs)).toEqual([`node_modules/${manifest.name}/dist/client/client.js`, 'client.ts']);
  });

  test.each(nodeVersions)('is rendered by a server on Node.js %s', async (version) => {
    const options = ['--bundle', '--packages=external', '--format=esm', '--platform=node', '--jsx=automatic'];
    await succeed(team, esbuild, 'server.tsx', ...options, `--outfile=server${version}.mjs`);
    const page = await succeed(team, nodeBinary(version), `server${version}.mjs`);
    expect(page).toContain('<nav>connecting');
  });
});

describe.each(nodeVersions)('on Node.js %s', (version) => {
  test.each(['app.mjs', 'app.cjs'])('./cdk synthesizes the chat of %s', async (app) => {
    const assembly = join(team, `cdk.out-${version}-${app}`);
    const output = await run(team, '/usr/bin/env', `CDK_OUTDIR=${assembly}`, nodeBinary(version), app);
    expect(output).toMatchObject({ code: 0, stderr: '' });
    const template = JSON.parse(readFileSync(join(assembly, 'Shop.template.json'), 'utf8'));
    expect(template.Outputs).toHaveProperty('ChatUrl');
  });

  test('`parley dev` runs the app, and its REST API answers', async () => {
    const dev = startDev(version);
    onTestFinished(() => stop(dev));
    const url = await printedUrl(dev);
    const token = await succeed(team, nodeBinary(version), command, 'token', 'alice');
    const response = await fetch(`${url}/api/chats/`, {
      headers: { Authorization: `Bearer ${token.trim()}` },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toHaveProperty('chats');
    await stop(dev);
    expect(dev.exitCode).toBe(0);
  });
});

test.each(nodeVersions)(
  "`parley dev --watch` on Node.js %s runs the new code of the team's function",
  async (version) => {
    const cwd = join(team, 'watched');
    const functionFile = join(cwd, 'functions/status.mjs');
    const writeFunction = (answer: string) =>
      writeFile(functionFile, `export const handler = async () => '${answer}';\n`);
    mkdirSync(join(cwd, 'functions'), { recursive: true });
    await writeFunction('old');
    const dev = startDev(version, { cwd, flags: ['--watch'] });
    onTestFinished(() => stop(dev));
    await printedUrl(dev);
    const path = '/2015-03-31/functions/Status/invocations';
    const invoke = async () => {
      const response = await fetch(`http://127.0.0.1:${ports.PARLEY_SERVICES_PORT}${path}`, {
        method: 'POST',
        headers: { authorization: 'AWS4-HMAC-SHA256 Credential=developer/' },
        body: '{}',
      });
      return response.json();
    };
    expect(await invoke()).toBe('old');
    await writeFunction('new');
    await vi.waitFor(async () => expect(await invoke()).toBe('new'), { timeout: 30_000, interval: 500 });
  },
);

/** Starts `parley dev` on a version of Node.js, with the app `app.mjs` of a directory. */
function startDev(version: string, { cwd = team, flags = [] as readonly string[] } = {}): ChildProcess {
  const args = [command, 'dev', '--app', `"${nodeBinary(version)}" app.mjs`, '--memory', ...flags];
  return spawn(nodeBinary(version), args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
}

/** Resolves to the address that `parley dev` prints once it runs. */
function printedUrl(dev: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer) => {
      printed += chunk;
      const [, url] = /Open (http:\S+)/.exec(printed) ?? [];
      if (url !== undefined) resolve(url);
    };
    dev.stdout?.on('data', read);
    dev.stderr?.on('data', read);
    dev.once('exit', () => reject(new Error(printed)));
  });
}

async function stop(dev: ChildProcess): Promise<void> {
  if (dev.exitCode !== null || dev.signalCode !== null) return;
  dev.kill('SIGTERM');
  await once(dev, 'exit');
}

describe('the command', () => {
  test('runs by npx', async () => {
    expect(await succeed(team, 'npx', 'parley', '--help')).toContain('Usage: npx parley <command>');
  });

  test('says on Node.js 20 which version it needs', async () => {
    const { stderr, code } = await run(team, nodeBinary('20'), command, 'dev');
    expect(stderr).toContain('Could not run parley dev: it needs Node.js 22.13 or later');
    expect(code).toBe(1);
  });
});

describe('the tarball', () => {
  test('has no fault that publint knows', async () => {
    await succeed(team, process.execPath, 'node_modules/publint/src/cli.js', '--strict', tarball);
  });

  test('has types that every resolution of ES modules finds', async () => {
    const attw = 'node_modules/@arethetypeswrong/cli/dist/index.js';
    await succeed(team, process.execPath, attw, '--profile', 'esm-only', tarball);
  });
});

// Runs in the process that `synthesizer.ts` starts, and ends with its parent.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { provideSdk } from '../../bin/run-app.ts';
import { createApp } from '../../lib/app.ts';
import type { AppSynthesis } from './synthesizer.ts';

const root = mkdtempSync(join(tmpdir(), 'parley-assemblies-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());

/** Stands for the port of the stack's edge in a cached assembly. */
const ANY_PORT = 'http://localhost:65535,http://127.0.0.1:65535';

/** The directories of the assemblies by their context. */
const assemblies = new Map<string, string>();

/**
 * Synthesizes each context once, because a synthesis takes longer than the rest of a stack's start-up. Stacks with the
 * same settings differ only in the port of their edge, which is part of the allowed origins.
 */
async function synthesize({ context, outdir, app }: AppSynthesis): Promise<void> {
  if (app !== undefined) provideSdk(root);
  const create: typeof createApp = app === undefined ? createApp : (await import(app)).createApp;
  const origins = String(context['allowedOrigins'] ?? '');
  const port = /^http:\/\/localhost:(\d+),http:\/\/127\.0\.0\.1:\1$/.exec(origins)?.[1];
  if (port === undefined) {
    create({ context, outdir }).synth();
    return;
  }
  const shared = { ...context, allowedOrigins: ANY_PORT };
  const key = JSON.stringify([app, shared]);
  let assembly = assemblies.get(key);
  if (assembly === undefined) {
    assembly = join(root, String(assemblies.size));
    create({ context: shared, outdir: assembly }).synth();
    assemblies.set(key, assembly);
  }
  copyAssembly(assembly, outdir, port);
}

/** Copies the texts of an assembly with the port of a stack, and links its assets. */
function copyAssembly(assembly: string, outdir: string, port: string): void {
  mkdirSync(outdir);
  for (const entry of readdirSync(assembly, { withFileTypes: true })) {
    const [from, to] = [join(assembly, entry.name), join(outdir, entry.name)];
    if (entry.name.endsWith('.json')) {
      writeFileSync(to, readFileSync(from, 'utf8').replaceAll(':65535', `:${port}`));
    } else if (!entry.name.endsWith('.zip')) {
      symlinkSync(from, to);
    }
  }
}

const server = createServer(async (request, response) => {
  try {
    await synthesize((await json(request)) as AppSynthesis);
    response.end();
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

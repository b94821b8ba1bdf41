import { fileURLToPath } from 'node:url';
import { createProbeApp } from '../../lib/probe-stack.ts';
import { build } from '../build.ts';

/** Builds the functions of the probe stack. Resolves to the directory of the bundles. */
export async function buildProbe(): Promise<string> {
  const functions = fileURLToPath(new URL('functions', import.meta.url));
  const outdir = fileURLToPath(new URL('../../dist/probe', import.meta.url));
  await build({ functions, outdir });
  return outdir;
}

// The cdk command runs this file.
if (import.meta.main) createProbeApp(await buildProbe()).synth();

import { fileURLToPath } from 'node:url';
import type { App } from 'aws-cdk-lib';
import type { AppOptions } from '../../lib/app.ts';
import { createProbeApp } from '../../lib/probe-stack.ts';

/** The path of this module, for `testSynthesizer`. */
export const probeApp = fileURLToPath(import.meta.url);

/** Creates the app of the probe. `bundles` in the context is the directory of its built functions. */
export const createApp = ({ context, outdir }: AppOptions): App =>
  createProbeApp(String(context?.['bundles']), outdir);

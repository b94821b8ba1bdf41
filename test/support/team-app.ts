import { App, Stack } from 'aws-cdk-lib';
import { type AppOptions, featureFlags } from '../../lib/app.ts';

/** Creates the app of a team with an empty stack, whose id is `id`, for `testSynthesizer`. */
export function teamApp(id: string, { context = {}, outdir = '' }: AppOptions): { app: App; stack: Stack } {
  const app = new App({
    context: { ...featureFlags(), ...context },
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
  });
  return { app, stack: new Stack(app, id) };
}

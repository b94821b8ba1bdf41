import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { ChatStack } from './chat-stack.ts';
import { readSettings } from './settings.ts';

export interface AppOptions {
  /** CDK context: the settings of `settings.ts`. */
  readonly context?: Record<string, unknown>;
  /** Where the cloud assembly goes; a new temporary directory, or what the cdk command says, by default. */
  readonly outdir?: string;
  /** Where the built bundles are; `dist/functions` by default. */
  readonly bundles?: string;
  /** Where the built page is; `dist/web` by default. */
  readonly page?: string;
}

/**
 * The CDK app with its one stack; `synth()` on it writes the cloud assembly.
 * @param validated whether CloudFormation's own rules are checked at the synth
 * @throws Error on an unusable setting, a missing bundle or a missing page
 */
export function createApp(options: AppOptions = {}, { validated = false } = {}): App {
  const app = new App({
    context: { ...featureFlags(), ...options.context },
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    // The template says what the chat is made of and nothing about how it was made.
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validated,
  });
  const settings = readSettings((key) => app.node.tryGetContext(key));
  const bundles = options.bundles ?? fileURLToPath(new URL('../dist/functions', import.meta.url));
  const page = options.page ?? fileURLToPath(new URL('../dist/web', import.meta.url));
  new ChatStack(app, 'Chat', {
    stackName: settings.stackName,
    description: 'Parley: chat over WebSockets',
    settings,
    bundles,
    page,
  });
  return app;
}

/** The flags of cdk.json, so that a synth in process gives the template that the cdk command deploys. */
function featureFlags(): Record<string, unknown> {
  const file = readFileSync(new URL('../cdk.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { context: Record<string, unknown> }).context;
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
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
  /** False leaves the checks of cdk-nag and CloudFormation out, which saves time where nothing is deployed. */
  readonly checks?: boolean;
}

/**
 * The CDK app with its one stack; `synth()` on it writes the cloud assembly, and throws when a check of
 * cdk-nag's AwsSolutions fails. Throws an Error on an unusable setting, a missing bundle or a missing page.
 */
export function createApp(options: AppOptions = {}): App {
  const checks = options.checks ?? true;
  const app = new App({
    context: { ...featureFlags(), ...options.context },
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    // The template says what the chat is made of and nothing about how it was made.
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: checks,
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
  if (checks) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** The flags of cdk.json, so that a synth in process gives the template that the cdk command deploys. */
function featureFlags(): Record<string, unknown> {
  const file = readFileSync(new URL('../cdk.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { context: Record<string, unknown> }).context;
}

import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import type { ChatCode } from './chat-props.ts';
import { ChatStack } from './chat-stack.ts';
import { readSettings } from './settings.ts';
import { checkNames } from './validation.ts';

export interface AppOptions {
  /** CDK context with the settings of `settings.ts`. */
  readonly context?: Record<string, unknown>;
  /** The directory of the cloud assembly. Default: chosen by the cdk command, or a temporary directory. */
  readonly outdir?: string;
  /** Default: the code of this package. */
  readonly code?: Partial<ChatCode>;
}

/**
 * Creates the CDK app with its stack. Call `synth()` on it to write the cloud assembly.
 * @param validated whether `synth()` checks CloudFormation's own rules
 * @throws Error for an invalid setting, a missing bundle or a missing page
 */
export function createApp(options: AppOptions = {}, { validated = false } = {}): App {
  const app = new App({
    context: { ...featureFlags(), ...options.context },
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    // Keep CDK metadata out of the template.
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validated,
  });
  const known: string[] = [];
  const settings = readSettings((key) => {
    known.push(key);
    return app.node.tryGetContext(key);
  });
  checkNames('Setting', Object.keys(app.node.getAllContext()).filter(isSettingName), [...new Set(known)]);
  new ChatStack(app, 'Chat', {
    stackName: settings.stackName,
    description: 'Parley: chat over WebSockets',
    settings,
    ...(options.code && { code: options.code }),
  });
  return app;
}

/** Whether a context key may be a setting. The keys of the CDK contain other characters than letters. */
const isSettingName = (key: string): boolean => /^[a-z]+$/i.test(key);

/** Returns the feature flags of cdk.json, so that an in-process synthesis gives the template that `cdk deploy` uses. */
export function featureFlags(): Record<string, unknown> {
  const file = readFileSync(new URL('../cdk.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { context: Record<string, unknown> }).context;
}

import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type AppOptions, createApp } from './app.ts';

/**
 * Creates the CDK app with the checks of cdk-nag's AwsSolutions and of CloudFormation: `synth()` throws when one fails.
 * The checks take longer than the rest of the synthesis, so the local stack uses `createApp` without them.
 * @throws Error as `createApp` does
 */
export function createCheckedApp(options: AppOptions = {}): App {
  const app = createApp(options, { validated: true });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

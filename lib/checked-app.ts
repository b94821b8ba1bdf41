import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type AppOptions, createApp } from './app.ts';

/**
 * The CDK app whose `synth()` throws when a check of cdk-nag's AwsSolutions or of CloudFormation fails: what is
 * deployed is checked. The checks cost more than the rest of the synthesis, so they have a module of their own.
 * @throws Error as `createApp` does
 */
export function createCheckedApp(options: AppOptions = {}): App {
  const app = createApp(options, { validated: true });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

import { fileURLToPath } from 'node:url';
import type { App } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { AppOptions } from '../../lib/app.ts';
import { Chat, ChatAuth } from '../../lib/index.ts';
import { documentedFunction } from './documented.ts';
import { teamApp } from './team-app.ts';

/** The path of this module, for `testSynthesizer`. */
export const sessionApp = fileURLToPath(import.meta.url);

/** Creates the app of an existing backend: a table of its sessions, and a chat for the users that have one. */
export function createApp(options: AppOptions): App {
  const { app, stack } = teamApp('Backend', options);
  const sessions = new Table(stack, 'Sessions', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
  });
  const readSession = new LambdaFunction(stack, 'ReadSession', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'read-session.handler',
    code: Code.fromAsset(documentedFunction('authentication.md', 'read-session.mjs')),
    environment: { SESSIONS_TABLE: sessions.tableName },
  });
  sessions.grantReadData(readSession);
  new Chat(stack, 'Chat', {
    auth: ChatAuth.lambda(readSession),
    rateLimits: { group: null, direct: null },
    ...(options.context?.['awsClient'] === 'sdk' && { awsClient: 'sdk' }),
  });
  return app;
}

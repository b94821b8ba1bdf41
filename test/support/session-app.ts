import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type AppOptions, featureFlags } from '../../lib/app.ts';
import { Chat, ChatAuth } from '../../lib/index.ts';

/** The path of this module, for `testSynthesizer`. */
export const sessionApp = fileURLToPath(import.meta.url);

/** Returns a directory with the function of docs/authentication.md. */
function documentedFunction(): string {
  const text = readFileSync(new URL('../../docs/authentication.md', import.meta.url), 'utf8');
  const [, code] = /^```js read-session\.mjs\n([\s\S]*?)^```$/m.exec(text) ?? [];
  if (code === undefined) throw new Error('The app was not created: docs/authentication.md has no function.');
  const directory = mkdtempSync(join(tmpdir(), 'parley-function-'));
  writeFileSync(join(directory, 'read-session.mjs'), code);
  return directory;
}

/** Creates the app of an existing backend: a table of its sessions, and a chat for the users that have one. */
export function createApp({ context = {}, outdir = '' }: AppOptions): App {
  const app = new App({
    context: { ...featureFlags(), ...context },
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
  });
  const stack = new Stack(app, 'Backend');
  const sessions = new Table(stack, 'Sessions', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
  });
  const readSession = new LambdaFunction(stack, 'ReadSession', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'read-session.handler',
    code: Code.fromAsset(documentedFunction()),
    environment: { SESSIONS_TABLE: sessions.tableName },
  });
  sessions.grantReadData(readSession);
  new Chat(stack, 'Chat', {
    auth: ChatAuth.lambda(readSession),
    rateLimits: { group: null, direct: null },
    ...(context['awsClient'] === 'sdk' && { awsClient: 'sdk' }),
  });
  return app;
}

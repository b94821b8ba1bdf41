import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type App, Duration } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { AppOptions } from '../../lib/app.ts';
import { Chat } from '../../lib/index.ts';
import { documentedFunction } from './documented.ts';
import { teamApp } from './team-app.ts';

/** The path of this module, for `testSynthesizer`. */
export const hookApp = fileURLToPath(import.meta.url);

/** How long the chat waits for the function. */
const HOOK_TIMEOUT_MS = 3_000;

/** Calls the function of docs/hooks.md, and misbehaves for some texts. Logs each request. */
const code = `import { handler as check } from './check-message.mjs';

export async function handler(request) {
  console.log(JSON.stringify(request));
  switch (request.text) {
    case 'hang':
      return new Promise((resolve) => setTimeout(resolve, 6_000));
    case 'throw':
      throw Object.assign(new Error('sk_live_1'), { name: 'sk_live_2' });
    case 'exit':
      return process.exit(1);
    case 'large':
      return { allow: true, text: 'a'.repeat(6 * 1024 * 1024) };
    case 'misspell':
      return { allow: true, txt: 'sk_live_3' };
    case 'forget':
      return undefined;
    case 'refuse':
      return { allow: false, reason: 'Not \\u202ehere,\\nplease.' };
    default:
      return check(request);
  }
}
`;

/** Creates an app with a chat whose messages the function of docs/hooks.md checks. */
export function createApp(options: AppOptions): App {
  const { app, stack } = teamApp('Team', options);
  const directory = documentedFunction('hooks.md', 'check-message.mjs');
  writeFileSync(join(directory, 'index.mjs'), code);
  const checkMessage = new LambdaFunction(stack, 'CheckMessage', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(directory),
    timeout: Duration.seconds(30),
  });
  const beforeSend = { function: checkMessage, timeout: Duration.millis(HOOK_TIMEOUT_MS) };
  new Chat(stack, 'Chat', {
    hooks: { beforeSend },
    rateLimits: { group: null, direct: null },
    ...(options.context?.['awsClient'] === 'sdk' && { awsClient: 'sdk' }),
  });
  return app;
}

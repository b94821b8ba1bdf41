import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { developerKey } from '../local/iam/access.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { type WatchedSource, watchSources } from '../local/watch.ts';
import { asksForHelp, commandLine } from './command.ts';
import { help, type LocalFlags, readFlags } from './local-flags.ts';
import { appCommand, runApp } from './run-app.ts';
import { openSynthesizer, type Synthesizer } from './synthesize.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

/**
 * Returns the message of an error that a user can fix, and the whole error with its stack for a programming mistake.
 */
function explain(error: unknown): unknown {
  const isBug = [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind);
  return error instanceof Error && !isBug ? error.message : error;
}

async function start(flags: LocalFlags, synthesizer: Synthesizer): Promise<Stack> {
  const { demoUsers, seedDemo } = await import('./demo.ts');
  const stack = await startStack({
    synthesize: synthesizer.synthesize,
    users: demoUsers,
    ...(flags.stackName !== undefined && { stackName: flags.stackName }),
    directory: flags.memory ? null : resolve(flags.data),
    ports: flags.ports,
    limits: flags.limits,
    log: (line) => console.log(line),
    ...(flags.dynamodbEndpoint !== undefined && { dynamodbEndpoint: flags.dynamodbEndpoint }),
  });
  try {
    const chatTable = stack.variable('CHAT_TABLE');
    if (chatTable === undefined) {
      throw new Error('Could not load the demo data: the stack has no chat. Add a Chat to it.');
    }
    await seedDemo({ endpoint: stack.dynamodbUrl, chatTable });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

/** The part of a function's ARN before its name. */
const functionArn = /^.*:function:/;

/** Returns what to do first, and how to open a socket from a terminal. */
function firstSteps(stack: Stack, socketUrl: string, tokenCommand: string) {
  const authFunction = stack.variable('AUTH_FUNCTION')?.replace(functionArn, '');
  const socket = (token: string) => `npx wscat -c ${socketUrl} -H "Authorization: Bearer ${token}"`;
  if (authFunction === undefined) {
    return {
      open: `Open ${stack.edgeUrl} and sign in as alice with the password alice.
  In a second tab, press Switch account and sign in as bob with the password bob.`,
      token: tokenCommand,
      terminal: socket(`$(${tokenCommand})`),
    };
  }
  return {
    open: `Open ${stack.edgeUrl} with a session cookie of your site, or enter a token.
  Your function ${authFunction} verifies both. The rooms 1 and 2 have the users 1, 2 and 3.`,
    token: `any that ${authFunction} accepts`,
    terminal: socket('<token>'),
  };
}

/** Returns a line about the team's function that checks messages, or nothing if there is none. */
function hookLine(stack: Stack): string {
  const setting = stack.variable('BEFORE_SEND');
  if (setting === undefined) return '';
  const name = String(JSON.parse(setting).function).replace(functionArn, '');
  return `\n  Hook         ${name} checks each message. Its lines begin with [${name}]`;
}

/** Returns what the command prints when the stack runs. */
export function welcomeText(
  stack: Stack,
  flags: Pick<LocalFlags, 'dynamodbEndpoint' | 'memory' | 'data' | 'ports'>,
): string {
  const socketUrl = `${stack.edgeUrl.replace(/^http/, 'ws')}/ws/chat/1/`;
  const data =
    flags.dynamodbEndpoint ?? (flags.memory ? 'in memory' : `${flags.data} (delete it to start over)`);
  const port =
    flags.ports.services === 8003 ? '' : `PARLEY_SERVICES_PORT=${new URL(stack.servicesUrl).port} `;
  const { open, token, terminal } = firstSteps(stack, socketUrl, `${port}${commandLine('token')} alice`);
  return `Parley runs on this machine.

  ${open}

  WebSocket    ${socketUrl}
  REST         ${stack.edgeUrl}/api/openapi.json
  Admin API    ${stack.httpUrl}/admin/openapi.json
  Token        ${token}
  Data         ${data}${hookLine(stack)}
  Behind it    WebSocket API ${stack.socketUrl}, DynamoDB ${stack.dynamodbUrl}, issuer ${stack.servicesUrl}

  From a terminal: ${terminal}
  As an admin:     curl --aws-sigv4 aws:amz:us-east-1:execute-api --user ${developerKey.accessKeyId}:${developerKey.secretAccessKey} ${stack.httpUrl}/admin/openapi.json

Press Ctrl-C to stop.`;
}

/** The sources of this repository, each with the build that a change needs. */
function projectSources(): readonly WatchedSource[] {
  const build = async () => (await import('./build.ts')).build();
  const buildWeb = async () => (await import('./build-web.ts')).buildWeb();
  const sources = [
    { path: 'functions', prepare: build },
    { path: 'web', prepare: buildWeb },
    // Also watches the client's sources, because the page's bundle includes the client.
    { path: 'client', prepare: buildWeb },
    { path: 'lib' },
    { path: join('bin', 'chat.ts') },
  ].map((source) => ({ ...source, path: join(project, source.path) }));
  return sources.filter(({ path }) => existsSync(path));
}

/** Stops the stack and exits with 0 on the first signal. Exits at once on the second. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(explain(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

/** Returns a synthesizer for a team's app. Prints the command, because a synthesis takes several seconds. */
function openAppSynthesizer({ app, context }: LocalFlags): Synthesizer {
  const command = appCommand(app);
  console.error(`Synthesizing the CDK app: ${command}`);
  return openSynthesizer(context, runApp(command));
}

async function run(flags: LocalFlags, isOwn: boolean): Promise<void> {
  const synthesizer = isOwn ? openSynthesizer(flags.context) : openAppSynthesizer(flags);
  const starting = start(flags, synthesizer);
  stopOnSignal(async () => {
    const stack = await starting;
    await stack.stop();
    synthesizer.dispose();
  });
  try {
    const stack = await starting;
    if (stack.unsupported.length > 0) console.log(`Not simulated: ${stack.unsupported.join(', ')}`);
    if (flags.watch) {
      const sources = isOwn ? projectSources() : [{ path: '.', except: flags.data }];
      watchSources({ sources, reload: () => stack.reload(), log: (line) => console.log(line) });
    }
    console.log(welcomeText(stack, flags));
  } catch (error) {
    synthesizer.dispose();
    throw error;
  }
}

/**
 * Runs a CDK app with a chat until a signal.
 * @param ownApp whether to run the app of this repository unless the flags name another. Its synthesis leaves
 *   out the checks of `npx cdk synth`.
 */
export async function runStack({ ownApp }: { readonly ownApp: boolean }): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    console.log(help);
    return;
  }
  try {
    const flags = readFlags(args, process.env);
    await run(flags, ownApp && flags.app === undefined);
  } catch (error) {
    console.error(explain(error));
    process.exit(1);
  }
}

if (import.meta.main) await runStack({ ownApp: true });

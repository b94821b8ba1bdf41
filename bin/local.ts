import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Stack, startStack } from '../local/stack.ts';
import { watchSources } from '../local/watch.ts';
import { type LocalFlags, readFlags } from './local-flags.ts';
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
    directory: flags.memory ? null : resolve(flags.data),
    ports: flags.ports,
    limits: flags.limits,
    log: (line) => console.log(line),
    ...(flags.dynamodbEndpoint !== undefined && { dynamodbEndpoint: flags.dynamodbEndpoint }),
  });
  try {
    const chatTable = stack.outputs['ChatTableName'];
    if (chatTable === undefined) {
      throw new Error(
        'Could not load the demo data: the template has no output ChatTableName. Add it in lib/.',
      );
    }
    await seedDemo({ endpoint: stack.dynamodbUrl, chatTable });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

function printWelcome(stack: Stack, flags: LocalFlags): void {
  const socketUrl = `${stack.edgeUrl.replace(/^http/, 'ws')}/ws/chat/1/`;
  const data =
    flags.dynamodbEndpoint ?? (flags.memory ? 'in memory' : `${flags.data} (delete it to start over)`);
  const port =
    flags.ports.services === 8003 ? '' : `PARLEY_SERVICES_PORT=${new URL(stack.servicesUrl).port} `;
  const token = `${port}npm run -s token -- alice`;
  console.log(`Parley runs on this machine.

  Open ${stack.edgeUrl} and sign in as alice with the password alice.
  Open a second tab and sign in as bob with the password bob.

  WebSocket    ${socketUrl}
  REST         ${stack.edgeUrl}/api/openapi.json
  Token        ${token}
  Data         ${data}
  Behind it    WebSocket API ${stack.socketUrl}, DynamoDB ${stack.dynamodbUrl}, issuer ${stack.servicesUrl}

  From a terminal: npx wscat -c ${socketUrl} -H "Authorization: Bearer $(${token})"

Press Ctrl-C to stop.`);
}

function watchProject(stack: Stack): () => void {
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
  return watchSources({
    sources: sources.filter(({ path }) => existsSync(path)),
    reload: () => stack.reload(),
    log: (line) => console.log(line),
  });
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

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2), process.env);
  const synthesizer = openSynthesizer(flags.context);
  const starting = start(flags, synthesizer);
  stopOnSignal(async () => {
    const stack = await starting;
    await stack.stop();
    synthesizer.dispose();
  });
  try {
    const stack = await starting;
    if (stack.unsupportedTypes.length > 0) console.log(`Not simulated: ${stack.unsupportedTypes.join(', ')}`);
    if (flags.watch) watchProject(stack);
    printWelcome(stack, flags);
  } catch (error) {
    synthesizer.dispose();
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});

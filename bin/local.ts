import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Stack, startStack } from '../local/stack.ts';
import { watchSources } from '../local/watch.ts';
import { type LocalFlags, readFlags } from './local-flags.ts';
import { openSynthesizer, type Synthesizer } from './synthesize.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

/** What goes wrong in ways that a user can mend is one line; a mistake in this program shows its stack. */
function explain(error: unknown): unknown {
  const mistake = [TypeError, ReferenceError, RangeError].some((kind) => error instanceof kind);
  return error instanceof Error && !mistake ? error.message : error;
}

async function start(flags: LocalFlags, synthesizer: Synthesizer): Promise<Stack> {
  // The SDK behind the demo data loads while the app is synthesized.
  const demo = import('./demo.ts');
  const { demoUsers, seedDemo } = await demo;
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
      throw new Error('Demo data was not put: the template has no output ChatTableName; add it in lib/');
    }
    await seedDemo({ endpoint: stack.dynamodbUrl, chatTable });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

async function greet(stack: Stack, flags: LocalFlags): Promise<void> {
  const url = `${stack.edgeUrl.replace(/^http/, 'ws')}/ws/chat/1/`;
  const kept = flags.memory ? 'in memory' : `kept in ${flags.data}`;
  const tables = flags.dynamodbEndpoint ?? `embedded, ${kept}`;
  const [alice, bob] = await Promise.all([stack.token('alice'), stack.token('bob')]);
  console.log(`Parley runs on this machine.
  For clients    ${stack.edgeUrl} (/ws/chat/<room>/, /api/…, the page)
  WebSocket API  ${stack.socketUrl}
  DynamoDB       ${stack.dynamodbUrl} (${tables})
  Issuer         ${stack.servicesUrl}

alice, in one terminal:
npx wscat -c "${url}" -H "Authorization: Bearer ${alice}"

bob, in another (a token in the subprotocols, as a browser sends it):
npx wscat -c "${url}" -s Bearer -s ${bob}

then type:
{"action":"send","message":"Hello"}

Another token: npm run -s token -- carol. Stop: Ctrl-C.`);
}

function watchProject(stack: Stack): () => void {
  const build = async () => (await import('./build.ts')).build();
  const buildWeb = async () => (await import('./build-web.ts')).buildWeb();
  const sources = [
    { path: 'functions', prepare: build },
    { path: 'web', prepare: buildWeb },
    // The page is made of it, too.
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

/** The first signal closes everything and exits with 0, the second does not wait for that. */
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
    if (stack.unsupportedTypes.length > 0)
      console.log(`Not run locally: ${stack.unsupportedTypes.join(', ')}`);
    if (flags.watch) watchProject(stack);
    await greet(stack, flags);
  } catch (error) {
    synthesizer.dispose();
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});

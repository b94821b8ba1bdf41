// Runs the local stack in a process of its own, for tests that kill it. Sends its addresses to the parent.
import { demoUsers, seedDemo } from '../../bin/demo.ts';
import type { Ports } from '../../local/servers.ts';
import { startStack } from '../../local/stack.ts';
import { testSynthesizer } from './synthesizer.ts';

/** The settings of a stack, as JSON in the first argument. */
export interface StackProcessSettings {
  /** Where the stack stores its data. */
  readonly directory: string;
  readonly ports: Ports;
}

/** The addresses of the stack. */
export interface StackProcessUrls {
  readonly socketUrl: string;
  readonly servicesUrl: string;
}

const settings: StackProcessSettings = JSON.parse(process.argv[2] ?? '');
const stack = await startStack({
  ...settings,
  synthesize: testSynthesizer({ rateLimit: 'off' }).synthesize,
  users: demoUsers,
});
await seedDemo({ endpoint: stack.dynamodbUrl, chatTable: stack.variable('CHAT_TABLE') ?? '' });
process.on('disconnect', () => process.exit());
const urls: StackProcessUrls = { socketUrl: stack.socketUrl, servicesUrl: stack.servicesUrl };
process.send?.(urls);

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { SecondAttempts } from './test/support/second-attempts.ts';

// Test processes, and the programs that they start, compile each module once.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url));

/** The slowest files. They start first, so that no core idles while the last of them runs. */
const slowest = [
  ...[
    'stack/ids',
    'stack/upgrade',
    'stack/kill',
    'stack/verify',
    'stack/rate-limit',
    'stack/opening',
    'stack/transfer',
  ],
  ...['stack/tokens', 'stack/client-docs', 'stack/client', 'stack/shards', 'local/reactions'],
  ...['fuzz/frames-unlimited', 'fuzz/frames-limited', 'template/checks', 'template/chat'],
  ...[
    'unit/rooms/consent',
    'unit/connections/storm',
    'house/build-client',
    'house/docs',
    'unit/bench/fan-out',
  ],
  ...['web/long-room', 'web/drafts', 'web/offline', 'web/chat'],
].map((name) => `/test/${name}.test.ts`);

/**
 * A test with sockets or a browser may exceed a time limit while the machine is busy, so it gets a second attempt.
 * `SecondAttempts` prints each test that needed it.
 */
const retry = 1;

/**
 * V8 settings for processes with local stacks, which save a tenth of their CPU time. An execution environment is a thread
 * that runs for seconds only, so the settings avoid its first garbage collections, and keep its compiled functions.
 */
const stackProcess = ['--min-semi-space-size=16', '--no-flush-bytecode'];

/** Tests that run in `npm run test:long` only. */
export const long = ['test/**/*.long.test.ts'];

/** Tests that need a process of their own: they mock modules, or use what a module keeps while it is loaded. */
const alone = [
  ...['aws/cost', 'aws/signed-requests', 'gateway/authorize', 'gateway/earlier-releases', 'gateway/frames'],
  ...['gateway/http', 'gateway/http/login', 'gateway/time-limits', 'log/many-changes', 'log/races'],
].map((name) => `test/unit/${name}.test.ts`);

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    const rank = ({ moduleId }: TestSpecification) => {
      const index = slowest.findIndex((name) => moduleId.endsWith(name));
      return index < 0 ? slowest.length : index;
    };
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((one, other) => rank(one) - rank(other)),
    );
  }
}

export default defineConfig({
  test: {
    // One more than the two cores: a test with sockets often waits.
    maxWorkers: 3,
    // Loading the CDK and the SDK takes longer than most of the tests that use them.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    reporters: ['default', new SecondAttempts()],
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          isolate: true,
          setupFiles: ['test/support/no-network.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/{unit,client,contract,house,template,fuzz}/**/*.test.ts'],
          exclude: [...alone, ...long],
          setupFiles: ['test/support/no-network.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real sockets and a real synth share two cores with everything else on the machine.
        extends: true,
        test: {
          name: 'sockets',
          include: ['test/{local,stack}/**/*.test.ts'],
          exclude: long,
          execArgv: stackProcess,
          retry,
          globalSetup: ['test/support/synthesizer.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // A browser takes a core for itself: these run when the others are done.
        extends: true,
        test: {
          name: 'browser',
          include: ['test/web/**/*.test.ts'],
          execArgv: stackProcess,
          retry,
          globalSetup: ['test/support/synthesizer.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

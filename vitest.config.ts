import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One more than the two cores: a test with sockets often waits.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'alone',
          include: ['test/{unit,client}/**/*.test.ts'],
          setupFiles: ['test/support/no-network.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // These mock nothing, and share what they import: the CDK takes longer to load than a template to make.
        test: {
          name: 'together',
          include: ['test/{contract,house,template}/**/*.test.ts'],
          isolate: false,
          setupFiles: ['test/support/no-network.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real sockets and a real synth share two cores with everything else on the machine.
        test: {
          name: 'sockets',
          include: ['test/{local,stack}/**/*.test.ts'],
          globalSetup: ['test/support/synthesizer.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // A browser takes a core for itself: one file at a time, when the others are done.
        test: {
          name: 'browser',
          include: ['test/web/**/*.test.ts'],
          globalSetup: ['test/support/synthesizer.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One more than the two cores: a test with sockets often waits.
    maxWorkers: 3,
    // Loading the CDK and the SDK takes longer than most of the tests that use them.
    isolate: false,
    projects: [
      {
        // These mock modules, or what a module keeps while it is loaded.
        extends: true,
        test: {
          name: 'alone',
          include: ['test/unit/{aws,gateway,log}/**/*.test.ts'],
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
          exclude: ['test/unit/{aws,gateway,log}/**'],
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

import { globSync, readFileSync } from 'node:fs';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import config, { long } from './vitest.config.ts';

// Test processes inherit it.
process.env['PARLEY_TEST_LONG'] = '1';

/** The test files that have no longer form. */
const usualOnly = globSync('test/**/*.test.ts', { exclude: long }).filter(
  (file) => !readFileSync(file, 'utf8').includes("/support/long.ts'"),
);

/** Runs the long tests, and the test files that have a longer form, in it. */
export default defineConfig({
  test: {
    ...config.test,
    projects: (config.test?.projects ?? []).map((each) => {
      const project = each as TestProjectInlineConfiguration;
      const usual = project.test?.exclude?.filter((pattern) => !long.includes(pattern)) ?? [];
      const exclude = [...usual, ...usualOnly];
      return { ...project, test: { ...project.test, exclude } };
    }),
  },
});

import type { Reporter, TestCase } from 'vitest/node';

/** Prints the tests that passed only in their second attempt, each with the error of the first one. */
export class SecondAttempts implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return;
    const messages = (test.result().errors ?? []).map(({ message }) => message.split('\n', 1)[0]);
    this.#lines.push(`${test.module.relativeModuleId} > ${test.fullName}: ${messages.join('; ')}`);
  }

  onTestRunEnd(): void {
    if (this.#lines.length > 0)
      console.log(['Passed in a second attempt only:', ...this.#lines].join('\n  '));
  }
}

/** One promise of Parley, and how to see whether a deployment keeps it. */
export interface Check {
  readonly promise: string;
  /** A sentence that says where to look when the check fails. */
  readonly advice: string;
  /** Resolves to a remark for the table. @throws Error if the promise is broken; NotChecked */
  readonly run: () => Promise<string | undefined>;
}

/** Thrown by a check that cannot run, for instance because a password is missing. */
export class NotChecked extends Error {}

export interface Result extends Pick<Check, 'promise' | 'advice'> {
  readonly outcome: 'kept' | 'broken' | 'not checked';
  readonly ms: number;
  /** A remark, or the reason of a failure. */
  readonly remark: string;
}

/** Runs the checks one after another, because they share sockets and measure times. Reports each result at once. */
export async function runChecks(
  checks: readonly Check[],
  report: (result: Result) => void = () => {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const result = await runCheck(check);
    results.push(result);
    report(result);
  }
  return results;
}

async function runCheck({ promise, advice, run }: Check): Promise<Result> {
  const startedAt = performance.now();
  const resultOf = (outcome: Result['outcome'], remark = ''): Result => {
    return { promise, advice, outcome, remark, ms: Math.round(performance.now() - startedAt) };
  };
  try {
    return resultOf('kept', await run());
  } catch (error) {
    return resultOf(error instanceof NotChecked ? 'not checked' : 'broken', reasonOf(error));
  }
}

/** Returns the error's message with its cause: `fetch` only says "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const why = cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : '';
  return why === '' ? error.message : `${error.message} (${why})`;
}

/** @throws Error unless the condition holds */
export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(why);
}

/** Formats the results as a table of promise, result and time. */
export function tableOf(results: readonly Result[]): string {
  const rows = [
    ['promise', 'result', 'time', ''],
    ...results.map(({ promise, outcome, ms, remark }) => {
      return [promise, outcome, `${ms} ms`, outcome === 'broken' ? '' : remark];
    }),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(([promise = '', result = '', time = '', remark = '']) =>
    [
      promise.padEnd(widths[0] ?? 0),
      result.padEnd(widths[1] ?? 0),
      time.padStart(widths[2] ?? 0),
      remark,
    ].join('  '),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Returns a line for each broken promise: what failed, why, and what to look at. */
export function failuresOf(results: readonly Result[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'broken')
    .map(({ promise, remark, advice }) => `Broken: ${promise}: ${remark.replace(/\.$/, '')}. ${advice}`);
}

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeliveryStats } from '../../../functions/delivery/context.ts';
import { measure } from '../../../functions/gateway/metrics.ts';

const lines: string[] = [];

beforeEach(() => {
  lines.length = 0;
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'Parley-Fanout');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const tally = (more: Partial<DeliveryStats> = {}): DeliveryStats => ({
  delivered: 0,
  gone: 0,
  failed: 0,
  closed: 0,
  ms: 1,
  ...more,
});

test.each([
  ['a hundred posts', tally({ delivered: 90, gone: 10 })],
  ['a post that failed', tally({ delivered: 1, failed: 1 })],
  ['a connection that was closed', tally({ closed: 1 })],
])('%s make one line', (_what, given) => {
  measure(given);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
});

test('fewer posts that all went through make none', () => {
  measure(tally({ delivered: 99 }));
  expect(lines).toEqual([]);
});

test('a line keeps to the rules of CloudWatch’s embedded metric format, and holds numbers and one name', () => {
  const before = Date.now();
  measure(tally({ delivered: 970, gone: 20, failed: 9, closed: 1, ms: 412 }));
  const { _aws, ...members } = JSON.parse(lines[0] ?? '');
  // AWS: "Specification: Embedded metric format": milliseconds since the epoch, and one to 100 metrics a directive.
  expect(Number.isInteger(_aws.Timestamp) && _aws.Timestamp >= before).toBe(true);
  const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
  expect(Namespace).toMatch(/^[a-zA-Z0-9._#:/-]{1,255}$/);
  expect(Dimensions).toEqual([['FunctionName']]);
  for (const name of Dimensions.flat()) expect(typeof members[name]).toBe('string');
  for (const { Name, Unit } of Metrics) {
    expect(Name.length).toBeGreaterThan(0);
    expect(['Count', 'Milliseconds']).toContain(Unit);
    expect(typeof members[Name]).toBe('number');
  }
  expect(members).toEqual({
    FunctionName: 'Parley-Fanout',
    PostsTaken: 970,
    PostsGone: 20,
    PostsFailed: 9,
    ConnectionsClosed: 1,
    LastPost: 412,
  });
  expect(Metrics.map(({ Name }: { Name: string }) => Name).toSorted()).toEqual(
    Object.keys(members)
      .filter((name) => name !== 'FunctionName')
      .toSorted(),
  );
});

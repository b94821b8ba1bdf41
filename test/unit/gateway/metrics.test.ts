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

const statsWith = (overrides: Partial<DeliveryStats> = {}): DeliveryStats => ({
  delivered: 0,
  gone: 0,
  failed: 0,
  closed: 0,
  ms: 1,
  ...overrides,
});

test.each([
  ['100 posts', statsWith({ delivered: 90, gone: 10 })],
  ['a failed post', statsWith({ delivered: 1, failed: 1 })],
  ['a closed connection', statsWith({ closed: 1 })],
])('writes one line for %s', (_name, stats) => {
  measure(stats);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
});

test('writes nothing for fewer posts without a failure', () => {
  measure(statsWith({ delivered: 99 }));
  expect(lines).toEqual([]);
});

test('writes CloudWatch’s embedded metric format, with numbers and the function’s name only', () => {
  const before = Date.now();
  measure(statsWith({ delivered: 970, gone: 20, failed: 9, closed: 1, ms: 412 }));
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

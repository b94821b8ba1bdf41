import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KeysUnavailableError } from '../../../functions/auth/token-verifier.ts';
import type { DeliveryStats } from '../../../functions/delivery/context.ts';
import { ChatError } from '../../../functions/domain/errors.ts';
import { countRefusal, measure } from '../../../functions/gateway/metrics.ts';
import { logFault } from '../../../functions/gateway/runtime.ts';
import { mockHttpApp } from '../../support/http-app.ts';

const lines: string[] = [];

beforeEach(() => {
  lines.length = 0;
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'Parley-Fanout');
  vi.stubEnv('STACK_NAME', 'Parley');
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
  ['a connection that had ended', statsWith({ delivered: 1, gone: 1 })],
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

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

/** Parses a line and checks it against "Specification: Embedded metric format" of AWS. */
function read(line = '') {
  const { _aws, ...members } = JSON.parse(line);
  expect(Number.isInteger(_aws.Timestamp)).toBe(true);
  const directives: readonly Directive[] = _aws.CloudWatchMetrics;
  for (const { Namespace, Dimensions, Metrics } of directives) {
    expect(Namespace).toMatch(/^[a-zA-Z0-9._#:/-]{1,255}$/);
    for (const name of Dimensions.flat()) expect(members[name]).toEqual(expect.stringMatching(/./));
    for (const { Name, Unit } of Metrics) {
      expect(['Count', 'Milliseconds']).toContain(Unit);
      expect(typeof members[Name]).toBe('number');
    }
  }
  const dimensionsOf = (metric: string) =>
    directives.find(({ Metrics }) => Metrics.some(({ Name }) => Name === metric))?.Dimensions;
  return { time: _aws.Timestamp, members, dimensionsOf };
}

test('writes posts with numbers and the names of function and stack only', () => {
  const before = Date.now();
  measure(statsWith({ delivered: 970, gone: 20, failed: 9, closed: 1, ms: 412 }));
  const { time, members, dimensionsOf } = read(lines[0]);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(members).toEqual({
    FunctionName: 'Parley-Fanout',
    Stack: 'Parley',
    PostsTaken: 970,
    PostsGone: 20,
    PostsFailed: 9,
    ConnectionsClosed: 1,
    LastPost: 412,
  });
  for (const name of ['PostsTaken', 'PostsGone', 'ConnectionsClosed', 'LastPost']) {
    expect(dimensionsOf(name)).toEqual([['FunctionName']]);
  }
  expect(dimensionsOf('PostsFailed')).toEqual([['FunctionName'], ['Stack']]);
});

test('counts a fault when it is logged, by function and for the stack', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  logFault('send', new Error('a secret'), 'r-1');
  expect(lines).toHaveLength(1);
  const { members, dimensionsOf } = read(lines[0]);
  expect(members).toEqual({ FunctionName: 'Parley-Fanout', Stack: 'Parley', Faults: 1 });
  expect(dimensionsOf('Faults')).toEqual([['FunctionName'], ['Stack']]);
});

test('counts a refusal by code in one short line', () => {
  countRefusal('RATE_LIMITED');
  expect(lines).toHaveLength(1);
  const { members, dimensionsOf } = read(lines[0]);
  expect(members).toMatchObject({ Stack: 'Parley', Code: 'RATE_LIMITED', Refusals: 1 });
  expect(dimensionsOf('Refusals')).toEqual([['Stack', 'Code']]);
  expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThan(300);
});

test('writes nothing outside of Lambda', () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', '');
  countRefusal('RATE_LIMITED');
  measure(statsWith({ failed: 1 }));
  expect(lines).toEqual([]);
});

describe('the HTTP API', () => {
  const faultsAndRefusals = () =>
    lines.map((line) => read(line).members).map(({ Faults, Code }) => (Faults ? 'fault' : Code));

  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });

  test.each([
    { answer: 401, error: new ChatError('UNAUTHENTICATED'), written: 'UNAUTHENTICATED' },
    { answer: 503, error: new KeysUnavailableError('no keys'), written: 'fault' },
    { answer: 500, error: new Error('a defect'), written: 'fault' },
  ])('writes one line for a $answer: $written', async ({ answer, error, written }) => {
    const { ask } = mockHttpApp({ verify: () => Promise.reject(error) });
    expect((await ask('GET /chats/')).status).toBe(answer);
    expect(faultsAndRefusals()).toEqual([written]);
  });

  test('counts the 501 of a sign-in that the chat does not have as a refusal', async () => {
    const { ask } = mockHttpApp({ passwordLogin: null });
    expect((await ask('POST /login/', { username: 'alice', password: 'secret' })).status).toBe(501);
    expect(faultsAndRefusals()).toEqual(['NO_PASSWORD_LOGIN']);
  });

  test('writes nothing for a request that succeeds', async () => {
    expect((await mockHttpApp().ask('GET /openapi.json')).status).toBe(200);
    expect(lines).toEqual([]);
  });
});

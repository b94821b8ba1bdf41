import { describe, expect, test } from 'vitest';
import { readFlags } from '../../bin/local-flags.ts';

test('defaults to .local, ports 8000 to 8004 and a free port for files', () => {
  expect(readFlags([], {})).toEqual({
    app: undefined,
    stackName: undefined,
    memory: false,
    watch: false,
    data: '.local',
    context: {},
    ports: { edge: 8000, socket: 8001, http: 8004, dynamodb: 8002, services: 8003, s3: 0 },
    limits: {},
    dynamodbEndpoint: undefined,
  });
});

test('chooses a free port for the HTTP API too if the edge gets one', () => {
  expect(readFlags([], { PARLEY_PORT: '0' }).ports).toMatchObject({ edge: 0, http: 0 });
});

test('reads flags and environment variables', () => {
  const args = [
    '-a',
    'node app.ts',
    '--stack',
    'Shop',
    '--memory',
    '--watch',
    '--data',
    'there',
    '--context',
    'a=1',
    '--context',
    'b=x=y',
  ];
  const env = {
    PARLEY_PORT: '4',
    PARLEY_SOCKET_PORT: '1',
    PARLEY_HTTP_PORT: '3',
    PARLEY_DYNAMODB_PORT: '2',
    PARLEY_SERVICES_PORT: '0',
    PARLEY_S3_PORT: '5',
    PARLEY_THROTTLE_RATE: '10',
    PARLEY_THROTTLE_BURST: '5',
    DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000',
  };
  expect(readFlags(args, env)).toEqual({
    app: 'node app.ts',
    stackName: 'Shop',
    memory: true,
    watch: true,
    data: 'there',
    context: { a: '1', b: 'x=y' },
    ports: { edge: 4, socket: 1, http: 3, dynamodb: 2, services: 0, s3: 5 },
    limits: { requestsPerSecond: 10, requestBurst: 5 },
    dynamodbEndpoint: 'http://127.0.0.1:8000',
  });
});

describe('rejects with one line that says what to do', () => {
  const oneLine = /^Could not start the local stack: [^\n]+\. [^\n]+\.$/;
  test.each([
    ['an unknown flag', ['--loud'], {}],
    ['a positional argument', ['loud'], {}],
    ['a flag without its value', ['--data'], {}],
    ['a context key without a value', ['--context', 'a'], {}],
    ['a port that is not a number', [], { PARLEY_SOCKET_PORT: 'http' }],
    ['a port that is too high', [], { PARLEY_DYNAMODB_PORT: '65536' }],
  ])('%s', (_name, args, env) => {
    expect(() => readFlags(args, env)).toThrow(oneLine);
  });
});

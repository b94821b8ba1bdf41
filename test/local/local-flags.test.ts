import { describe, expect, test } from 'vitest';
import { readFlags } from '../../bin/local-flags.ts';

test('without flags and environment the stack is kept in .local on ports 8000 to 8003, and files on any', () => {
  expect(readFlags([], {})).toEqual({
    memory: false,
    watch: false,
    data: '.local',
    context: {},
    ports: { edge: 8000, socket: 8001, dynamodb: 8002, services: 8003, s3: 0 },
    limits: {},
    dynamodbEndpoint: undefined,
  });
});

test('flags and environment are read', () => {
  const args = ['--memory', '--watch', '--data', 'there', '--context', 'a=1', '--context', 'b=x=y'];
  const env = {
    PARLEY_PORT: '4',
    PARLEY_SOCKET_PORT: '1',
    PARLEY_DYNAMODB_PORT: '2',
    PARLEY_SERVICES_PORT: '0',
    PARLEY_S3_PORT: '5',
    PARLEY_THROTTLE_RATE: '10',
    PARLEY_THROTTLE_BURST: '5',
    DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000',
  };
  expect(readFlags(args, env)).toEqual({
    memory: true,
    watch: true,
    data: 'there',
    context: { a: '1', b: 'x=y' },
    ports: { edge: 4, socket: 1, dynamodb: 2, services: 0, s3: 5 },
    limits: { requestsPerSecond: 10, requestBurst: 5 },
    dynamodbEndpoint: 'http://127.0.0.1:8000',
  });
});

describe('what is not known is one line that says what is', () => {
  const oneLine = /^Local stack did not start: [^\n]+; [^\n]+$/;
  test.each([
    ['an unknown flag', ['--loud'], {}],
    ['a word that is no flag', ['loud'], {}],
    ['a flag without its value', ['--data'], {}],
    ['a context without value', ['--context', 'a'], {}],
    ['a port that is no number', [], { PARLEY_SOCKET_PORT: 'http' }],
    ['a port that is too high', [], { PARLEY_DYNAMODB_PORT: '65536' }],
  ])('%s', (_name, args, env) => {
    expect(() => readFlags(args, env)).toThrow(oneLine);
  });
});

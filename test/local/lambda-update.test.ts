import { describe, expect, test, vi } from 'vitest';
import { localUrl } from '../../local/lambda/variables.ts';
import { counter, lines, read, result, start, useFunctionsHost } from './functions-host.ts';

useFunctionsHost();

describe('a new template', () => {
  const version = (number: number) => `export const handler = async () => ${number};`;

  test('replaces changed functions and keeps the others warm', async () => {
    const functions = start({ Changed: { code: version(1) }, Same: { code: counter } });
    await result(functions.run('Changed', '{}'));
    await result(functions.run('Same', '{}'));
    functions.update(read({ Changed: { code: version(2) }, Same: { code: counter } }));
    expect(await result(functions.run('Changed', '{}'))).toBe(2);
    expect(await result(functions.run('Same', '{}'))).toBe(2);
  });

  test('lets a running event finish on the old code', async () => {
    const slow = `export const handler = async () => {
      console.log('started'); await new Promise((resolve) => setTimeout(resolve, 100)); return 'old'; };`;
    const functions = start({ Slow: { code: slow } });
    const outcome = result(functions.run('Slow', '{}'));
    await vi.waitFor(() => expect(lines).toContain('[Slow] started'));
    functions.update(read({ Slow: { code: version(2) } }));
    expect(await result(functions.run('Slow', '{}'))).toBe(2);
    expect(await outcome).toBe('old');
  });

  test('starts new environments after a change of variables', async () => {
    const code = 'export const handler = async () => process.env.WORD;';
    const functions = start({ Say: { code, variables: { WORD: 'one' } } });
    expect(await result(functions.run('Say', '{}'))).toBe('one');
    functions.update(read({ Say: { code, variables: { WORD: 'two' } } }));
    expect(await result(functions.run('Say', '{}'))).toBe('two');
  });
});

describe('an AWS URL', () => {
  const endpoints = {
    gateway: 'http://127.0.0.1:8001',
    edge: 'http://localhost:8000',
    http: 'http://127.0.0.1:8005',
    httpApiId: 'rest',
    dynamodb: 'http://127.0.0.1:8002',
    lambda: 'http://127.0.0.1:8003',
    s3: 'http://127.0.0.1:8004',
  };
  test.each([
    ['https://abc.execute-api.us-east-1.amazonaws.com/prod', 'http://127.0.0.1:8001/prod'],
    ['https://rest.execute-api.us-east-1.amazonaws.com/admin', 'http://127.0.0.1:8005/admin'],
    ['wss://abc.execute-api.us-east-1.amazonaws.com/prod', 'ws://127.0.0.1:8001/prod'],
    ['https://cognito-idp.us-east-1.amazonaws.com/pool', 'http://127.0.0.1:8003/pool'],
    ['https://sts.us-east-1.amazonaws.com/pool', 'https://sts.us-east-1.amazonaws.com/pool'],
    ['https://dist.cloudfront.net', 'http://localhost:8000'],
    ['https://my-files.s3.us-east-1.amazonaws.com/', 'http://127.0.0.1:8004/my-files/'],
    ["img-src 'self' https://a.s3.us-east-1.amazonaws.com/; x", "img-src 'self' http://127.0.0.1:8004/a/; x"],
    ['plain text', 'plain text'],
  ])('%s becomes %s', (value, expected) => {
    expect(localUrl(value, endpoints)).toBe(expected);
  });

  test('in a function’s variables becomes local', async () => {
    const code = 'export const handler = async () => process.env.SOCKET_URL;';
    const variables = {
      SOCKET_URL: { 'Fn::Sub': `https://\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/prod` },
    };
    const functions = start({ Url: { code, variables } });
    expect(await result(functions.run('Url', '{}'))).toBe('http://127.0.0.1:1/prod');
  });
});

import { afterAll, afterEach } from 'vitest';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { testDatabase } from '../support/test-database.ts';
import { allow, type MiniApp, removeTemporaryDirectories } from './mini-assembly.ts';

const users = [{ id: '1', username: 'alice', email: 'alice@example.com' }];
const stacks: Stack[] = [];
/** The log lines of this test. */
export const lines: string[] = [];

/** Stops the stacks of each test in the calling file, and empties the log. */
export function useStackHost(): void {
  afterEach(async () => {
    await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
    lines.length = 0;
  });
  afterAll(removeTemporaryDirectories);
}

/** Starts a stack in memory on free ports. */
export async function start(
  synthesize: StackOptions['synthesize'],
  overrides: Partial<StackOptions> = {},
): Promise<Stack> {
  const stack = await startStack({
    synthesize,
    users,
    directory: null,
    ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 },
    log: (line) => lines.push(line),
    ...testDatabase(),
    ...overrides,
  });
  stacks.push(stack);
  return stack;
}

const ok = 'export const handler = async () => ({ statusCode: 200 });';

/** Posts to its own connection through `@connections`. It signs by hand, because it has no SDK. */
const echo = (word: string) => `export const handler = async (event) => {
  const { connectionId } = event.requestContext;
  const key = process.env.AWS_ACCESS_KEY_ID;
  const response = await fetch(process.env.SOCKET_URL + '/@connections/' + encodeURIComponent(connectionId), {
    method: 'POST',
    body: JSON.stringify({ word: '${word}', connectionId }),
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=' + key + '/20300101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
    },
  });
  console.log('posted ' + response.status + ' ' + await response.text());
  return { statusCode: 200 };
};`;

const socketUrl = { 'Fn::Sub': `https://\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/prod` };
const connectionsArn = {
  'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/prod/POST/@connections/*`,
};

/** Returns an app whose `$default` route posts `word` to the sender's connection. */
export function app(word: string, overrides: Partial<MiniApp['functions'][string]> = {}): MiniApp {
  return {
    functions: {
      Connect: { code: ok, routes: ['$connect', '$disconnect'] },
      Echo: {
        code: echo(word),
        routes: ['$default'],
        variables: { SOCKET_URL: socketUrl },
        statements: [allow('execute-api:ManageConnections', connectionsArn)],
        ...overrides,
      },
    },
    outputs: {
      SocketUrl: { Value: { 'Fn::Sub': `wss://\${Api}.execute-api.us-east-1.amazonaws.com/prod` } },
    },
  };
}

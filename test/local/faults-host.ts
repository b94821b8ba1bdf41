import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach } from 'vitest';
import { type Clock, systemClock } from '../../local/clock.ts';
import type { Faults } from '../../local/faults.ts';
import type { Stack } from '../../local/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';
import { developer } from './aws-host.ts';
import { allow, getAtt, type MiniApp, writeAssembly } from './mini-assembly.ts';
import { app, start } from './stack-host.ts';

/** Makes the calls that its frame lists, in order, and logs each result. It signs by hand, because it has no SDK. */
const steps = `
let events = 0;
const sign = (service) => ({
  authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20300101/us-east-1/' + service + '/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
  'amz-sdk-invocation-id': 'call-1',
  'amz-sdk-request': 'attempt=2; max=3',
});
const calls = {
  put: () => fetch(process.env.AWS_ENDPOINT_URL_DYNAMODB, {
    method: 'POST',
    body: JSON.stringify({ TableName: process.env.TABLE, Item: { room: { S: '1' }, item: { S: 'put' } } }),
    headers: { ...sign('dynamodb'), 'x-amz-target': 'DynamoDB_20120810.PutItem' },
  }),
  invoke: () => fetch(process.env.AWS_ENDPOINT_URL_LAMBDA + '/2015-03-31/functions/' + process.env.OTHER + '/invocations', {
    method: 'POST',
    body: '{}',
    headers: { ...sign('lambda'), 'x-amz-invocation-type': 'Event' },
  }),
  post: (id, text) => fetch(process.env.SOCKET_URL + '/@connections/' + encodeURIComponent(id), {
    method: 'POST', body: text, headers: sign('execute-api'),
  }),
};
export const handler = async ({ requestContext, body }) => {
  events += 1;
  for (const step of JSON.parse(body).steps) {
    const [name, text] = step.split(' ');
    const result = await calls[name](requestContext.connectionId, JSON.stringify({ text, events }))
      .then(async (response) => response.status + ' ' + (await response.text()), () => 'no response');
    console.log(step + ': ' + result);
  }
  return { statusCode: 200 };
};`;

const logging = (word: string) =>
  `export const handler = async () => { console.log('${word}'); return { statusCode: 200 }; };`;

function stepsApp(): MiniApp {
  const { functions, outputs } = app('unused');
  const { code: _code, variables, statements = [], ...echo } = functions['Echo'] ?? { code: '' };
  const grants = [
    allow('dynamodb:PutItem', getAtt('Rooms')),
    allow('lambda:InvokeFunction', getAtt('Other')),
  ];
  return {
    functions: {
      Connect: { code: logging('connected'), routes: ['$connect'] },
      Disconnect: { code: logging('disconnected'), routes: ['$disconnect'] },
      Other: { code: logging('invoked') },
      Steps: {
        ...echo,
        code: steps,
        variables: { ...variables, TABLE: { Ref: 'Rooms' }, OTHER: { Ref: 'Other' } },
        statements: [...statements, ...grants],
      },
    },
    ...(outputs && { outputs }),
  };
}

/** Starts a stack with faults and connects a client, whose frames list steps. */
export async function startFaulty(
  faults: Faults,
  clock: Clock = systemClock,
): Promise<{ stack: Stack; client: WsClient }> {
  const stack = await start(async () => writeAssembly(stepsApp()), { faults, clock });
  const client = await connect(stack.socketUrl);
  return { stack, client };
}

const clients: DynamoDBClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

/** Resolves to whether the step `put` took effect. Uses developer credentials, which have no faults. */
export async function hasItem(stack: Stack): Promise<boolean> {
  const client = new DynamoDBClient({
    endpoint: stack.dynamodbUrl,
    region: 'us-east-1',
    credentials: developer,
  });
  clients.push(client);
  const Key = { room: { S: '1' }, item: { S: 'put' } };
  const { Item } = await client.send(new GetItemCommand({ TableName: stack.tables[0], Key }));
  return Item !== undefined;
}

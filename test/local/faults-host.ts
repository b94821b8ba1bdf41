import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach } from 'vitest';
import { type Clock, systemClock } from '../../local/clock.ts';
import type { Faults } from '../../local/faults.ts';
import type { Stack } from '../../local/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';
import { allow, getAtt, type MiniApp, writeAssembly } from './mini-assembly.ts';
import { app, start } from './stack-host.ts';

/** Does the calls that its frame names, one after the other, and logs how each ended. A bundle of a few bytes has no SDK. */
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
    const ended = await calls[name](requestContext.connectionId, JSON.stringify({ text, events }))
      .then(async (response) => response.status + ' ' + (await response.text()), () => 'no answer');
    console.log(step + ': ' + ended);
  }
  return { statusCode: 200 };
};`;

const noted = (word: string) =>
  `export const handler = async () => { console.log('${word}'); return { statusCode: 200 }; };`;

function stepping(): MiniApp {
  const { functions, outputs } = app('unused');
  const { code: _code, variables, statements = [], ...echo } = functions['Echo'] ?? { code: '' };
  const grants = [
    allow('dynamodb:PutItem', getAtt('Rooms')),
    allow('lambda:InvokeFunction', getAtt('Other')),
  ];
  return {
    functions: {
      Connect: { code: noted('connected'), routes: ['$connect'] },
      Disconnect: { code: noted('disconnected'), routes: ['$disconnect'] },
      Other: { code: noted('invoked') },
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

/** A stack with faults, and a client whose frames name steps. */
export async function startFaulty(
  faults: Faults,
  clock: Clock = systemClock,
): Promise<{ stack: Stack; client: WsClient }> {
  const stack = await start(async () => writeAssembly(stepping()), { faults, clock });
  const client = await connect(stack.socketUrl);
  return { stack, client };
}

const clients: DynamoDBClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

/** Whether the step `put` took effect. A developer asks, whom no fault meets. */
export async function isPut(stack: Stack): Promise<boolean> {
  const client = new DynamoDBClient({
    endpoint: stack.dynamodbUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
  clients.push(client);
  const Key = { room: { S: '1' }, item: { S: 'put' } };
  const { Item } = await client.send(new GetItemCommand({ TableName: stack.tables[0], Key }));
  return Item !== undefined;
}

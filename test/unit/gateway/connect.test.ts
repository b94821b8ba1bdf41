import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../../functions/connect.ts';
import { authorizerContext } from '../../support/gateway-events.ts';

const dynamodb = mockClient(DynamoDBClient);
const lambda = mockClient(LambdaClient);

beforeEach(() => {
  for (const name of ['CHAT_TABLE', 'CONNECTIONS_TABLE', 'WELCOME_FUNCTION']) vi.stubEnv(name, name);
  // The mocks replace the clients of the SDK.
  vi.stubEnv('AWS_CLIENT', 'sdk');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  lambda.onAnyCommand().resolves({});
});

afterEach(() => {
  vi.unstubAllEnvs();
  dynamodb.reset();
  lambda.reset();
});

/** Connects a user with a token from ten minutes ago. Returns the status, and how many welcomes were requested. */
async function connectWith(profile: object) {
  dynamodb
    .onAnyCommand()
    .resolves({})
    .on(UpdateItemCommand)
    .resolves({ Attributes: marshall(profile) });
  const authorizer = authorizerContext({ tokenIssuedAt: String(Date.now() - 600_000) });
  const requestContext = { connectionId: 'a=', connectedAt: Date.now(), requestId: 'r', authorizer };
  const answer = await handler({ requestContext } as unknown as Parameters<typeof handler>[0]);
  return { status: answer.statusCode, welcomes: lambda.commandCalls(InvokeCommand).length };
}

test('accepts a user, and requests the welcome of the connection', async () => {
  expect(await connectWith({})).toEqual({ status: 200, welcomes: 1 });
});

test.each([
  ['banned', 'bannedAt', 403],
  ['signed out everywhere', 'signedOutAt', 401],
])(
  'refuses a user who was %s after the authorizer had allowed the handshake',
  async (_what, field, status) => {
    expect(await connectWith({ [field]: Date.now() })).toEqual({ status, welcomes: 0 });
  },
);

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  ForbiddenException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  DynamoDBClient,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as serve } from '../../../functions/default.ts';
import { CLOCK_TOLERANCE_MS } from '../../../functions/domain/connection.ts';
import { rowOf } from '../../support/connection-rows.ts';
import { authorizerContext, frameEvent } from '../../support/gateway-events.ts';
import { alice, connectionOf } from '../../support/sample.ts';

const gateway = mockClient(ApiGatewayManagementApiClient);
const dynamodb = mockClient(DynamoDBClient);
const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(() => {
  vi.stubEnv('CHAT_TABLE', 'chat');
  vi.stubEnv('CONNECTIONS_TABLE', 'connections');
  vi.stubEnv('FANOUT_FUNCTION', 'fanout');
  vi.stubEnv('SOCKET_URL', 'https://abc.execute-api.us-east-1.amazonaws.com/prod');
  // The mocks replace the clients of the SDK.
  vi.stubEnv('AWS_CLIENT', 'sdk');
  vi.stubEnv('AWS_REGION', 'us-east-1');
});

afterEach(() => {
  gateway.reset();
  dynamodb.reset();
  errors.mockClear();
});

/** A session whose token expired too long ago for clock differences to matter. */
const expired = () => authorizerContext({ tokenExpiresAt: String(Date.now() - CLOCK_TOLERANCE_MS - 60_000) });

const posted = () =>
  gateway.commandCalls(PostToConnectionCommand).map(({ args }) => JSON.parse(String(args[0].input.Data)));

describe('serving a frame', () => {
  test('answers a refused frame with an error frame, and returns 200', async () => {
    gateway.on(PostToConnectionCommand).resolves({});
    await expect(serve(frameEvent('{"action":"fly","client_id":"a-1"}'))).resolves.toMatchObject({
      statusCode: 200,
    });
    expect(posted()).toEqual([
      { type: 'error', code: 'UNKNOWN_ACTION', message: expect.any(String), client_id: 'a-1' },
    ]);
    expect(dynamodb.calls()).toHaveLength(0);
  });

  test.each(['{"message":"hi"}', '{"action":"authenticate","token":"a.b.c"}'])(
    'sends TOKEN_EXPIRED, closes the socket and runs no command if the token has expired: %s',
    async (body) => {
      gateway.onAnyCommand().resolves({});
      dynamodb.onAnyCommand().resolves({});
      await serve(frameEvent(body, expired()));
      expect(posted()).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
      expect(gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(1);
      expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(0);
      expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(0);
    },
  );

  test('closes the socket of an expired token even if the gateway refuses the post', async () => {
    gateway
      .on(PostToConnectionCommand)
      .rejects(new ForbiddenException({ message: 'no grant', $metadata: { httpStatusCode: 403 } }));
    gateway.on(DeleteConnectionCommand).resolves({});
    dynamodb.onAnyCommand().resolves({});
    await expect(serve(frameEvent('hello', expired()))).rejects.toThrow('Frame not answered');
    expect(gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(1);
  });

  test('reads the row of a connection once if the session has expired, and accepts its renewed token', async () => {
    gateway.onAnyCommand().resolves({});
    const row = rowOf(connectionOf(alice, { tokenExpiresAt: Date.now() + 3_600_000 }));
    dynamodb.on(GetItemCommand).resolves({ Item: row });
    await serve(frameEvent('{"action":"fly"}', expired()));
    expect(posted()).toMatchObject([{ code: 'UNKNOWN_ACTION' }]);
    expect(gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(0);
    expect(dynamodb.calls().map(({ args }) => args[0].input)).toEqual([
      {
        TableName: 'connections',
        Key: marshall({ room: '1#0', connection: 'alice-socket=' }),
        ConsistentRead: true,
      },
    ]);
  });

  test('tolerates a token that has just expired, without a lookup', async () => {
    gateway.onAnyCommand().resolves({});
    await serve(frameEvent('{"action":"fly"}', authorizerContext({ tokenExpiresAt: String(Date.now()) })));
    expect(posted()).toMatchObject([{ code: 'UNKNOWN_ACTION' }]);
    expect(dynamodb.calls()).toHaveLength(0);
  });

  test('answers a database failure with INTERNAL, and logs the failure without the message text', async () => {
    gateway.on(PostToConnectionCommand).resolves({});
    dynamodb
      .onAnyCommand()
      .rejects(new ProvisionedThroughputExceededException({ message: 'slow', $metadata: {} }));
    await serve(frameEvent('{"message":"a secret"}'));
    expect(posted()).toMatchObject([{ type: 'error', code: 'INTERNAL' }]);
    const logged = JSON.stringify(errors.mock.calls);
    expect(logged).toContain('ProvisionedThroughputExceededException');
    expect(logged).not.toContain('secret');
    expect(logged).not.toMatch(/\bat .*:\d+/);
  });

  test('throws an error without a stack if the answer cannot be posted', async () => {
    gateway
      .onAnyCommand()
      .rejects(new ForbiddenException({ message: 'no grant', $metadata: { httpStatusCode: 403 } }));
    const failure = await serve(frameEvent('hello')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).stack).not.toMatch(/\bat .*:\d+/);
  });

  test('closes a refused connection that `welcome` could not close, without an answer', async () => {
    gateway.onAnyCommand().resolves({});
    await serve(
      frameEvent('{"message":"hi"}', authorizerContext({ dialect: 'type', refusal: 'NOT_A_MEMBER' })),
    );
    expect(posted()).toEqual([]);
    expect(gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(1);
    expect(dynamodb.calls()).toHaveLength(0);
  });

  test('throws if the event has no session', async () => {
    const event = frameEvent('{"message":"hi"}', {} as ReturnType<typeof authorizerContext>);
    await expect(serve(event)).rejects.toThrow('Frame not answered');
    expect(gateway.calls()).toHaveLength(0);
  });
});

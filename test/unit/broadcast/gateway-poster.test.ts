import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  ForbiddenException,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { gatewayPoster } from '../../../functions/broadcast/gateway-poster.ts';
import { TryAgain } from '../../../functions/broadcast/poster.ts';

const gateway = mockClient(ApiGatewayManagementApiClient);
const poster = gatewayPoster(new ApiGatewayManagementApiClient({ region: 'us-east-1' }));
const said = (httpStatusCode: number) => ({ message: 'no', $metadata: { httpStatusCode } });

test('a frame goes out as it is', async () => {
  gateway.on(PostToConnectionCommand).resolves({});
  await expect(poster.post('a=', 'frame')).resolves.toBe('taken');
  expect(gateway.commandCalls(PostToConnectionCommand)[0]?.args[0].input).toEqual({
    ConnectionId: 'a=',
    Data: 'frame',
  });
});

test('410 says that the connection is gone', async () => {
  gateway.on(PostToConnectionCommand).rejects(new GoneException(said(410)));
  await expect(poster.post('a=', 'frame')).resolves.toBe('gone');
});

test.each([
  ['429', new LimitExceededException(said(429))],
  [
    '500',
    new ApiGatewayManagementApiServiceException({
      name: 'InternalServerError',
      $fault: 'server',
      ...said(500),
    }),
  ],
  ['a broken connection', new Error('ECONNRESET')],
])('%s may pass, so the post is tried again', async (_what, error) => {
  gateway.on(PostToConnectionCommand).rejects(error);
  await expect(poster.post('a=', 'frame')).rejects.toBeInstanceOf(TryAgain);
});

test('a missing grant does not pass, so it is reported', async () => {
  const denied = new ForbiddenException(said(403));
  gateway.onAnyCommand().rejects(denied);
  await expect(poster.post('a=', 'frame')).rejects.toBe(denied);
  await expect(poster.close('a=')).rejects.toBe(denied);
});

test('a close that the gateway is too busy for is tried again', async () => {
  gateway.on(DeleteConnectionCommand).rejects(new LimitExceededException(said(429)));
  await expect(poster.close('a=')).rejects.toBeInstanceOf(TryAgain);
});

test('closing what is closed already is no fault', async () => {
  gateway.on(DeleteConnectionCommand).rejects(new GoneException(said(410)));
  await expect(poster.close('a=')).resolves.toBeUndefined();
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiGatewayManagementApiClient,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FanOutBatch } from '../../../functions/delivery/context.ts';
import { handler as disconnect } from '../../../functions/disconnect.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { handler as fanOut } from '../../../functions/fanout.ts';
import { sessionOf } from '../../../functions/gateway/session.ts';
import { shardOf } from '../../../functions/store/keys.ts';
import { handler as welcome } from '../../../functions/welcome.ts';
import { rowOf } from '../../support/connection-rows.ts';
import { bob, connectionOf, NOON } from '../../support/sample.ts';

const gateway = mockClient(ApiGatewayManagementApiClient);
const dynamodb = mockClient(DynamoDBClient);
const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
const lambda = { awsRequestId: 'r' } as Context;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date'] });
  vi.stubEnv('CHAT_TABLE', 'chat');
  vi.stubEnv('CONNECTIONS_TABLE', 'connections');
  vi.stubEnv('FILES_BUCKET', 'files');
  vi.stubEnv('SOCKET_URL', 'https://abc.execute-api.us-east-1.amazonaws.com/prod');
  // The mocks replace the clients of the SDK.
  vi.stubEnv('AWS_CLIENT', 'sdk');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  gateway.onAnyCommand().resolves({});
  dynamodb.onAnyCommand().resolves({});
});

afterEach(() => {
  vi.useRealTimers();
  gateway.reset();
  dynamodb.reset();
  errors.mockClear();
});

interface RecordedContext {
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly authorizer: Record<string, string>;
}

const fixtures = join(import.meta.dirname, '../../fixtures');
const releases = readdirSync(fixtures).filter((name) => /^\d/.test(name));
const recorded = <T>(release: string, name: string): readonly T[] =>
  JSON.parse(readFileSync(join(fixtures, release, `${name}.json`), 'utf8'));

const withoutEmpty = (context: Record<string, string>) =>
  Object.fromEntries(Object.entries(context).filter(([, value]) => value !== ''));

const posted = () =>
  gateway.commandCalls(PostToConnectionCommand).map(({ args }) => ({
    id: args[0].input.ConnectionId,
    frame: JSON.parse(String(args[0].input.Data)),
  }));

describe.each(releases)('this release reads what release %s wrote:', (release) => {
  const contexts = recorded<RecordedContext>(release, 'contexts');

  test('the context of an open connection, with and without its empty values', () => {
    const sessions = contexts
      .filter(({ eventType }) => eventType !== 'DISCONNECT')
      .map(({ authorizer }) => {
        const event = { connectionId: 'a=', connectedAt: NOON };
        const session = sessionOf({ ...event, authorizer });
        expect(sessionOf({ ...event, authorizer: withoutEmpty(authorizer) })).toEqual(session);
        expect(session).toMatchObject({
          room: authorizer['room'] ?? '',
          user: { id: authorizer['principalId'], username: authorizer['username'] ?? '' },
          dialect: authorizer['dialect'],
          tokenExpiresAt: Number(authorizer['tokenExpiresAt']),
        });
        expect(session.user.guest ?? false).toBe(authorizer['guest'] === 'true');
        return session;
      });
    expect(new Set(sessions.map(({ dialect }) => dialect)).size).toBe(4);
    expect(sessions.some(({ refusal }) => refusal === 'NOT_A_MEMBER')).toBe(true);
  });

  test('the context of $disconnect', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [] });
    const closed = contexts.filter(({ eventType }) => eventType === 'DISCONNECT');
    for (const { authorizer } of closed) {
      const requestContext = { connectionId: 'a=', requestId: 'r', authorizer };
      await disconnect({ requestContext } as unknown as Parameters<typeof disconnect>[0]);
    }
    const users = dynamodb
      .commandCalls(QueryCommand)
      .map(({ args }) => args[0].input.ExpressionAttributeValues?.[':user']?.S);
    expect(users).toEqual(closed.map(({ authorizer }) => authorizer['principalId']));
    expect(users.length).toBeGreaterThan(0);
    expect(errors).not.toHaveBeenCalled();
  });

  test.each(recorded<Session>(release, 'welcomes').map((session) => [session.dialect, session] as const))(
    'the payload of `welcome` for a connection of the dialect %s',
    async (_dialect, session) => {
      const room = { name: 'r', kind: 'group', access: 'open', seq: 0, shards: 1 };
      dynamodb.on(QueryCommand).resolves({ Items: [] });
      dynamodb
        .on(GetItemCommand)
        .callsFake(({ Key }) => (Key.item?.S === 'room' ? { Item: marshall(room) } : {}));
      gateway.on(GetConnectionCommand).resolves({ ConnectedAt: new Date(NOON) });
      vi.setSystemTime(session.connectedAt + 100);
      await welcome(session, lambda);
      const silent = session.dialect === 'content' || session.dialect === 'operation';
      expect(posted().length > 0).toBe(!silent);
      expect(errors).not.toHaveBeenCalled();
    },
  );

  test.each(
    recorded<FanOutBatch>(release, 'batches').map((batch) => {
      const { change } = batch.event as { change?: { kind: string } };
      const what = [batch.event.kind, change?.kind].filter(Boolean).join(' ');
      return [what, 'audience' in batch ? 'a list of connections' : 'a shard', batch] as const;
    }),
  )('the payload of `fanout` for %s to %s', async (_kind, _to, batch) => {
    const here = connectionOf(bob, { room: batch.room.id });
    const expected = 'audience' in batch ? batch.audience.map(({ id }) => id) : [here.id];
    if ('shard' in batch) {
      dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
        const inShard = ExpressionAttributeValues[':room']?.S === `${batch.room.id}#0`;
        return { Items: inShard ? [rowOf(here)] : [] };
      });
    }
    const shard = 'shard' in batch ? { shard: shardOf(here.id, batch.room.shards) } : {};
    await fanOut({ ...batch, ...shard } as FanOutBatch, lambda);
    const receivers = posted().filter(({ frame }) => !/^mark_/.test(frame.type));
    expect(receivers.map(({ id }) => id).sort()).toEqual([...expected].sort());
    expect(errors).not.toHaveBeenCalled();
  });
});

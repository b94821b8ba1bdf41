import { DynamoDBClient, GetItemCommand, InternalServerError } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { UpgradeEvent } from '../../../functions/gateway/authorize-session.ts';
import { mockIssuer, rules } from '../../support/issuer.ts';

const dynamodb = mockClient(DynamoDBClient);
const lambda = mockClient(LambdaClient);
const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(() => {
  vi.resetModules();
  // The mock replaces the client of the SDK.
  vi.stubEnv('AWS_CLIENT', 'sdk');
  vi.stubEnv('CHAT_TABLE', 'chat');
  vi.stubEnv('ISSUER', rules.issuer);
  vi.stubEnv('AUDIENCE', rules.audience);
  vi.stubEnv('JWKS_URI', rules.jwksUri);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('ALLOWED_ORIGINS', 'https://chat.example.com');
  dynamodb.reset();
  lambda.reset();
});

afterEach(() => {
  vi.unstubAllGlobals();
  errors.mockClear();
});

/** Imports the entry anew, as a cold start does. */
const authorizer = async () => (await import('../../../functions/authorize.ts')).handler;

const upgrade = (
  headers: Record<string, string>,
  query: Record<string, string> | null = { room: '1' },
): UpgradeEvent => ({
  methodArn: 'arn:aws:execute-api:us-east-1:000000000000:abc/prod/$connect',
  headers,
  queryStringParameters: query,
  requestContext: { connectionId: 'L0SM9cOFvHcCIhw=', connectedAt: 1, requestId: 'r=' },
});

type Handshake = [headers: Record<string, string>, query: Record<string, string>];

function mockRoomOfAlice(profile?: object): void {
  dynamodb.on(GetItemCommand).callsFake(({ Key }) => {
    if (profile && Key.room.S === 'user#1') return { Item: marshall(profile) };
    const items: Record<string, object> = {
      room: { name: 'r', kind: 'group', access: 'members', seq: 0, shards: 1 },
      'member#1': { user: '1', role: 'owner', readTo: 0 },
    };
    const item = Key.room.S === '1' ? items[Key.item.S] : undefined;
    return item ? { Item: marshall(item) } : {};
  });
}

describe('authorizing an upgrade request', () => {
  test('allows a member, and returns the session as a flat context', async () => {
    const { sign } = await mockIssuer();
    mockRoomOfAlice();
    const token = await sign({
      preferred_username: 'alice',
      email: 'alice@example.com',
      email_verified: true,
    });
    const result = await (await authorizer())(upgrade({ Authorization: `Bearer ${token}` }));
    expect(result).toMatchObject({
      principalId: '1',
      policyDocument: {
        Statement: [{ Effect: 'Allow', Resource: 'arn:aws:execute-api:us-east-1:000000000000:abc/prod/*' }],
      },
      context: { room: '1', username: 'alice', email: 'alice@example.com', dialect: 'action', reads: 'auto' },
    });
    for (const value of Object.values(result.context ?? {}))
      expect(['string', 'number', 'boolean']).toContain(typeof value);
  });

  test('reads the name and the picture that the team has set with the ban, and they come before the token', async () => {
    const { sign } = await mockIssuer();
    mockRoomOfAlice({ name: 'Alice of the team' });
    const claims = { name: 'Alice', picture: 'https://example.com/alice.png' };
    const result = await (await authorizer())(upgrade({ Authorization: `Bearer ${await sign(claims)}` }));
    expect(result.context).toMatchObject({
      name: 'Alice of the team',
      avatarUrl: claims.picture,
      ofTeam: 'name',
    });
    // The room, the member and the profile.
    expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(3);
  });

  test.each([
    ['no token', {}],
    ['an invalid token', { Authorization: 'Bearer a.b.c' }],
  ])(
    'fails with exactly `Unauthorized` for %s, which the gateway answers with 401',
    async (_name, headers) => {
      await mockIssuer();
      mockRoomOfAlice();
      await expect((await authorizer())(upgrade(headers))).rejects.toMatchObject({ message: 'Unauthorized' });
    },
  );

  test.each([
    ['after', (good: string, other: string) => `sessionid=${other}; sessionid=${good}`],
    ['before', (good: string, other: string) => `sessionid=${good}; sessionid=${other}`],
  ])('accepts the valid session cookie %s those of other apps', async (_where, cookies) => {
    const { sign } = await mockIssuer();
    mockRoomOfAlice();
    const good = await sign({});
    const Origin = 'https://chat.example.com';
    for (const other of ['8f7c', await sign({ aud: 'another app' })]) {
      const answer = await (await authorizer())(upgrade({ Cookie: cookies(good, other), Origin }));
      expect(answer).toMatchObject({ principalId: '1', context: { dialect: 'content' } });
    }
  });

  test('reads subprotocols that the client offers in several lines', async () => {
    const { sign } = await mockIssuer();
    mockRoomOfAlice();
    const lines = ['Bearer', await sign({})];
    const event = {
      ...upgrade({ 'Sec-WebSocket-Protocol': lines[1] ?? '' }),
      multiValueHeaders: { 'Sec-WebSocket-Protocol': lines },
    };
    expect(await (await authorizer())(event)).toMatchObject({ principalId: '1' });
  });

  test.each([
    ['header', (token: string): Handshake => [{ Authorization: `Bearer ${token}` }, { room: '1' }]],
    ['query, whose dialect refuses by frame', (token: string): Handshake => [{}, { room: '1', token }]],
  ])('fails with 500, never with 401, if the keys cannot be fetched: %s', async (_place, request) => {
    const { sign, fetch } = await mockIssuer();
    fetch.mockResolvedValue(new Response('', { status: 500 }));
    const [headers, query] = request(await sign({}));
    const failed = (await authorizer())(upgrade(headers, query));
    await expect(failed).rejects.toThrow('Handshake failed');
  });

  test('denies users without membership in the same way as rooms that do not exist', async () => {
    const { sign } = await mockIssuer();
    mockRoomOfAlice();
    const headers = { Authorization: `Bearer ${await sign({ sub: '4' })}` };
    const answers = await Promise.all([
      (await authorizer())(upgrade(headers)),
      (await authorizer())(upgrade(headers, { room: '404' })),
      (await authorizer())(upgrade(headers, { firts_user: '1' })),
      (await authorizer())(upgrade(headers, { room: '' })),
      (await authorizer())(upgrade(headers, { room: '#4' })),
      (await authorizer())(upgrade(headers, { room: 'x'.repeat(3_000) })),
      (await authorizer())(upgrade(headers, { room: '1', dialect: '__proto__' })),
    ]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
  });

  test('allows a guest into an open room, without changes of the room, which would name its members', async () => {
    dynamodb.on(GetItemCommand).resolves({
      Item: marshall({ name: 'r', kind: 'group', access: 'open', seq: 0, shards: 1 }),
    });
    const query = { room: '1', dialect: 'action', changes: 'all' };
    const opened = await (await authorizer())(upgrade({}, query));
    expect(opened).toMatchObject({ context: { room: '1', guest: true, changes: '' } });
  });

  test('creates no direct room for a banned user', async () => {
    const { sign } = await mockIssuer();
    vi.stubEnv('DIRECT_ROOMS', 'on-demand');
    mockRoomOfAlice({ username: 'alice', bannedAt: 1 });
    const headers = { Authorization: `Bearer ${await sign({})}` };
    const answer = await (await authorizer())(upgrade(headers, { firts_user: '1', second_user: '2' }));
    expect(answer).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
    expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(dynamodb.calls().length);
  });

  test('opens the inbox of a signed-in user if no room is named', async () => {
    const { sign } = await mockIssuer();
    dynamodb.on(GetItemCommand).resolves({});
    const headers = { Authorization: `Bearer ${await sign({ sub: '4' })}` };
    const opened = await (await authorizer())(upgrade(headers, null));
    expect(opened).toMatchObject({ principalId: '4', context: { room: '#4', shard: 0, dialect: 'action' } });
    await expect((await authorizer())(upgrade({}, { dialect: 'action' }))).rejects.toThrow('Unauthorized');
    // One read finds out whether the user is banned.
    expect(dynamodb.calls()).toHaveLength(1);
  });

  test.each(['content', 'type', 'operation'])(
    'requires a room in the dialect %s, which has no inbox',
    async (dialect) => {
      const { sign } = await mockIssuer();
      dynamodb.on(GetItemCommand).resolves({});
      const headers = { Authorization: `Bearer ${await sign({ sub: '4' })}` };
      const answer = await (await authorizer())(upgrade(headers, { dialect }));
      const refused = answer.policyDocument.Statement[0]?.Effect === 'Deny';
      expect(refused || answer.context?.['refusal'] === 'NOT_A_MEMBER').toBe(true);
    },
  );

  test('neither allows nor denies during a database failure, and does not log the token', async () => {
    const { sign } = await mockIssuer();
    dynamodb.onAnyCommand().rejects(new InternalServerError({ message: 'oops', $metadata: {} }));
    const token = await sign({});
    const failed = (await authorizer())(upgrade({ Authorization: `Bearer ${token}` }));
    await expect(failed).rejects.toThrow('Handshake failed');
    expect(JSON.stringify(errors.mock.calls)).not.toContain(token);
  });
});

describe('authorizing with a function of the team', () => {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:ReadSession';
  const cookie = { Cookie: 'shop=8f7c', Origin: 'https://chat.example.com' };

  beforeEach(() => {
    vi.stubEnv('AUTH_FUNCTION', arn);
    vi.stubEnv('AUTH_TIMEOUT_MS', '3000');
    vi.stubEnv('SESSION_COOKIE', 'shop');
    vi.stubEnv('EDGE_KEY', 'E1');
    mockRoomOfAlice();
  });
  afterEach(() => {
    for (const name of ['AUTH_FUNCTION', 'AUTH_TIMEOUT_MS', 'SESSION_COOKIE', 'EDGE_KEY'])
      vi.stubEnv(name, undefined);
  });

  const answering = (answer: unknown, failure?: string) => {
    const Payload = Buffer.from(JSON.stringify(answer)) as never;
    lambda.on(InvokeCommand).resolves({ Payload, ...(failure && { FunctionError: failure }) });
  };
  const invocations = () =>
    lambda
      .commandCalls(InvokeCommand)
      .map(({ args: [{ input }] }) => [input.FunctionName, JSON.parse(String(input.Payload))]);

  test('allows the user in the function’s answer until the session expires', async () => {
    const expiresAt = Date.now() + 300_000;
    answering({ userId: '1', username: 'alice', attributes: { user_type: 'teacher' }, expiresAt });
    const headers = { ...cookie, 'X-Parley-Edge': 'E1', 'X-Forwarded-For': '203.0.113.7, 198.51.100.1' };
    const event = upgrade(headers);
    const identity = { sourceIp: '198.51.100.1' };
    const request = { ...event, requestContext: { ...event.requestContext, identity } };
    expect(await (await authorizer())(request)).toMatchObject({
      principalId: '1',
      context: {
        username: 'alice',
        email: '',
        userType: 'teacher',
        dialect: 'content',
        tokenExpiresAt: expiresAt,
      },
    });
    const source = { kind: 'cookie', origin: 'https://chat.example.com', sourceIp: '203.0.113.7' };
    expect(invocations()).toEqual([[arn, { credential: '8f7c', ...source }]]);
  });

  test.each([
    ['a cookie', cookie],
    ['a token', { Authorization: 'Bearer 8f7c' }],
  ])('refuses %s with 401 if the function answers null', async (_what, headers) => {
    answering(null);
    await expect((await authorizer())(upgrade(headers))).rejects.toThrow('Unauthorized');
  });

  test.each([
    ['a cookie of another site', { ...cookie, Origin: 'https://evil.example.com' }],
    ['a token that is too long', { Authorization: `Bearer ${'a'.repeat(4_097)}` }],
    ['no credential', {}],
  ])('does not invoke the function for %s', async (_what, headers: Record<string, string>) => {
    const answer = await (await authorizer())(upgrade(headers)).catch(({ message }: Error) => message);
    expect(answer).toSatisfy(
      (each) => each === 'Unauthorized' || each.policyDocument.Statement[0].Effect === 'Deny',
    );
    expect(invocations()).toEqual([]);
  });

  test.each([
    [
      'the function fails',
      () => answering({ errorType: 'KeyError', errorMessage: 'no 8f7c' }, 'Unhandled'),
      'KeyError',
    ],
    ['its answer is malformed', () => answering({ user: '8f7c' }), 'userId'],
    [
      'its invocation is throttled',
      () => lambda.on(InvokeCommand).rejects(Object.assign(new Error('8f7c'), { name: 'Throttled' })),
      'Throttled',
    ],
  ])('fails with 500, and logs the reason without the credential, if %s', async (_how, prepare, reason) => {
    prepare();
    for (const [headers, query] of [
      [cookie, { room: '1' }],
      [{}, { room: '1', token: '8f7c' }],
    ] as Handshake[]) {
      await expect((await authorizer())(upgrade(headers, query))).rejects.toThrow('Handshake failed');
    }
    const logged = JSON.stringify(errors.mock.calls);
    expect(logged).toContain(reason);
    expect(logged).not.toContain('8f7c');
  });
});

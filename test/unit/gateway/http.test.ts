import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { mockIssuer, rules } from '../../support/issuer.ts';
import { mockDatabase } from '../../support/mock-database.ts';

const { dynamodb } = mockDatabase();
let token = '';

beforeAll(async () => {
  // The mock replaces the client of the SDK.
  vi.stubEnv('AWS_CLIENT', 'sdk');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('CHAT_TABLE', 'chat');
  vi.stubEnv('CONNECTIONS_TABLE', 'connections');
  vi.stubEnv('SOCKET_URL', 'https://abc.execute-api.us-east-1.amazonaws.com/prod');
  vi.stubEnv('FILES_BUCKET', 'files');
  vi.stubEnv('ISSUER', rules.issuer);
  vi.stubEnv('AUDIENCE', rules.audience);
  vi.stubEnv('JWKS_URI', rules.jwksUri);
  vi.stubEnv('ALLOWED_ORIGINS', 'https://chat.example.com,https://www.example.com');
  vi.stubEnv('MAX_FILE_BYTES', '1000000');
  token = await (await mockIssuer()).sign({});
});

afterEach(() => {
  vi.restoreAllMocks();
  dynamodb.reset();
});

/** Returns an event in payload format 2.0 (AWS: "Create AWS Lambda proxy integrations for HTTP APIs"). */
const event = (overrides: Partial<APIGatewayProxyEventV2> = {}, method = 'GET'): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'ANY /api/{proxy+}',
  rawPath: '/api/chats/1/',
  rawQueryString: '',
  headers: { authorization: `Bearer ${token}`, host: 'abc.execute-api.us-east-1.amazonaws.com' },
  requestContext: {
    accountId: '1',
    apiId: 'abc',
    domainName: 'abc.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abc',
    http: { method, path: '/api/chats/1/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: 'r=',
    routeKey: 'ANY /api/{proxy+}',
    stage: '$default',
    time: '12/Mar/2020:19:03:58 +0000',
    timeEpoch: 1,
  },
  isBase64Encoded: false,
  ...overrides,
});

async function serve(request: APIGatewayProxyEventV2) {
  const { handler } = await import('../../../functions/http.ts');
  const result = await handler(request, { awsRequestId: 'r-1' } as Context);
  if (typeof result === 'string')
    throw new Error('Test failed: the handler returned a string. Return a structured answer.');
  return result;
}

/** The room keys that the handler requested. Each request with a token also reads the profile of its user. */
const requestedRooms = () =>
  dynamodb
    .calls()
    .map(({ args }) => (args[0].input as { Key?: { room?: { S?: string } } }).Key?.room?.S)
    .filter((room) => room !== undefined && room !== 'user#1');

test.each([
  ['c#', 'c%23'],
  ['50% off', '50%25 off'],
  ['größe', 'größe'],
  ['%23', '%2523'],
])('finds the room of a path that API Gateway has decoded: %s', async (room, key) => {
  dynamodb.onAnyCommand().resolves({});
  const answer = await serve(event({ rawPath: `/api/chats/${room}/` }));
  expect(answer.statusCode).toBe(403);
  expect(new Set(requestedRooms())).toEqual(new Set([key]));
});

const viaEdge = (path: string): Partial<APIGatewayProxyEventV2> => ({
  rawPath: decodeURIComponent(path).split('?')[0] ?? '',
  headers: { ...event().headers, 'x-parley-path': path },
});

test.each([
  ['c%23', 'c%23'],
  ['50%25%20off', '50%25 off'],
  ['gr%C3%B6%C3%9Fe', 'größe'],
  ['%2523', '%2523'],
  ['team%2Fa', 'team/a'],
  ['a%3Fb', 'a?b'],
  ['a%252Fb', 'a%252Fb'],
])('decodes the path that the edge sends as a header exactly once: %s', async (room, key) => {
  dynamodb.onAnyCommand().resolves({});
  for (const end of ['/', '']) {
    expect((await serve(event(viaEdge(`/api/chats/${room}${end}`)))).statusCode).toBe(403);
  }
  expect(new Set(requestedRooms())).toEqual(new Set([key]));
});

test.each<[string, Partial<APIGatewayProxyEventV2>]>([
  ['has a dot segment, which URLs resolve', viaEdge('/api/chats/1/members/%2E%2E/')],
  ['has a dot segment at the API’s own name', { rawPath: '/api/chats/1/members/../' }],
  ['is not valid UTF-8', { ...viaEdge('/api/chats/1/'), headers: { 'x-parley-path': '/api/chats/%E9/' } }],
  ['may have been cut at a question mark', { rawPath: '/api/chats/1' }],
  ['may have been cut within the id of a user', { rawPath: '/api/chats/1/members/eve' }],
])('answers 404 to a path that %s', async (_which, overrides) => {
  for (const method of ['GET', 'DELETE']) {
    const answer = await serve(event(overrides, method));
    expect(answer.statusCode).toBe(404);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ error: 'NOT_FOUND' });
  }
  expect(dynamodb.calls()).toEqual([]);
});

test.each(['%E6%97%A5'.repeat(101), 'a%00', 'a%C2%85'])(
  'refuses the id of a room or a member that cannot exist, before it becomes a key: %s',
  async (id) => {
    dynamodb.onAnyCommand().resolves({});
    const room = await serve(event(viaEdge(`/api/chats/${id}/`)));
    expect([room.statusCode, JSON.parse(room.body ?? '')]).toMatchObject([403, { error: 'NOT_A_MEMBER' }]);
    const member = await serve(event(viaEdge(`/api/chats/1/members/${id}/`), 'DELETE'));
    expect([member.statusCode, JSON.parse(member.body ?? '')]).toMatchObject([
      404,
      { error: 'NO_SUCH_MEMBER' },
    ]);
    expect(requestedRooms()).toEqual([]);
    expect(dynamodb.calls()).toHaveLength(2);
  },
);

test('reads cookies from the list in the event', async () => {
  dynamodb.onAnyCommand().resolves({});
  const answer = await serve(event({ headers: {}, cookies: ['a=b', `sessionid=${token}`] }));
  expect(answer.statusCode).toBe(403);
  expect(JSON.parse(answer.body ?? '')).toMatchObject({ error: 'NOT_A_MEMBER' });
});

test.each([
  ['8f7c', 'good'],
  ['good', '8f7c'],
  ['a.b.c', 'good'],
  ['', 'good'],
])('accepts the session cookie that verifies, among %s and %s', async (...names) => {
  dynamodb.onAnyCommand().resolves({});
  const cookies = names.map((name) => `sessionid=${name === 'good' ? token : name}`);
  expect((await serve(event({ headers: {}, cookies }))).statusCode).toBe(403);
  const foreign = cookies.filter((cookie) => !cookie.endsWith(token));
  expect((await serve(event({ headers: {}, cookies: foreign }))).statusCode).toBe(401);
});

test('decodes a base64 body', async () => {
  const body = Buffer.from('{"content":""}').toString('base64');
  const headers = { ...event().headers, 'content-type': 'application/json' };
  const rawPath = '/api/chats/1/send_message/';
  dynamodb.onAnyCommand().resolves({});
  const answer = await serve(event({ rawPath, headers, body, isBase64Encoded: true }, 'POST'));
  expect(JSON.parse(answer.body ?? '')).toMatchObject({ error: 'EMPTY_TEXT' });
});

test('ignores the body of a GET, and logs nothing', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  dynamodb.onAnyCommand().resolves({});
  expect((await serve(event({ body: '{"a":1}' }))).statusCode).toBe(403);
  expect(log).not.toHaveBeenCalled();
});

test('refuses to sign in without a user pool client', async () => {
  const headers = { 'content-type': 'application/json' };
  const body = '{"username":"alice","password":"alice"}';
  const answer = await serve(event({ rawPath: '/api/login/', headers, body }, 'POST'));
  expect(answer.statusCode).toBe(501);
});

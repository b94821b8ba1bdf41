import { expect, test } from 'vitest';
import { connect, RefusedUpgrade } from '../../support/ws-client.ts';
import {
  authorizedApi,
  type Handler,
  policy,
  rejection,
  startGateway,
  type TestGatewayOptions,
} from './test-gateway.ts';

function start(authorize: Handler, options: TestGatewayOptions = {}) {
  return startGateway({ api: authorizedApi, ...options, functions: { ...options.functions, authorize } });
}

/** Status and parsed body of a handshake that must be refused, and which functions it called. */
async function refusal(authorize: Handler, options: TestGatewayOptions = {}) {
  const { connect: open, calls, lines } = await start(authorize, options);
  const error = await rejection(open());
  if (!(error instanceof RefusedUpgrade)) throw error;
  const called = calls.all.map(({ functionName }) => functionName);
  return { status: error.status, body: JSON.parse(error.body), called, lines };
}

function withSources(...identitySources: string[]) {
  return { ...authorizedApi, authorizer: { functionName: 'authorize', identitySources } };
}

test('an Allow lets the handshake go on to $connect', async () => {
  const { open, calls } = await start(() => policy('Allow'));
  await open();
  expect(calls.all.map(({ functionName }) => functionName)).toEqual(['authorize', 'connect']);
});

test('a Deny refuses with 403', async () => {
  expect(await refusal(() => policy('Deny'))).toMatchObject({
    status: 403,
    body: { Message: 'User is not authorized to access this resource with an explicit deny' },
    called: ['authorize'],
  });
});

test('a policy that does not match $connect refuses with 403', async () => {
  const Resource = 'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/send';
  const policyDocument = { Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource }] };
  expect(await refusal(() => policy('Allow', { policyDocument }))).toMatchObject({
    status: 403,
    body: { Message: 'User is not authorized to access this resource' },
  });
});

test('the policy may allow exactly the ARN that the authorizer was given', async () => {
  const { open } = await start(({ methodArn }) =>
    policy('Allow', {
      policyDocument: { Statement: { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn } },
    }),
  );
  await open();
});

test('throwing exactly Unauthorized refuses with 401', async () => {
  const answer = await refusal(() => {
    throw new Error('Unauthorized');
  });
  expect(answer).toMatchObject({ status: 401, body: { message: 'Unauthorized' }, called: ['authorize'] });
});

test('throwing anything else refuses with 500, and its message stays out of the log', async () => {
  const answer = await refusal(() => {
    throw new Error('Unauthorized: token eyJ');
  });
  expect(answer).toMatchObject({ status: 500, body: { message: null } });
  expect(answer.lines).toEqual(['Handshake refused with 500: authorizer authorize threw; see its log']);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'Allow'],
  ['no principalId', policy('Allow', { principalId: undefined })],
  ['a principalId that is no text', policy('Allow', { principalId: 1 })],
  ['no policyDocument', policy('Allow', { policyDocument: undefined })],
  ['an Effect that is none', policy('Permit')],
  ['a list in its context', policy('Allow', { context: { roles: ['owner'] } })],
  ['an object in its context', policy('Allow', { context: { user: { id: 1 } } })],
  ['null in its context', policy('Allow', { context: { user: null } })],
  ['a list as context', policy('Allow', { context: ['user'] })],
  ['more than 8 KB', policy('Allow', { context: { user: 'x'.repeat(8 * 1024) } })],
])('a result with %s refuses with 500', async (_what, result) => {
  expect(await refusal(() => result)).toMatchObject({ status: 500, called: ['authorize'] });
});

test('a result of just under 8 KB is taken', async () => {
  const room = 8 * 1024 - JSON.stringify(policy('Allow', { context: { user: '' } })).length;
  const { open } = await start(() => policy('Allow', { context: { user: 'x'.repeat(room) } }));
  await open();
});

test('an authorizer that takes longer than 29 s refuses with 500', async () => {
  const { connect: open, calls, clock } = await start(() => new Promise(() => {}));
  const refused = rejection(open());
  await calls.next('authorize');
  clock.advance(29_000);
  expect(await refused).toMatchObject({ status: 500 });
});

test.each(['route.request.header.X-Token', 'route.request.querystring.token'])(
  'a handshake without the identity source %s is refused with 401 and no call',
  async (source) => {
    const answer = await refusal(() => policy('Allow'), {
      api: withSources('route.request.header.Host', source),
    });
    expect(answer).toMatchObject({ status: 401, body: { message: 'Unauthorized' }, called: [] });
  },
);

test('identity sources are found in headers of any case and in the query', async () => {
  const { url, calls } = await start(() => policy('Allow'), {
    api: withSources('route.request.header.x-TOKEN', 'route.request.querystring.token'),
  });
  await connect(`${url}?token=b`, { headers: { 'X-Token': 'a' } });
  expect(calls.all.map(({ functionName }) => functionName)).toEqual(['authorize', 'connect']);
});

test('an identity source that is not known here refuses with 500 and says so in the log', async () => {
  const answer = await refusal(() => policy('Allow'), { api: withSources('context.apiId') });
  expect(answer.status).toBe(500);
  expect(answer.lines.join()).toContain('Identity source context.apiId was not read');
});

test('nothing is cached: every handshake asks the authorizer', async () => {
  let effect = 'Allow';
  const gateway = await start(() => policy(effect));
  await gateway.open();
  effect = 'Deny';
  expect(await rejection(gateway.connect())).toMatchObject({ status: 403 });
});

test('a reloaded template acts on the next handshake', async () => {
  const gateway = await start(() => policy('Deny'));
  expect(await rejection(gateway.connect())).toMatchObject({ status: 403 });
  gateway.reload({ ...authorizedApi, authorizer: null });
  await gateway.open();
});

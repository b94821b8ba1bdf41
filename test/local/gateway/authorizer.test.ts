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

/** Returns the answer to a handshake that must be rejected, and the functions that it called. */
async function rejectedHandshake(authorize: Handler, options: TestGatewayOptions = {}) {
  const { connect: open, calls, lines } = await start(authorize, options);
  const error = await rejection(open());
  if (!(error instanceof RefusedUpgrade)) throw error;
  const called = calls.all.map(({ functionName }) => functionName);
  return { status: error.status, body: JSON.parse(error.body), called, lines };
}

function withSources(...identitySources: string[]) {
  return { ...authorizedApi, authorizer: { functionName: 'authorize', identitySources } };
}

test('calls $connect after an Allow', async () => {
  const { open, calls } = await start(() => policy('Allow'));
  await open();
  expect(calls.all.map(({ functionName }) => functionName)).toEqual(['authorize', 'connect']);
});

test('rejects with 403 on a Deny', async () => {
  expect(await rejectedHandshake(() => policy('Deny'))).toMatchObject({
    status: 403,
    body: { Message: 'User is not authorized to access this resource with an explicit deny' },
    called: ['authorize'],
  });
});

test('rejects with 403 on a policy that does not match $connect', async () => {
  const Resource = 'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/send';
  const policyDocument = { Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource }] };
  expect(await rejectedHandshake(() => policy('Allow', { policyDocument }))).toMatchObject({
    status: 403,
    body: { Message: 'User is not authorized to access this resource' },
  });
});

test('accepts a policy that allows exactly the methodArn of the event', async () => {
  const { open } = await start(({ methodArn }) =>
    policy('Allow', {
      policyDocument: { Statement: { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn } },
    }),
  );
  await open();
});

test('rejects with 401 when the authorizer throws exactly Unauthorized', async () => {
  const answer = await rejectedHandshake(() => {
    throw new Error('Unauthorized');
  });
  expect(answer).toMatchObject({ status: 401, body: { message: 'Unauthorized' }, called: ['authorize'] });
});

test('rejects with 500 when the authorizer throws anything else, and does not log the message', async () => {
  const answer = await rejectedHandshake(() => {
    throw new Error('Unauthorized: token eyJ');
  });
  expect(answer).toMatchObject({ status: 500, body: { message: null } });
  expect(answer.lines).toEqual([
    "Handshake failed with 500: authorizer authorize threw. See the function's log.",
  ]);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'Allow'],
  ['no principalId', policy('Allow', { principalId: undefined })],
  ['a principalId that is not a text', policy('Allow', { principalId: 1 })],
  ['no policyDocument', policy('Allow', { policyDocument: undefined })],
  ['an unknown Effect', policy('Permit')],
  ['a list in its context', policy('Allow', { context: { roles: ['owner'] } })],
  ['an object in its context', policy('Allow', { context: { user: { id: 1 } } })],
  ['null in its context', policy('Allow', { context: { user: null } })],
  ['a list as context', policy('Allow', { context: ['user'] })],
  ['more than 8 KB', policy('Allow', { context: { user: 'x'.repeat(8 * 1024) } })],
])('rejects with 500 on a result with %s', async (_what, result) => {
  expect(await rejectedHandshake(() => result)).toMatchObject({ status: 500, called: ['authorize'] });
});

test('accepts a result of just under 8 KB', async () => {
  const room = 8 * 1024 - JSON.stringify(policy('Allow', { context: { user: '' } })).length;
  const { open } = await start(() => policy('Allow', { context: { user: 'x'.repeat(room) } }));
  await open();
});

test('rejects with 500 when the authorizer takes longer than 29 s', async () => {
  const { connect: open, calls, clock } = await start(() => new Promise(() => {}));
  const rejected = rejection(open());
  await calls.next('authorize');
  clock.advance(29_000);
  expect(await rejected).toMatchObject({ status: 500 });
});

test.each(['route.request.header.X-Token', 'route.request.querystring.token'])(
  'rejects a handshake without the identity source %s with 401 and without a call',
  async (source) => {
    const answer = await rejectedHandshake(() => policy('Allow'), {
      api: withSources('route.request.header.Host', source),
    });
    expect(answer).toMatchObject({ status: 401, body: { message: 'Unauthorized' }, called: [] });
  },
);

test('finds identity sources in headers of any case and in the query string', async () => {
  const { url, calls } = await start(() => policy('Allow'), {
    api: withSources('route.request.header.x-TOKEN', 'route.request.querystring.token'),
  });
  await connect(`${url}?token=b`, { headers: { 'X-Token': 'a' } });
  expect(calls.all.map(({ functionName }) => functionName)).toEqual(['authorize', 'connect']);
});

test('rejects with 500 on an unsupported identity source, and logs it', async () => {
  const answer = await rejectedHandshake(() => policy('Allow'), { api: withSources('context.apiId') });
  expect(answer.status).toBe(500);
  expect(answer.lines.join()).toContain('Identity source context.apiId was not read');
});

test('drops context keys whose value is empty, and garbles text that is not ASCII', async () => {
  const context = { name: 'Zoë 👋', email: '', age: 7 };
  const { open, calls } = await start(() => policy('Allow', { context, principalId: '日本' }));
  await open();
  const connected = calls.all.find(({ functionName }) => functionName === 'connect');
  const integrationLatency = expect.any(Number);
  expect(connected?.event.requestContext.authorizer).toEqual({
    principalId: '??',
    name: 'Zo? ?',
    age: '7',
    integrationLatency,
  });
});

test('calls the authorizer for every handshake', async () => {
  let effect = 'Allow';
  const gateway = await start(() => policy(effect));
  await gateway.open();
  effect = 'Deny';
  expect(await rejection(gateway.connect())).toMatchObject({ status: 403 });
});

test('applies a reloaded template to the next handshake', async () => {
  const gateway = await start(() => policy('Deny'));
  expect(await rejection(gateway.connect())).toMatchObject({ status: 403 });
  gateway.reload({ ...authorizedApi, authorizer: null });
  await gateway.open();
});

import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, test, vi } from 'vitest';
import type { AwsCall } from '../../local/trace.ts';
import { connect } from '../support/ws-client.ts';
import { developer } from './aws-host.ts';
import { writeAssembly } from './mini-assembly.ts';
import { app, lines, start, useStackHost } from './stack-host.ts';

useStackHost();

describe('a stack', () => {
  test('passes a frame to the function and posts its response over @connections', async () => {
    const calls: AwsCall[] = [];
    const stack = await start(async () => writeAssembly(app('one')), { trace: (call) => calls.push(call) });
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    expect(await client.next()).toMatchObject({ word: 'one' });
    expect(calls).toMatchObject([
      {
        phase: 'request',
        functionName: 'Echo',
        service: 'execute-api',
        action: 'execute-api:ManageConnections',
        resource: expect.stringMatching(
          /^arn:aws:execute-api:us-east-1:000000000000:api\/prod\/POST\/@connections\//,
        ),
      },
    ]);
    await client.close();
  });

  test('has local URLs in its outputs', async () => {
    const stack = await start(async () => writeAssembly(app('one')));
    expect(stack.outputs).toEqual({ SocketUrl: stack.socketUrl });
    expect(stack.callbackUrl).toBe(stack.socketUrl.replace('ws:', 'http:'));
  });

  test('synthesizes with the edge’s origins in the context, and runs its own issuer', async () => {
    const contexts: unknown[] = [];
    const stack = await start(async (context) => {
      contexts.push(context);
      return writeAssembly(app('one'));
    });
    const { port } = new URL(stack.edgeUrl);
    expect(contexts).toEqual([{ allowedOrigins: `http://localhost:${port},http://127.0.0.1:${port}` }]);
    const jwks = await (await fetch(`${stack.servicesUrl}/.well-known/jwks.json`)).json();
    expect(jwks).toMatchObject({ keys: [{ alg: 'ES256' }] });
    expect(await stack.token('alice')).toMatch(/^ey/);
    await expect(stack.token('eve')).rejects.toThrow(/no user eve\. Use one of alice/);
  });
});

describe('a call that the template does not grant fails', () => {
  test('the route of a function without AWS::Lambda::Permission', async () => {
    const stack = await start(async () => writeAssembly(app('one', { permitted: false })));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    expect(lines).toContain(
      'API Gateway may not invoke function Echo: no AWS::Lambda::Permission allows ' +
        'arn:aws:execute-api:us-east-1:000000000000:api/prod/$default. Grant it in lib/.',
    );
    await client.close();
  });

  test('a function’s post to a connection', async () => {
    const stack = await start(async () => writeAssembly(app('one', { statements: [] })));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    const denied = /\[Echo\] posted 403 .*EchoRole\/Echo is not authorized to perform/;
    await vi.waitFor(() => expect(lines.join('\n')).toMatch(denied), { timeout: 10_000 });
    expect(lines).toContain(
      'AccessDenied: function Echo may not call execute-api:ManageConnections on api/prod/POST/@connections/*. Grant it in lib/.',
    );
    await client.close();
  });

  test('unless a developer makes it with the AWS SDK', async () => {
    const stack = await start(async () => writeAssembly(app('one')));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    const frame = await client.next();
    const connectionId = String(Reflect.get(Object(frame), 'connectionId'));
    const api = new ApiGatewayManagementApiClient({
      endpoint: stack.callbackUrl,
      region: 'us-east-1',
      credentials: developer,
    });
    await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: '{"from":"developer"}' }));
    expect(await client.next()).toEqual({ from: 'developer' });
    api.destroy();
    await client.close();
  });
});

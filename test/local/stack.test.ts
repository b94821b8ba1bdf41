import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { AwsCall } from '../../local/trace.ts';
import { connect } from '../support/ws-client.ts';
import { removeTemporaryDirectories, writeAssembly } from './mini-assembly.ts';
import { app, lines, start, stopStacks } from './stack-host.ts';

afterEach(stopStacks);
afterAll(removeTemporaryDirectories);

describe('a template runs', () => {
  test('from the socket through the function and back over @connections', async () => {
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

  test('with its outputs made local', async () => {
    const stack = await start(async () => writeAssembly(app('one')));
    expect(stack.outputs).toEqual({ SocketUrl: stack.socketUrl });
    expect(stack.callbackUrl).toBe(stack.socketUrl.replace('ws:', 'http:'));
  });

  test('with the edge’s origins in the context of its synthesis, and no issuer: that is the template’s own', async () => {
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
    await expect(stack.token('eve')).rejects.toThrow(/no user eve; there are alice/);
  });
});

describe('what the template does not grant fails', () => {
  test('a route whose function has no AWS::Lambda::Permission: the client sees a gateway error', async () => {
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

  test('a post to a connection: the function gets a 403 that names it', async () => {
    const stack = await start(async () => writeAssembly(app('one', { statements: [] })));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    await vi.waitFor(() =>
      expect(lines.join('\n')).toMatch(/\[Echo\] posted 403 .*EchoRole\/Echo is not authorized to perform/),
    );
    expect(lines).toContain(
      'AccessDenied: function Echo may not execute-api:ManageConnections on api/prod/POST/@connections/*; grant it in lib/',
    );
    await client.close();
  });

  test('but a developer with the real SDK may post', async () => {
    const stack = await start(async () => writeAssembly(app('one')));
    const client = await connect(stack.socketUrl);
    client.send({ action: 'anything' });
    const frame = await client.next();
    const connectionId = String(Reflect.get(Object(frame), 'connectionId'));
    const api = new ApiGatewayManagementApiClient({
      endpoint: stack.callbackUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'developer', secretAccessKey: 'x' },
    });
    await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: '{"from":"developer"}' }));
    expect(await client.next()).toEqual({ from: 'developer' });
    api.destroy();
    await client.close();
  });
});

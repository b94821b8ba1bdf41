import { connect as dial, type Socket } from 'node:net';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach } from 'vitest';
import type { SocketApi } from '../../../local/api-routes.ts';
import type { GatewayOptions } from '../../../local/gateway/gateway-state.ts';
import { openGateway } from '../../../local/gateway/open-gateway.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type ConnectOptions, connect, type WsClient } from '../../support/ws-client.ts';

/** The fields of an event that the tests read. */
export interface TestEvent {
  readonly type?: string;
  readonly methodArn?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>> & {
    readonly connectionId: string;
    readonly routeKey: string;
  };
}

export interface Call {
  readonly functionName: string;
  readonly event: TestEvent;
}

export type Handler = (event: TestEvent) => unknown;

export const ok: Handler = () => ({ statusCode: 200 });

export const api: SocketApi = {
  apiId: 'abc123def4',
  stage: 'prod',
  region: 'us-east-1',
  accountId: '000000000000',
  routes: new Map([
    ['$connect', 'connect'],
    ['$disconnect', 'disconnect'],
    ['send', 'send'],
    ['$default', 'fallback'],
  ]),
  routeSelectionExpression: '$request.body.action',
  authorizer: null,
};

export const authorizedApi: SocketApi = {
  ...api,
  authorizer: { functionName: 'authorize', identitySources: ['route.request.header.Host'] },
};

/** Returns an authorizer's result that allows or denies every action. */
export function policy(effect: string, more: object = {}): unknown {
  const Statement = [{ Action: 'execute-api:Invoke', Effect: effect, Resource: '*' }];
  return { principalId: '1', policyDocument: { Version: '2012-10-17', Statement }, ...more };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

interface Waiter {
  readonly functionName: string;
  readonly resolve: (call: Call) => void;
}

function callLog() {
  const all: Call[] = [];
  const unread: Call[] = [];
  const waiters: Waiter[] = [];
  return {
    all,
    add(call: Call) {
      all.push(call);
      const index = waiters.findIndex(({ functionName }) => functionName === call.functionName);
      if (index < 0) unread.push(call);
      else waiters.splice(index, 1)[0]?.resolve(call);
    },
    /** Returns the next call of a function that no test has read yet, and waits for it if needed. */
    next(functionName: string): Promise<Call> {
      const index = unread.findIndex((call) => call.functionName === functionName);
      const [found] = index < 0 ? [] : unread.splice(index, 1);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => waiters.push({ functionName, resolve }));
    },
  };
}

export interface TestGatewayOptions extends Partial<Omit<GatewayOptions, 'api' | 'invoke' | 'clock'>> {
  readonly api?: SocketApi;
  readonly functions?: Readonly<Record<string, Handler>>;
}

type CallLog = ReturnType<typeof callLog>;

/** Runs a test's functions. JSON drops the undefined fields of an event, as Lambda does. */
function invoker(functions: Readonly<Record<string, Handler>>, calls: CallLog): GatewayOptions['invoke'] {
  return async (functionName, event) => {
    const call: Call = { functionName, event: JSON.parse(JSON.stringify(event)) };
    calls.add(call);
    const handler = functions[functionName];
    if (handler === undefined)
      throw new Error(`Test function was not called: there is no ${functionName}. Add it to the options.`);
    return handler(call.event);
  };
}

/** Starts a gateway whose functions are in the test. It closes after the test. */
export async function startGateway(options: TestGatewayOptions = {}) {
  const clock = new ManualClock();
  const calls = callLog();
  const lines: string[] = [];
  const functions = { connect: ok, disconnect: ok, send: ok, fallback: ok, ...options.functions };
  let current = options.api ?? api;
  const gateway = openGateway({
    permit: () => undefined,
    log: (line) => lines.push(line),
    ...options,
    api: () => current,
    clock,
    invoke: invoker(functions, calls),
  });
  const port = await gateway.listen(0);
  stops.push(() => gateway.close());
  const http = `http://127.0.0.1:${port}/prod`;
  const url = `ws://127.0.0.1:${port}/prod`;
  return {
    ...{ gateway, clock, calls, lines, port, http, url },
    ...management(http),
    reload(next: SocketApi) {
      current = next;
    },
    connect: (connectOptions?: ConnectOptions) => connect(url, connectOptions),
    /** Opens a connection and returns its client and id. */
    async open(connectOptions?: ConnectOptions): Promise<{ client: WsClient; id: string }> {
      const client = await connect(url, connectOptions);
      const { event } = await calls.next('connect');
      return { client, id: event.requestContext.connectionId };
    },
  };
}

/** Starts a gateway and opens one connection to it. */
export async function startConnected(options?: TestGatewayOptions) {
  const gateway = await startGateway(options);
  return { ...gateway, ...(await gateway.open()) };
}

/** Creates AWS's client of `@connections`, with example credentials. */
export function management(endpoint: string) {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' },
    maxAttempts: 1,
  });
  stops.push(async () => client.destroy());
  return {
    post: (ConnectionId: string, Data: string | Uint8Array) =>
      client.send(new PostToConnectionCommand({ ConnectionId, Data })),
    get: (ConnectionId: string) => client.send(new GetConnectionCommand({ ConnectionId })),
    remove: (ConnectionId: string) => client.send(new DeleteConnectionCommand({ ConnectionId })),
  };
}

/** Returns a function that does not return before the test calls `release`. */
export function blockedFunction(): { readonly handler: Handler; readonly release: () => void } {
  const released = Promise.withResolvers<void>();
  return { handler: () => released.promise.then(() => ({ statusCode: 200 })), release: released.resolve };
}

export const upgradeHeaders = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'DM+9PqsQtaZrN+IMZbWTzg==',
};

/** Returns the bytes of an upgrade request. */
export function upgradeRequest(target = '/prod', more: readonly (readonly [string, string])[] = []): string {
  const headers = [['Host', '127.0.0.1'], ...Object.entries(upgradeHeaders), ...more];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends an upgrade request over a plain socket, which the test can end or reset. */
export function dialUpgrade(port: number, ...request: Parameters<typeof upgradeRequest>): Socket {
  const socket = dial(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(upgradeRequest(...request));
  return socket;
}

/** Returns the error that a promise rejects with. @throws if it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Promise did not reject: it resolved.');
}

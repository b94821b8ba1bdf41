import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach } from 'vitest';
import { type GatewayOptions, openGateway } from '../../../local/gateway/open-gateway.ts';
import type { SocketApi } from '../../../local/gateway/socket-api.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type ConnectOptions, connect, type WsClient } from '../../support/ws-client.ts';

/** The parts of an event that these tests read. */
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

/** An authorizer's result that allows or denies everything. */
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
  readonly take: (call: Call) => void;
}

function callLog() {
  const all: Call[] = [];
  const untaken: Call[] = [];
  const waiters: Waiter[] = [];
  return {
    all,
    add(call: Call) {
      all.push(call);
      const index = waiters.findIndex(({ functionName }) => functionName === call.functionName);
      if (index < 0) untaken.push(call);
      else waiters.splice(index, 1)[0]?.take(call);
    },
    /** Takes the next call of a function, made or to be made. */
    next(functionName: string): Promise<Call> {
      const index = untaken.findIndex((call) => call.functionName === functionName);
      const [found] = index < 0 ? [] : untaken.splice(index, 1);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((take) => waiters.push({ functionName, take }));
    },
  };
}

export interface TestGatewayOptions extends Partial<Omit<GatewayOptions, 'api' | 'invoke' | 'clock'>> {
  readonly api?: SocketApi;
  readonly functions?: Readonly<Record<string, Handler>>;
}

type CallLog = ReturnType<typeof callLog>;

/** Runs a test's function as Lambda would: what is undefined in an event is not there. */
function invoker(functions: Readonly<Record<string, Handler>>, calls: CallLog): GatewayOptions['invoke'] {
  return async (functionName, event) => {
    const call: Call = { functionName, event: JSON.parse(JSON.stringify(event)) };
    calls.add(call);
    const handler = functions[functionName];
    if (handler === undefined) throw new Error(`Test function ${functionName} is missing; add it`);
    return handler(call.event);
  };
}

/** A listening gateway over functions that live in the test; it is closed after the test. */
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
    /** Opens a connection and tells its id. */
    async open(connectOptions?: ConnectOptions): Promise<{ client: WsClient; id: string }> {
      const client = await connect(url, connectOptions);
      const { event } = await calls.next('connect');
      return { client, id: event.requestContext.connectionId };
    },
  };
}

/** The real client of `@connections`, with credentials that mean nothing. */
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

/** A promise that the test settles. */
export function gate<T = void>() {
  let open: (value: T) => void = () => {};
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

/** The error that a promise rejects with; fails if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Promise did not reject: it resolved; a refusal was expected');
}

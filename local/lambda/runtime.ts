// Runs in the worker thread of an execution environment. It imports no other module of this project, because
// every import would slow down each cold start. The parent strips its types once.
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionDefinition } from './definition.ts';

/** The response of a failed invocation, as Lambda sends it. */
export interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** The result of an invocation. `payload` is the handler's return value as JSON. */
export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly failure: Failure };

/** The settings of a new environment, which the parent passes as worker data. */
export interface RuntimeSetup
  extends Pick<FunctionDefinition, 'name' | 'arn' | 'handler' | 'memoryMb' | 'timeoutMs'> {
  /** The bundle's URL. */
  readonly url: string;
}

/** One event for the handler. `payload` is JSON. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly payload: string;
}

/** A message to the parent: the bundle is loaded, or an event has an outcome. */
export type RuntimeReply = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly outcome: Outcome };

type Handler = (event: unknown, context: unknown) => unknown;

const setup: RuntimeSetup = workerData;
const handler = await loadHandler();

parentPort?.on('message', async (event: RuntimeEvent) => {
  reply({ kind: 'done', outcome: await run(event) });
});
reply({ kind: 'ready' });

/** Loads the bundle. If that fails, every event of this environment gets the failure. */
async function loadHandler(): Promise<Handler | Failure> {
  try {
    const module: Readonly<Record<string, unknown>> = await import(setup.url);
    const exported = module[setup.handler];
    if (typeof exported !== 'function') {
      return {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: `${setup.handler} is undefined or not exported`,
      };
    }
    // Lambda refuses callback handlers (AWS: "Node.js 24 runtime now available in AWS Lambda").
    if (exported.length > 2) {
      return {
        errorType: 'Runtime.CallbackHandlerDeprecated',
        errorMessage:
          'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24',
      };
    }
    return (event, context) => exported(event, context);
  } catch (error) {
    return failureOf(error);
  }
}

async function run({ payload, requestId }: RuntimeEvent): Promise<Outcome> {
  if (typeof handler !== 'function') return { ok: false, failure: handler };
  try {
    const result = await handler(JSON.parse(payload), createContext(requestId));
    return { ok: true, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** Returns an event's context (AWS: "Using the Lambda context object to retrieve Node.js function information"). */
function createContext(awsRequestId: string): unknown {
  const deadline = Date.now() + setup.timeoutMs;
  return {
    functionName: setup.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.arn,
    memoryLimitInMB: String(setup.memoryMb),
    awsRequestId,
    logGroupName: `/aws/lambda/${setup.name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { errorType: 'string', errorMessage: String(error) };
  const trace = (error.stack ?? '').split('\n');
  return { errorType: error.name, errorMessage: error.message, trace };
}

function reply(message: RuntimeReply): void {
  parentPort?.postMessage(message);
}

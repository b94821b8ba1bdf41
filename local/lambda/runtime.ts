// Runs inside an execution environment's worker thread, where nothing else of this project is loaded:
// every import here would lengthen each cold start. It is stripped of its types once, in the parent.
import { parentPort, workerData } from 'node:worker_threads';
import type { Failure, Outcome } from './outcome.ts';

/** What the parent hands to a new environment. */
export interface RuntimeSetup {
  readonly url: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

/** One event for the environment. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly payload: string;
}

/** From the environment: it is initialized, or an event's outcome. */
export type RuntimeReply = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly outcome: Outcome };

type Handler = (event: unknown, context: unknown) => unknown;

const setup: RuntimeSetup = workerData;
let handler: Handler | undefined;
let initFailure: Failure | undefined;

try {
  const module: Readonly<Record<string, unknown>> = await import(setup.url);
  const exported = module[setup.handler];
  if (typeof exported !== 'function') {
    initFailure = fail('Runtime.HandlerNotFound', `${setup.handler} is undefined or not exported`);
  } else if (exported.length > 2) {
    // AWS: "Node.js 24 runtime now available in AWS Lambda", callback handlers are refused.
    initFailure = fail(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24',
    );
  } else {
    handler = (event, context) => exported(event, context);
  }
} catch (error) {
  initFailure = failureOf(error);
}

parentPort?.on('message', async (event: RuntimeEvent) => {
  reply({ kind: 'done', outcome: await run(event) });
});
reply({ kind: 'ready' });

async function run({ payload, requestId }: RuntimeEvent): Promise<Outcome> {
  if (handler === undefined) {
    return { ok: false, failure: initFailure ?? fail('Runtime.HandlerNotFound', 'there is no handler') };
  }
  try {
    const result = await handler(JSON.parse(payload), context(requestId));
    return { ok: true, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** AWS: "Using the Lambda context object to retrieve Node.js function information". */
function context(awsRequestId: string): unknown {
  const deadline = Date.now() + setup.timeoutMs;
  return {
    functionName: setup.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memoryMb),
    awsRequestId,
    logGroupName: `/aws/lambda/${setup.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return fail('string', String(error));
  const trace = (error.stack ?? '').split('\n');
  return { errorType: error.name, errorMessage: error.message, trace };
}

function fail(errorType: string, errorMessage: string): Failure {
  return { errorType, errorMessage };
}

function reply(message: RuntimeReply): void {
  parentPort?.postMessage(message);
}

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { environmentToken } from '../iam/access.ts';
import type { FunctionDefinition } from './definition.ts';
import type { Outcome, RuntimeEvent, RuntimeReply, RuntimeSetup } from './runtime.ts';

export interface EnvironmentOptions {
  readonly definition: FunctionDefinition;
  /** The complete process environment of the function. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Gives each environment its own session token, so that faults can identify the calling environment. */
  readonly tokenPerEnvironment?: boolean;
  /** Called with each line that the function writes. */
  readonly log: (line: string) => void;
}

/** The largest young generation of V8 in an environment. Without a limit, it grows far beyond what a function needs. */
const youngGenerationMb = 24;

/** Lambda limits the init phase to 10 s (AWS: "Understanding the Lambda execution environment lifecycle"). */
const initTimeoutMs = 10_000;

export function failed(errorType: string, errorMessage: string): Outcome {
  return { ok: false, failure: { errorType, errorMessage } };
}

/** One execution environment: a worker thread that loads the bundle at once and runs one event at a time. */
export class Environment {
  readonly id = randomUUID();
  readonly #options: EnvironmentOptions;
  readonly #worker: Worker;
  #running: { readonly finish: (outcome: Outcome) => void; readonly requestId: string } | undefined;
  /** The outcome of every event once the environment has ended. */
  #ended: Outcome | undefined;
  #ready = false;
  #cancelTimeout = (): void => {};

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#worker = startWorker(options, this.id);
    this.#worker.on('message', (reply: RuntimeReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#crash(error));
    this.#worker.on('exit', (code) => {
      this.#exit(code === 0 ? 'Runtime exited without providing a reason' : `exit status ${code}`);
    });
  }

  /** False once the environment has timed out, crashed or been ended. It then runs no more events. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Runs one event. Never rejects. Call it only when the previous event has an outcome. */
  run(event: RuntimeEvent): Promise<Outcome> {
    const ended = this.#ended;
    if (ended !== undefined) return Promise.resolve(ended);
    return new Promise((finish) => {
      this.#running = { finish, requestId: event.requestId };
      this.#startTimeout();
      this.#worker.postMessage(event);
    });
  }

  /** Ends the thread. A running event fails. */
  async end(): Promise<void> {
    const { name } = this.#options.definition;
    this.#finishAll(failed('Runtime.ExitError', `${name} was ended with its environment`));
    await this.#worker.terminate();
  }

  /** Ends the thread at once, in the middle of its event, as when AWS loses an execution environment. */
  async kill(): Promise<void> {
    this.#exit('Runtime exited with error: signal: killed');
    await this.#worker.terminate();
  }

  #receive(reply: RuntimeReply): void {
    if (reply.kind === 'done') {
      this.#finish(reply.outcome);
    } else {
      this.#ready = true;
      if (this.#running !== undefined) this.#startTimeout();
    }
  }

  /** The function's timeout starts when the bundle is loaded. Until then, the init timeout runs. */
  #startTimeout(): void {
    const ms = this.#ready ? this.#options.definition.timeoutMs : initTimeoutMs;
    this.#cancelTimeout();
    this.#cancelTimeout = this.#options.clock.after(ms, () => {
      this.#finishAll(failed('Sandbox.Timedout', `Task timed out after ${(ms / 1000).toFixed(2)} seconds`));
      void this.#worker.terminate();
    });
  }

  #crash(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (this.#running === undefined) this.#options.log(`Crashed between two events: ${message}`);
    this.#finishAll(
      code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? failed('Runtime.OutOfMemory', 'Runtime exited with error: signal: killed')
        : failed('Runtime.UnhandledPromiseRejection', message),
    );
  }

  #exit(reason: string): void {
    const requestId = this.#running?.requestId ?? 'none';
    this.#finishAll(failed('Runtime.ExitError', `RequestId: ${requestId} Error: ${reason}`));
  }

  /** Fails the running event and all later ones. The first outcome wins. */
  #finishAll(outcome: Outcome): void {
    this.#ended ??= outcome;
    this.#finish(this.#ended);
  }

  #finish(outcome: Outcome): void {
    this.#cancelTimeout();
    this.#running?.finish(outcome);
    this.#running = undefined;
  }
}

function startWorker(
  { definition, variables, tokenPerEnvironment, log }: EnvironmentOptions,
  id: string,
): Worker {
  const { file, name, arn, handler, memoryMb, timeoutMs } = definition;
  const workerData: RuntimeSetup = { url: pathToFileURL(file).href, name, arn, handler, memoryMb, timeoutMs };
  const token = variables['AWS_SESSION_TOKEN'] ?? '';
  const worker = new Worker(runtimeUrl(), {
    workerData,
    env: { ...variables, ...(tokenPerEnvironment && { AWS_SESSION_TOKEN: environmentToken(token, id) }) },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      for (const line of text.trimEnd().split('\n')) log(line);
    });
  }
  return worker;
}

let runtime: URL | undefined;

/** Strips the types of runtime.ts once. A worker that strips them itself starts in 47 ms instead of 23 ms. */
function runtimeUrl(): URL {
  if (runtime === undefined) {
    // In the package, this file and the runtime are JavaScript.
    const ending = extname(import.meta.url);
    const source = readFileSync(new URL(`./runtime${ending}`, import.meta.url), 'utf8');
    const code = ending === '.ts' ? stripTypes(source) : source;
    // Stack traces show this name. Otherwise they would show the whole `data:` URL in each line.
    const named = `${code}\n//# sourceURL=lambda-runtime`;
    runtime = new URL(`data:text/javascript,${encodeURIComponent(named)}`);
  }
  return runtime;
}

/** Suppresses the warning of `stripTypeScriptTypes` that it is experimental. */
function stripTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

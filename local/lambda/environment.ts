import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { ofEnvironment } from '../iam/credentials.ts';
import type { FunctionDefinition } from './definition.ts';
import { failed, type Outcome } from './outcome.ts';
import type { RuntimeEvent, RuntimeReply, RuntimeSetup } from './runtime.ts';

export interface EnvironmentOptions {
  readonly definition: FunctionDefinition;
  /** All the process environment that the function sees. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Each environment has a session token of its own, by which its calls are told from another's. */
  readonly ownToken?: boolean;
  /** A line that the function wrote. */
  readonly log: (line: string) => void;
}

/** AWS: "Understanding the Lambda execution environment lifecycle", the init phase is limited to 10 s. */
const initMs = 10_000;

/**
 * One execution environment: a worker thread that has a function loaded and handles one event at a time.
 * It loads the bundle at once, and nothing but the bundle.
 */
export class Environment {
  readonly id = randomUUID();
  readonly #options: EnvironmentOptions;
  readonly #worker: Worker;
  #running: { readonly finish: (outcome: Outcome) => void; readonly requestId: string } | undefined;
  #dead: Outcome | undefined;
  #ready = false;
  #disarm = (): void => {};

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#worker = startWorker(options, this.id);
    this.#worker.on('message', (reply: RuntimeReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#crash(error));
    this.#worker.on('exit', (code) => {
      const why = code === 0 ? 'Runtime exited without providing a reason' : `exit status ${code}`;
      this.#die(
        failed('Runtime.ExitError', `RequestId: ${this.#running?.requestId ?? 'none'} Error: ${why}`),
      );
    });
  }

  /** False once it timed out, crashed or was ended: it takes no event any more. */
  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Runs one event; never rejects. Must not be called before the one before has ended. */
  run(event: RuntimeEvent): Promise<Outcome> {
    const dead = this.#dead;
    if (dead !== undefined) return Promise.resolve(dead);
    return new Promise((finish) => {
      this.#running = { finish, requestId: event.requestId };
      this.#arm();
      this.#worker.postMessage(event);
    });
  }

  /** Ends the thread; a running event gets a failure. */
  async end(): Promise<void> {
    const { name } = this.#options.definition;
    this.#die(failed('Runtime.ExitError', `${name} was ended with its environment`));
    await this.#worker.terminate();
  }

  /** Ends the thread as when AWS loses the sandbox: whatever step its event is at is the last. */
  async kill(): Promise<void> {
    const requestId = this.#running?.requestId ?? 'none';
    const message = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`;
    this.#die(failed('Runtime.ExitError', message));
    await this.#worker.terminate();
  }

  #take(reply: RuntimeReply): void {
    if (reply.kind === 'done') {
      this.#finish(reply.outcome);
    } else {
      this.#ready = true;
      if (this.#running !== undefined) this.#arm();
    }
  }

  /** A function's timeout counts from when it is loaded. */
  #arm(): void {
    const ms = this.#ready ? this.#options.definition.timeoutMs : initMs;
    this.#disarm();
    this.#disarm = this.#options.clock.after(ms, () => {
      this.#die(failed('Sandbox.Timedout', `Task timed out after ${(ms / 1000).toFixed(2)} seconds`));
      void this.#worker.terminate();
    });
  }

  #crash(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (this.#running === undefined) this.#options.log(`crashed between events: ${message}`);
    this.#die(
      code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? failed('Runtime.OutOfMemory', 'Runtime exited with error: signal: killed')
        : failed('Runtime.UnhandledPromiseRejection', message),
    );
  }

  #die(outcome: Outcome): void {
    this.#dead ??= outcome;
    this.#finish(this.#dead);
  }

  #finish(outcome: Outcome): void {
    this.#disarm();
    this.#running?.finish(outcome);
    this.#running = undefined;
  }
}

function startWorker({ definition, variables, ownToken, log }: EnvironmentOptions, id: string): Worker {
  const setup: RuntimeSetup = {
    url: pathToFileURL(definition.file).href,
    handler: definition.handler,
    functionName: definition.name,
    functionArn: definition.arn,
    memoryMb: definition.memoryMb,
    timeoutMs: definition.timeoutMs,
  };
  const worker = new Worker(runtimeUrl(), {
    workerData: setup,
    env: {
      ...variables,
      ...(ownToken && { AWS_SESSION_TOKEN: ofEnvironment(variables['AWS_SESSION_TOKEN'] ?? '', id) }),
    },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
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

/** Types are stripped once here, since a worker that does it itself starts in 47 ms rather than in 23. */
function runtimeUrl(): URL {
  if (runtime === undefined) {
    const source = readFileSync(new URL('./runtime.ts', import.meta.url), 'utf8');
    runtime = new URL(`data:text/javascript,${encodeURIComponent(withoutTypes(source))}`);
  }
  return runtime;
}

/** Node runs TypeScript without a word, and warns that this function, which does the same, is experimental. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

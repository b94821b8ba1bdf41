import type { Clock } from './clock.ts';
import type { Deployment } from './deployment.ts';
import type { Database } from './dynamodb/database.ts';
import { withHeaderValues } from './edge/distribution.ts';
import { type Edge, openEdge } from './edge/open-edge.ts';
import { type AskFault, askFaults, type Faults } from './faults.ts';
import { awsLimits, type GatewayLimits, TokenBucket } from './gateway/limits.ts';
import { type Gateway, openGateway } from './gateway/open-gateway.ts';
import { type GatewayBackend, gatewayBackend } from './gateway-backend.ts';
import { Access } from './iam/access.ts';
import type { IdentityOptions } from './identity/serve-identity.ts';
import { Functions } from './lambda/functions.ts';
import { type Endpoints, functionVariables, localUrl } from './lambda/variables.ts';
import { putFiles } from './s3/bucket-deployment.ts';
import type { ObjectStore } from './s3/object-store.ts';
import { openServers, originUrl, type Ports, type Servers } from './servers.ts';
import { Queues } from './sqs/queues.ts';
import type { Trace } from './trace.ts';

export interface PlatformOptions {
  readonly database: Promise<Database>;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly limits?: Partial<GatewayLimits>;
  /** Execution environments per function. */
  readonly environments: number;
  readonly log: (line: string) => void;
  readonly trace: Trace;
  readonly faults?: Faults;
}

/** How long functions may still run once the sockets are closed, in milliseconds. */
const settleMs = 500;

/** CloudFront, API Gateway, Lambda, DynamoDB, S3 and an issuer on five ports, with nothing deployed to them at first. */
export class Platform {
  readonly #database: Promise<Database>;
  readonly #access: Access;
  readonly #functions: Functions;
  readonly #queues: Queues;
  readonly #backend: GatewayBackend;
  readonly #gateway: Gateway;
  readonly #requests: TokenBucket;
  readonly #edge: Edge;
  readonly #options: PlatformOptions;
  readonly #doors: { readonly faultOf?: AskFault };
  #servers: Servers | undefined;
  #identity: IdentityOptions | undefined;
  #deployment: Deployment | undefined;
  #closed: Promise<void> | undefined;
  #ending = false;

  constructor(options: PlatformOptions) {
    const { clock, log, trace, faults } = options;
    this.#options = options;
    this.#database = options.database;
    this.#access = new Access(log);
    this.#queues = new Queues({ access: this.#access, log });
    this.#functions = new Functions({
      takeFailed: (definition, record) => this.#queues.take(definition, record),
      variablesOf: (definition) =>
        functionVariables(definition, this.#access.credentialsOf(definition.name), this.endpoints),
      clock,
      limit: options.environments,
      ownTokens: faults?.call !== undefined,
      log,
    });
    this.#backend = gatewayBackend({ access: this.#access, functions: this.#functions, log, trace });
    this.#doors = faults?.call ? { faultOf: askFaults(faults.call, this.#access, this.#functions) } : {};
    const { api, invoke, permit } = this.#backend;
    // A function that is ended with the stack is no failure to read about.
    const logUntilEnd = (line: string): void => {
      if (!this.#ending) log(line);
    };
    const { requestsPerSecond, requestBurst } = { ...awsLimits, ...options.limits };
    this.#requests = new TokenBucket(clock, requestsPerSecond, requestBurst);
    this.#gateway = openGateway({
      ...options,
      requests: this.#requests,
      api,
      invoke,
      permit,
      ...this.#doors,
      ...(faults?.frame && { frameFault: faults.frame }),
      log: logUntilEnd,
    });
    this.#edge = openEdge({
      distribution: () => this.#deployment?.distribution ?? null,
      originUrl: (domainName) => this.#deployment && originUrl(domainName, this.#deployment, this.endpoints),
      clock,
      log,
    });
  }

  /** Listens; rejects with one clear line if a port is taken or the database does not open. */
  async listen(ports: Ports): Promise<void> {
    this.#servers = await openServers({ edge: this.#edge, gateway: this.#gateway }, ports, {
      database: this.#database,
      access: this.#access,
      functions: this.#functions,
      identity: () => this.#identity,
      outputs: () => this.outputs,
      queues: this.#queues,
      http: {
        api: this.#backend.httpApi,
        invoke: this.#backend.invoke,
        requests: this.#requests,
        clock: this.#options.clock,
      },
      s3: {
        ...this.#options,
        access: this.#access,
        buckets: () => this.#deployment?.buckets ?? new Map(),
      },
      trace: this.#options.trace,
      ...this.#doors,
      log: this.#options.log,
    });
  }

  /** Where it listens; without a stage. */
  get endpoints(): Endpoints {
    const servers = this.#servers;
    return {
      // The name that clients use: a cookie and an Origin are of it, not of 127.0.0.1.
      edge: `http://localhost:${servers?.edgePort ?? 0}`,
      gateway: origin(servers?.gatewayPort),
      http: origin(servers?.http.port),
      dynamodb: origin(servers?.dynamodb.port),
      lambda: origin(servers?.services.port),
      s3: origin(servers?.s3.port),
    };
  }

  /** The template's outputs, their URLs made local. */
  get outputs(): Readonly<Record<string, string>> {
    const outputs = Object.entries(this.#deployment?.outputs ?? {});
    return Object.fromEntries(outputs.map(([id, value]) => [id, localUrl(value, this.endpoints)]));
  }

  get connectionCount(): number {
    return this.#gateway.connectionCount();
  }

  /** Sockets that are open through the edge now. */
  get tunnelCount(): number {
    return this.#edge.tunnelCount();
  }

  /** How many execution environments a function has now. */
  environmentCount(functionName: string): number {
    return this.#functions.environmentCount(functionName);
  }

  /** From now on serves this issuer's documents and tokens. */
  identify(identity: IdentityOptions): void {
    this.#identity = identity;
  }

  /** Takes a template's functions, roles, routes and files in place of those before. */
  deploy(deployment: Deployment): void {
    this.#access.update(new Map([...deployment.functions].map(([name, { role }]) => [name, role])));
    this.#functions.update(deployment.functions);
    this.#backend.deploy(deployment);
    const { distribution, bucketDeployments } = deployment;
    putFiles(bucketDeployments, this.#options.objects, this.#options.clock.now());
    const local = (value: string) => localUrl(value, this.endpoints);
    this.#deployment = {
      ...deployment,
      distribution: distribution && withHeaderValues(distribution, local),
    };
  }

  /** Resolves when no function runs. */
  settled(): Promise<void> {
    return this.#functions.settled();
  }

  /** Closes the sockets (1001), then the functions, then the rest; the same promise each time. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#gateway.close();
    await this.#edge.close();
    const timeout = AbortSignal.timeout(settleMs);
    const late = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve()));
    await Promise.race([this.#functions.settled(), late]);
    this.#ending = true;
    await this.#functions.close();
    const { http, dynamodb, services, s3 } = this.#servers ?? {};
    await Promise.all([http?.close(), dynamodb?.close(), services?.close(), s3?.close()]);
    await (await this.#database).close();
  }
}

function origin(port: number | undefined): string {
  return `http://127.0.0.1:${port ?? 0}`;
}

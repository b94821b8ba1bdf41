import type { Deployment } from './deployment.ts';
import type { Database } from './dynamodb/database.ts';
import { withHeaderValues } from './edge/distribution.ts';
import { type Edge, openEdge } from './edge/open-edge.ts';
import { callFaults, type FaultOf } from './faults.ts';
import { awsLimits, TokenBucket } from './gateway/limits.ts';
import { type Gateway, openGateway } from './gateway/open-gateway.ts';
import { type GatewayBackend, gatewayBackend } from './gateway-backend.ts';
import { iamAuthorization } from './http/iam-authorization.ts';
import { Access, type Credentials } from './iam/access.ts';
import type { IdentityOptions } from './identity/serve-identity.ts';
import { FailureQueues } from './lambda/failure-queues.ts';
import { Functions } from './lambda/functions.ts';
import { type Endpoints, functionVariables, localUrl } from './lambda/variables.ts';
import { type AfterStep, functionSteps } from './roll-out.ts';
import { withCorsOrigins } from './s3/bucket.ts';
import { deployFiles } from './s3/bucket-deployment.ts';
import type { ObjectStore } from './s3/object-store.ts';
import { openServers, originUrl, type Ports, type Servers } from './servers.ts';
import type { StackOptions } from './stack.ts';

export interface PlatformOptions
  extends Pick<StackOptions, 'limits' | 'faults'>,
    Required<Pick<StackOptions, 'clock' | 'environments' | 'log' | 'trace'>> {
  readonly database: Promise<Database>;
  readonly objects: ObjectStore;
}

const rolesOf = (functions: Deployment['functions']) =>
  new Map([...functions].map(([name, { role }]) => [name, role]));

/** Milliseconds that running functions get to finish after the sockets are closed. */
const shutdownTimeoutMs = 500;

/** The AWS services of the local stack: CloudFront, API Gateway, Lambda, DynamoDB, S3 and an issuer. */
export class Platform {
  readonly functions: Functions;
  readonly gateway: Gateway;
  readonly edge: Edge;
  readonly #options: PlatformOptions;
  readonly #access: Access;
  readonly #queues: FailureQueues;
  readonly #backend: GatewayBackend;
  readonly #requests: TokenBucket;
  readonly #faults: { readonly faultOf?: FaultOf };
  #servers: Servers | undefined;
  #identity: IdentityOptions | undefined;
  #deployment: Deployment | undefined;
  #closed: Promise<void> | undefined;
  #ending = false;

  constructor(options: PlatformOptions) {
    const { clock, log, trace, faults } = options;
    this.#options = options;
    this.#access = new Access(log);
    this.#queues = new FailureQueues(this.#access, log);
    this.functions = new Functions({
      onFailed: (definition, event) => this.#queues.add(definition, event),
      variablesOf: (definition) =>
        functionVariables(definition, this.#access.credentialsOf(definition.name), this.endpoints),
      clock,
      limit: options.environments,
      tokenPerEnvironment: faults?.call !== undefined,
      log,
    });
    this.#faults = faults?.call ? { faultOf: callFaults(faults.call, this.#access, this.functions) } : {};
    this.#backend = gatewayBackend({ access: this.#access, functions: this.functions, log, trace });
    const { requestsPerSecond, requestBurst } = { ...awsLimits, ...options.limits };
    this.#requests = new TokenBucket(clock, requestsPerSecond, requestBurst);
    const { api, invoke, permit } = this.#backend;
    this.gateway = openGateway({
      ...options,
      requests: this.#requests,
      api,
      invoke,
      permit,
      ...this.#faults,
      ...(faults?.frame && { frameFault: faults.frame }),
      ...(faults?.opening && { opening: faults.opening }),
      // Functions that the shutdown ends would fill the log with failures, so log nothing then.
      log: (line) => {
        if (!this.#ending) log(line);
      },
    });
    this.edge = openEdge({
      distribution: () => this.#deployment?.distribution ?? null,
      originUrl: (domainName) => this.#deployment && originUrl(domainName, this.#deployment, this.endpoints),
      clock,
      log,
    });
  }

  /**
   * Listens on all ports.
   * @throws if a port is taken or the database does not open
   */
  async listen(ports: Ports): Promise<void> {
    const { database, clock, trace, log } = this.#options;
    this.#servers = await openServers({ edge: this.edge, gateway: this.gateway }, ports, {
      database,
      access: this.#access,
      functions: this.functions,
      identity: () => this.#identity,
      variable: (name) => this.variable(name),
      queues: this.#queues,
      http: {
        api: this.#backend.httpApi,
        invoke: this.#backend.invoke,
        requests: this.#requests,
        clock,
        authorize: iamAuthorization({ access: this.#access, trace, now: () => clock.now() }),
      },
      s3: {
        ...this.#options,
        access: this.#access,
        buckets: () => this.#deployment?.buckets ?? new Map(),
        ...this.#faults,
      },
      trace,
      ...this.#faults,
      log,
    });
  }

  /** The origins of all services. The gateway's origin does not include a stage. */
  get endpoints(): Endpoints {
    const servers = this.#servers;
    const origin = (port = 0) => `http://127.0.0.1:${port}`;
    return {
      // Clients use this host name, so cookies and Origin headers contain it, not 127.0.0.1.
      edge: `http://localhost:${servers?.edgePort ?? 0}`,
      gateway: origin(servers?.gatewayPort),
      http: origin(servers?.http.port),
      httpApiId: this.#backend.httpApi()?.apiId,
      dynamodb: origin(servers?.dynamodb.port),
      lambda: origin(servers?.services.port),
      s3: origin(servers?.s3.port),
    };
  }

  /** Returns the value that functions have for an environment variable. Undefined if none has it. */
  variable(name: string): string | undefined {
    const definitions = [...(this.#deployment?.functions.values() ?? [])];
    return definitions.find(({ variables }) => name in variables)?.variables[name];
  }

  /** Returns the credentials with which a function signs its calls. */
  credentialsOf(functionName: string): Credentials {
    return this.#access.credentialsOf(functionName);
  }

  /** The template's outputs with local URLs. */
  get outputs(): Readonly<Record<string, string>> {
    const outputs = Object.entries(this.#deployment?.outputs ?? {});
    return Object.fromEntries(outputs.map(([id, value]) => [id, localUrl(value, this.endpoints)]));
  }

  /** Deploys in CloudFormation's order: one function after the other, then the rest. */
  async rollOut(deployment: Deployment, identity: IdentityOptions, afterStep: AfterStep): Promise<void> {
    const active = new Map(this.#deployment?.functions);
    for (const { step, definition } of functionSteps(active, deployment.functions)) {
      active.set(definition.name, definition);
      this.#access.update(rolesOf(active));
      this.functions.replace(definition);
      await afterStep(step);
    }
    this.deploy(deployment, identity);
    await afterStep('all but the functions');
  }

  /** Replaces the deployed functions, roles, routes and files, and the issuer. */
  deploy(deployment: Deployment, identity: IdentityOptions): void {
    this.#identity = identity;
    this.#access.update(rolesOf(deployment.functions));
    this.#backend.deploy(deployment);
    this.functions.update(deployment.functions);
    const { distribution, bucketDeployments } = deployment;
    deployFiles(bucketDeployments, this.#options.objects, this.#options.clock.now());
    const local = (value: string) => localUrl(value, this.endpoints);
    this.#deployment = {
      ...deployment,
      // A bucket that is no longer in the template stays, because the stack retains its buckets.
      buckets: new Map([...(this.#deployment?.buckets ?? []), ...withCorsOrigins(deployment.buckets, local)]),
      distribution: distribution && withHeaderValues(distribution, local),
    };
  }

  /** Closes the sockets with 1001, then ends the functions, then closes the rest. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.gateway.close();
    await this.edge.close();
    const timeout = AbortSignal.timeout(shutdownTimeoutMs);
    const timedOut = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve()));
    await Promise.race([this.functions.settled(), timedOut]);
    this.#ending = true;
    await this.functions.close();
    const { http, dynamodb, services, s3 } = this.#servers ?? {};
    await Promise.all([http?.close(), dynamodb?.close(), services?.close(), s3?.close()]);
    await (await this.#options.database).close();
  }
}

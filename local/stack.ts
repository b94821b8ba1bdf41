import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { type Database, openRemote } from './dynamodb/database.ts';
import { openEmbedded } from './dynamodb/embedded.ts';
import { withTableSettings } from './dynamodb/table-settings.ts';
import { createTables } from './dynamodb/tables.ts';
import type { Faults } from './faults.ts';
import type { GatewayLimits } from './gateway/limits.ts';
import type { Credentials } from './iam/access.ts';
import { AuthorizationServer, readPageClient } from './identity/authorization.ts';
import { type Issuer, type LocalUser, openIssuer, type TokenOptions } from './identity/issuer.ts';
import { PoolUsers } from './identity/pool-users.ts';
import { poolIssuer } from './identity/user-pool.ts';
import { Platform } from './platform.ts';
import type { AfterStep } from './roll-out.ts';
import { openObjects } from './s3/object-store.ts';
import type { Ports } from './servers.ts';
import type { Trace } from './trace.ts';

export interface StackOptions {
  /** Synthesizes the app with this CDK context (allowedOrigins). Resolves to the cloud assembly's directory. */
  readonly synthesize: (context: Record<string, unknown>) => Promise<string>;
  /** The stack of the assembly that runs. Default: its only stack. */
  readonly stackName?: string;
  readonly users: readonly LocalUser[];
  /** Stores the tables, the objects and the signing key. Null keeps them in memory. */
  readonly directory: string | null;
  /** 0 picks a free port. */
  readonly ports: Ports;
  /** The endpoint of a DynamoDB, such as `http://127.0.0.1:8000`. Default: the embedded DynamoDB. */
  readonly dynamodbEndpoint?: string;
  readonly clock?: Clock;
  readonly limits?: Partial<GatewayLimits>;
  /** Execution environments per function. Default: two for each core, from 4 to 10. */
  readonly environments?: number;
  readonly log?: (line: string) => void;
  /** Called with every call to DynamoDB, Lambda, S3 and `@connections`. */
  readonly trace?: Trace;
  /** Injects faults. Default: none. */
  readonly faults?: Faults;
}

/** More environments than cores deliver no more messages, and each needs 15 to 20 MB. */
const defaultEnvironments = Math.min(10, Math.max(4, 2 * availableParallelism()));

interface Services {
  readonly platform: Platform;
  readonly database: Database;
  readonly issuer: Issuer;
  readonly poolUsers: PoolUsers;
  readonly authorization: AuthorizationServer;
}

/**
 * Listens, synthesizes the app with the edge's origin in its context, and runs the template.
 * @throws if a port is taken, the template is broken, or another stack uses the directory. Releases everything first.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, clock = systemClock, log = () => {}, trace = () => {} } = options;
  const { environments = defaultEnvironments } = options;
  const pathOf = (name: string) => (directory === null ? null : join(directory, name));
  const opening = openDatabase(options.dynamodbEndpoint, pathOf('dynamodb'));
  const objects = openObjects(pathOf('s3'));
  const platform = new Platform({ ...options, database: opening, objects, clock, environments, log, trace });
  await platform.listen(options.ports);
  try {
    const issuer = await openIssuer(platform.endpoints.lambda, pathOf('issuer.json'));
    const poolUsers = new PoolUsers(options.users);
    const authorization = new AuthorizationServer(issuer, options.users);
    const services = { platform, issuer, poolUsers, authorization, database: await opening };
    return new Stack(options, services, await deploy(options, services));
  } catch (error) {
    await platform.close();
    throw error;
  }
}

async function openDatabase(endpoint: string | undefined, directory: string | null): Promise<Database> {
  return withTableSettings(endpoint === undefined ? await openEmbedded(directory) : openRemote(endpoint));
}

async function deploy(
  { synthesize, stackName, users, log = () => {} }: StackOptions,
  { platform, database, issuer, poolUsers, authorization }: Services,
  afterStep?: AfterStep,
): Promise<Deployment> {
  const { edge } = platform.endpoints;
  // A browser may open the page under either host name.
  const origins = [edge, edge.replace('localhost', '127.0.0.1')];
  const deployment = readDeployment(await synthesize({ allowedOrigins: origins.join() }), stackName);
  await createTables(database, deployment.tables);
  const { userPool: pool } = deployment;
  const variables = [...deployment.functions.values()].map((each) => each.variables);
  authorization.client = readPageClient(variables, issuer.url, origins);
  const identity = { issuer: issuerOf(deployment, issuer), users, pool, poolUsers, authorization, log };
  if (afterStep) await platform.rollOut(deployment, identity, afterStep);
  else platform.deploy(deployment, identity);
  return deployment;
}

/** Returns the user pool's issuer if the template has a user pool, like on AWS. */
function issuerOf({ userPool }: Deployment, issuer: Issuer): Issuer {
  return userPool === null ? issuer : poolIssuer(issuer, userPool);
}

/** A running local stack. Created by `startStack`. */
export class Stack {
  readonly #options: StackOptions;
  readonly #services: Services;
  readonly #platform: Platform;
  #deployment: Deployment;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(options: StackOptions, services: Services, deployment: Deployment) {
    this.#options = options;
    this.#services = services;
    this.#platform = services.platform;
    this.#deployment = deployment;
  }

  /** `http://localhost:8000`, the address for clients: `/ws/*`, `/api/*` and the page. */
  get edgeUrl(): string {
    return this.#platform.endpoints.edge;
  }

  /** `ws://127.0.0.1:8001/prod`, the WebSocket API. */
  get socketUrl(): string {
    return this.callbackUrl.replace(/^http/, 'ws');
  }

  /** `http://127.0.0.1:8001/prod`, the endpoint of `@connections`. */
  get callbackUrl(): string {
    return `${this.#platform.endpoints.gateway}/${this.#deployment.routes.api.stage}`;
  }

  /** The HTTP API. */
  get httpUrl(): string {
    return this.#platform.endpoints.http;
  }

  get dynamodbUrl(): string {
    return this.#platform.endpoints.dynamodb;
  }

  /** S3 in path style: the bucket is the first part of the path. */
  get s3Url(): string {
    return this.#platform.endpoints.s3;
  }

  /** The issuer, Cognito user pools, and Lambda's Invoke. */
  get servicesUrl(): string {
    return this.#platform.endpoints.lambda;
  }

  get outputs(): Readonly<Record<string, string>> {
    return this.#platform.outputs;
  }

  /** Returns the value that functions have for an environment variable, such as `CHAT_TABLE`. */
  variable(name: string): string | undefined {
    return this.#platform.variable(name);
  }

  /** Returns the credentials with which a function signs its calls to AWS services and to the admin API. */
  credentialsOf(functionName: string): Credentials {
    return this.#platform.credentialsOf(functionName);
  }

  get tables(): readonly string[] {
    return this.#deployment.tables.map(({ name }) => name);
  }

  get functions(): readonly string[] {
    return [...this.#deployment.functions.keys()];
  }

  /** The resource types that the local stack does not simulate, and the functions that it cannot run. */
  get unsupported(): readonly string[] {
    return this.#deployment.unsupported;
  }

  get connectionCount(): number {
    return this.#platform.gateway.connectionCount();
  }

  /** The number of open sockets that go through the edge. */
  get tunnelCount(): number {
    return this.#platform.edge.tunnelCount();
  }

  /** Returns how many execution environments a function has now. */
  environmentCount(functionName: string): number {
    return this.#platform.functions.environmentCount(functionName);
  }

  /** Resolves to a token for a local user. Rejects if there is no such user. */
  async token(username: string, options?: TokenOptions): Promise<string> {
    const { users } = this.#options;
    const user = users.find((each) => each.username === username);
    if (user !== undefined) return issuerOf(this.#deployment, this.#services.issuer).sign(user, options);
    const names = users.map((each) => each.username).join(', ');
    throw new Error(`There is no user ${username}. Use one of ${names}.`);
  }

  /** Resolves when no function runs. Invocations that wait for a retry do not count. */
  settled(): Promise<void> {
    return this.#platform.functions.settled();
  }

  /**
   * Closes the sockets with 1001 and drops retries. Resolves when no function runs. The stack stays open.
   * @param restarted functions that get new execution environments: their running events fail
   */
  async drain(restarted: readonly string[] = []): Promise<void> {
    const { gateway, functions } = this.#platform;
    await gateway.closeSockets();
    await Promise.all(restarted.map((name) => functions.restart(name)));
    await functions.settled();
    functions.dropRetries();
  }

  /**
   * Synthesizes the app again and deploys the new template. Sockets stay open, and reloads run one at a time. If the
   * new template is broken, rejects and keeps the old one.
   * @param afterStep deploys in CloudFormation's order, and is called after each step. Default: deploys all at once
   */
  async reload(afterStep?: AfterStep): Promise<void> {
    const reload = this.#reloading.then(() => deploy(this.#options, this.#services, afterStep));
    this.#reloading = reload.catch(() => {});
    this.#deployment = await reload;
  }

  /** Closes the sockets with 1001, then everything else. Idempotent. */
  stop(): Promise<void> {
    return this.#platform.close();
  }
}

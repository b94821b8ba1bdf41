import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { createTables } from './dynamodb/create-tables.ts';
import type { Database } from './dynamodb/database.ts';
import { openEmbedded } from './dynamodb/embedded.ts';
import { openForward } from './dynamodb/forward.ts';
import type { Faults } from './faults.ts';
import type { GatewayLimits } from './gateway/limits.ts';
import { type Issuer, type LocalUser, openIssuer, type TokenOptions } from './identity/issuer.ts';
import { poolIssuer } from './identity/user-pool.ts';
import { Platform } from './platform.ts';
import { openObjects } from './s3/object-store.ts';
import type { Ports } from './servers.ts';
import type { Trace } from './trace.ts';

export interface StackOptions {
  /** Makes a cloud assembly with this CDK context (allowedOrigins) and resolves to its directory. */
  readonly synthesize: (context: Record<string, unknown>) => Promise<string>;
  readonly users: readonly LocalUser[];
  /** Where tables and the signing key are kept; null keeps them in memory. */
  readonly directory: string | null;
  /** 0 takes any free port. */
  readonly ports: Ports;
  /** Another DynamoDB instead of the embedded one, for instance `http://127.0.0.1:8000`. */
  readonly dynamodbEndpoint?: string;
  readonly clock?: Clock;
  readonly limits?: Partial<GatewayLimits>;
  /** Execution environments per function; 10 if absent. */
  readonly environments?: number;
  readonly log?: (line: string) => void;
  /** Is told of every call that a function or a developer makes to DynamoDB, Lambda and `@connections`. */
  readonly trace?: Trace;
  /** What goes wrong; nothing if absent. */
  readonly faults?: Faults;
}

interface Parts {
  readonly platform: Platform;
  readonly database: Database;
  readonly issuer: Issuer;
}

/**
 * Listens, synthesizes with the edge's origin in the context, and runs the template. Rejects with one
 * clear line (a taken port, a broken template, a locked directory), leaving nothing behind.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, environments = 10, clock = systemClock } = options;
  const opening = openDatabase(options);
  const platform = new Platform({
    ...options,
    database: opening,
    objects: openObjects(directory === null ? null : join(directory, 's3')),
    clock,
    environments,
    log: options.log ?? (() => {}),
    trace: options.trace ?? (() => {}),
  });
  await platform.listen(options.ports);
  try {
    const keyFile = directory === null ? null : join(directory, 'issuer.json');
    const issuer = await openIssuer(platform.endpoints.lambda, keyFile);
    const parts = { platform, issuer, database: await opening };
    return new Stack(options, parts, await deploy(options, parts));
  } catch (error) {
    await platform.close();
    throw error;
  }
}

function openDatabase({ directory, dynamodbEndpoint }: StackOptions): Promise<Database> {
  if (dynamodbEndpoint !== undefined) return Promise.resolve(dynamodbEndpoint).then(openForward);
  return openEmbedded(directory === null ? null : join(directory, 'dynamodb'));
}

async function deploy(
  { synthesize, users }: StackOptions,
  { platform, database, issuer }: Parts,
): Promise<Deployment> {
  const allowedOrigins = allowedOriginsOf(platform.endpoints.edge);
  const deployment = readDeployment(await synthesize({ allowedOrigins }));
  await createTables(database, deployment.tables);
  platform.identify({ issuer: issuerOf(deployment, issuer), users, pool: deployment.userPool });
  platform.deploy(deployment);
  return deployment;
}

/** Tokens are the user pool's where the template has one, as they are on AWS. */
function issuerOf({ userPool }: Deployment, issuer: Issuer): Issuer {
  return userPool === null ? issuer : poolIssuer(issuer, userPool);
}

/** A page of this machine may be opened by either name. */
function allowedOriginsOf(edge: string): string {
  return [edge, edge.replace('localhost', '127.0.0.1')].join();
}

/** A running local stack; made by `startStack`. */
export class Stack {
  readonly #options: StackOptions;
  readonly #parts: Parts;
  #deployment: Deployment;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(options: StackOptions, parts: Parts, deployment: Deployment) {
    this.#options = options;
    this.#parts = parts;
    this.#deployment = deployment;
  }

  /** `http://localhost:8000`, the one address for clients: `/ws/*`, `/api/*` and the page are under it. */
  get edgeUrl(): string {
    return this.#parts.platform.endpoints.edge;
  }

  /** `ws://127.0.0.1:8001/prod`, the WebSocket API itself. */
  get socketUrl(): string {
    return this.callbackUrl.replace(/^http/, 'ws');
  }

  /** `http://127.0.0.1:8001/prod`, under which `@connections` is. */
  get callbackUrl(): string {
    return `${this.#parts.platform.endpoints.gateway}/${this.#deployment.routes.api.stage}`;
  }

  /** `http://127.0.0.1:…`, the HTTP API itself. */
  get httpUrl(): string {
    return this.#parts.platform.endpoints.http;
  }

  get dynamodbUrl(): string {
    return this.#parts.platform.endpoints.dynamodb;
  }

  /** S3, in path style: the bucket is the first part of the path. */
  get s3Url(): string {
    return this.#parts.platform.endpoints.s3;
  }

  /** The issuer, and Lambda's Invoke. */
  get servicesUrl(): string {
    return this.#parts.platform.endpoints.lambda;
  }

  /** The template's outputs, their URLs made local. */
  get outputs(): Readonly<Record<string, string>> {
    return this.#parts.platform.outputs;
  }

  /** Names of the tables. */
  get tables(): readonly string[] {
    return this.#deployment.tables.map(({ name }) => name);
  }

  /** Names of the functions. */
  get functions(): readonly string[] {
    return [...this.#deployment.functions.keys()];
  }

  /** Resource types of the template that nothing here runs. */
  get leftOut(): readonly string[] {
    return this.#deployment.leftOut;
  }

  /** Sockets that are open now. */
  get connectionCount(): number {
    return this.#parts.platform.connectionCount;
  }

  /** Sockets that are open through the edge now. */
  get tunnelCount(): number {
    return this.#parts.platform.tunnelCount;
  }

  /** How many execution environments a function has now. */
  environmentCount(functionName: string): number {
    return this.#parts.platform.environmentCount(functionName);
  }

  /** A token for a local user; rejects for a username that there is not. */
  async token(username: string, options?: TokenOptions): Promise<string> {
    const { users } = this.#options;
    const user = users.find((each) => each.username === username);
    if (user !== undefined) return issuerOf(this.#deployment, this.#parts.issuer).sign(user, options);
    const names = users.map((each) => each.username).join(', ');
    throw new Error(`There is no user ${username}. Use one of ${names}.`);
  }

  /** Resolves when no function runs; an invocation that waits for its retry does not count. */
  settled(): Promise<void> {
    return this.#parts.platform.settled();
  }

  /**
   * Synthesizes again and takes the new template, while sockets stay open; one reload at a time. Rejects,
   * and changes nothing, if it is broken.
   */
  async reload(): Promise<void> {
    const turn = this.#reloading.then(() => deploy(this.#options, this.#parts));
    this.#reloading = turn.catch(() => {});
    this.#deployment = await turn;
  }

  /** Closes the sockets (1001) and everything else; may be called twice. */
  stop(): Promise<void> {
    return this.#parts.platform.close();
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Deployment } from './deployment.ts';
import type { Database } from './dynamodb/database.ts';
import { serveDynamodb } from './dynamodb/serve-dynamodb.ts';
import type { FaultOf } from './faults.ts';
import { type HttpApiOptions, serveHttpApi } from './http/serve-http-api.ts';
import { type HttpServer, listen, type Serve } from './http-server.ts';
import type { Access } from './iam/access.ts';
import { isCognito, serveCognito } from './identity/serve-cognito.ts';
import { type IdentityOptions, serveIdentity } from './identity/serve-identity.ts';
import type { FailureQueues } from './lambda/failure-queues.ts';
import type { Functions } from './lambda/functions.ts';
import { isInvoke, serveInvoke } from './lambda/serve-invoke.ts';
import type { Endpoints } from './lambda/variables.ts';
import { type S3Options, serveS3 } from './s3/serve-s3.ts';
import type { Trace } from './trace.ts';

export interface Ports {
  /** The port of the edge, which clients use. */
  readonly edge: number;
  readonly socket: number;
  /** The port of the HTTP API, for calls of the admin API. Default: a free port, because clients use the edge. */
  readonly http?: number;
  readonly dynamodb: number;
  readonly services: number;
  /** Default: any free port, because only signed URLs contain it. */
  readonly s3?: number;
}

/** The services behind the HTTP servers. */
export interface Services {
  /** Calls to DynamoDB wait until the database is open. */
  readonly database: Promise<Database>;
  readonly access: Access;
  readonly functions: Functions;
  /** Returns undefined until the issuer is known. */
  readonly identity: () => IdentityOptions | undefined;
  /** Returns the value that functions have for an environment variable. */
  readonly variable: (name: string) => string | undefined;
  readonly queues: FailureQueues;
  readonly http: HttpApiOptions;
  readonly s3: S3Options;
  readonly trace: Trace;
  readonly faultOf?: FaultOf;
  readonly log: (line: string) => void;
}

/** The open servers. */
export interface Servers {
  readonly edgePort: number;
  readonly gatewayPort: number;
  readonly http: HttpServer;
  readonly dynamodb: HttpServer;
  readonly services: HttpServer;
  readonly s3: HttpServer;
}

interface Listener {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Listens on all ports. If one server does not open, closes the other servers.
 * @throws when a port or the database does not open.
 */
export async function openServers(
  { edge: edgeListener, gateway }: { readonly edge: Listener; readonly gateway: Listener },
  ports: Ports,
  services: Services,
): Promise<Servers> {
  const { database, log, ...behind } = services;
  const open = (port: number, name: string, variable: string, serve: Serve): Promise<HttpServer> =>
    listen(port, { name, variable }, serve, (error) => log(`${name} request failed: ${String(error)}`));
  const opening = [
    edgeListener.listen(ports.edge),
    gateway.listen(ports.socket),
    open(ports.http ?? 0, 'HTTP API', 'PARLEY_HTTP_PORT', (request, response) =>
      serveHttpApi(request, response, services.http),
    ),
    open(ports.dynamodb, 'DynamoDB', 'PARLEY_DYNAMODB_PORT', async (request, response) =>
      serveDynamodb(request, response, { ...behind, database: await database }),
    ),
    open(ports.services, 'Services', 'PARLEY_SERVICES_PORT', (request, response) =>
      serveServices(request, response, services),
    ),
    open(ports.s3 ?? 0, 'S3', 'PARLEY_S3_PORT', (request, response) =>
      serveS3(request, response, services.s3),
    ),
    database,
  ] as const;
  await Promise.allSettled(opening);
  try {
    const [edgePort, gatewayPort, http, dynamodb, other, s3] = await Promise.all(opening);
    return { edgePort, gatewayPort, http, dynamodb, services: other, s3 };
  } catch (error) {
    const [edge, socket, ...closable] = opening;
    if (await unlessFailed(edge)) await edgeListener.close();
    if (await unlessFailed(socket)) await gateway.close();
    for (const each of closable) await (await unlessFailed<{ close(): Promise<void> }>(each))?.close();
    throw error;
  }
}

const unlessFailed = <T>(opening: Promise<T>): Promise<T | undefined> => opening.catch(() => undefined);

/** Serves Lambda's Invoke, Cognito, the issuer and the debug pages on one port. Their paths do not overlap. */
async function serveServices(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services,
): Promise<void> {
  if (isInvoke(request)) return serveInvoke(request, response, services);
  const page = request.method === 'GET' ? debugPage(request.url ?? '', services) : undefined;
  if (page !== undefined) {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(page));
    return;
  }
  const identity = services.identity();
  if (identity !== undefined && isCognito(request)) return serveCognito(request, response, identity);
  if (identity !== undefined) return serveIdentity(request, response, identity);
  response.writeHead(503).end('The local stack is starting.');
}

/** Returns an environment variable of functions at `/variables/{name}`, and a queue's records at `/queues/{name}`. */
function debugPage(path: string, { variable, queues }: Services): unknown {
  const [, kind, name = ''] = /^\/(variables|queues)\/([\w.-]+)$/.exec(path) ?? [];
  if (kind === 'variables') return variable(name);
  return kind === 'queues' ? queues.records(name) : undefined;
}

/** Returns the local URL of an edge origin, or undefined if the local stack does not run it. */
export function originUrl(
  domainName: string,
  { routes, httpRoutes, buckets }: Pick<Deployment, 'routes' | 'httpRoutes' | 'buckets'>,
  { gateway, http, s3 }: Pick<Endpoints, 'gateway' | 'http' | 's3'>,
): string | undefined {
  const [name = '', service] = domainName.split('.');
  if (service === 'execute-api' && name === routes.api.apiId) return gateway;
  if (service === 'execute-api' && name === httpRoutes?.apiId) return http;
  if (service === 's3' && buckets.has(name)) return `${s3}/${name}`;
  return undefined;
}

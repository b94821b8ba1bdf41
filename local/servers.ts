import type { Database } from './dynamodb/database.ts';
import { serveDynamodb } from './dynamodb/serve-dynamodb.ts';
import type { FaultOf } from './faults.ts';
import { type HttpApiOptions, serveHttpApi } from './http/serve-http-api.ts';
import { type HttpServer, listen } from './http-server.ts';
import type { Access } from './iam/access.ts';
import { type IdentityOptions, isCognito, serveCognito, serveIdentity } from './identity/serve-identity.ts';
import type { FailureQueues } from './lambda/failure-queues.ts';
import type { Functions } from './lambda/functions.ts';
import { isInvoke, serveInvoke } from './lambda/serve-invoke.ts';
import { type S3Options, serveS3 } from './s3/serve-s3.ts';
import type { Trace } from './trace.ts';

export interface Ports {
  /** Of the edge, the one for clients. */
  readonly edge: number;
  readonly socket: number;
  /** Of the HTTP API; any free one if absent, since clients come through the edge. */
  readonly http?: number;
  readonly dynamodb: number;
  readonly services: number;
  /** Only signed URLs name it: any free one if absent. */
  readonly s3?: number;
}

/** What the HTTP servers answer with. */
export interface Behind {
  /** May still be opening; what comes for it meanwhile waits. */
  readonly database: Promise<Database>;
  readonly access: Access;
  readonly functions: Functions;
  /** Undefined until there is one. */
  readonly identity: () => IdentityOptions | undefined;
  readonly outputs: () => Readonly<Record<string, string>>;
  readonly queues: FailureQueues;
  readonly http: HttpApiOptions;
  readonly s3: S3Options;
  readonly trace: Trace;
  readonly faultOf?: FaultOf;
  readonly log: (line: string) => void;
}

/** Six listening ports and an open database. */
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
 * Listens on all ports. If one is taken or the database does not open, rejects with that one clear
 * line and closes the others.
 */
export async function openServers(
  { edge: edgeListener, gateway }: { readonly edge: Listener; readonly gateway: Listener },
  ports: Ports,
  behind: Behind,
): Promise<Servers> {
  const opening = [
    edgeListener.listen(ports.edge),
    gateway.listen(ports.socket),
    listenHttp(ports.http ?? 0, behind),
    listenDynamodb(ports.dynamodb, behind),
    listenServices(ports.services, behind),
    listenS3(ports.s3 ?? 0, behind),
    behind.database,
  ] as const;
  await Promise.allSettled(opening);
  try {
    const [edgePort, gatewayPort, http, dynamodb, services, s3] = await Promise.all(opening);
    return { edgePort, gatewayPort, http, dynamodb, services, s3 };
  } catch (error) {
    const [edge, socket, ...closable] = opening;
    if (await opened(edge)) await edgeListener.close();
    if (await opened(socket)) await gateway.close();
    for (const part of closable) await (await opened<{ close(): Promise<void> }>(part))?.close();
    throw error;
  }
}

/** What opened; undefined for what did not. */
const opened = <T>(opening: Promise<T>): Promise<T | undefined> => opening.catch(() => undefined);

function listenDynamodb(port: number, { database, log, ...behind }: Behind): Promise<HttpServer> {
  return listen(
    port,
    { name: 'DynamoDB', variable: 'PARLEY_DYNAMODB_PORT' },
    async (request, response) => serveDynamodb(request, response, { ...behind, database: await database }),
    (error) => log(`A call to DynamoDB failed: ${String(error)}`),
  );
}

function listenHttp(port: number, { http, log }: Behind): Promise<HttpServer> {
  return listen(
    port,
    { name: 'HTTP API', variable: 'PARLEY_HTTP_PORT' },
    (request, response) => serveHttpApi(request, response, http),
    (error) => log(`A request to the HTTP API failed: ${String(error)}`),
  );
}

function listenS3(port: number, { s3, log }: Behind): Promise<HttpServer> {
  return listen(
    port,
    { name: 'S3', variable: 'PARLEY_S3_PORT' },
    (request, response) => serveS3(request, response, s3),
    (error) => log(`A call to S3 failed: ${String(error)}`),
  );
}

/** What a developer can look at: the stack's outputs, and what has come to a queue. */
function shownAt(path: string, { outputs, queues }: Behind): unknown {
  if (path === '/outputs') return outputs();
  const [, queue] = /^\/queues\/([\w.-]+)$/.exec(path) ?? [];
  return queue === undefined ? undefined : queues.records(queue);
}

/** Lambda's Invoke, Cognito, the issuer and what can be looked at share a port: none has a path of another. */
function listenServices(port: number, behind: Behind): Promise<HttpServer> {
  return listen(
    port,
    { name: 'Services', variable: 'PARLEY_SERVICES_PORT' },
    async (request, response) => {
      if (isInvoke(request)) return serveInvoke(request, response, behind);
      const shown = request.method === 'GET' ? shownAt(request.url ?? '', behind) : undefined;
      if (shown !== undefined) {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(shown));
        return;
      }
      const identity = behind.identity();
      if (identity !== undefined && isCognito(request)) return serveCognito(request, response, identity);
      if (identity !== undefined) return serveIdentity(request, response, identity);
      response.writeHead(503).end('The local stack is starting');
    },
    (error) => behind.log(`A call to Lambda, Cognito or the issuer failed: ${String(error)}`),
  );
}

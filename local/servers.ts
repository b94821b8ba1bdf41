import type { Database } from './dynamodb/database.ts';
import { serveDynamodb } from './dynamodb/front.ts';
import { type HttpServer, listen } from './http-server.ts';
import type { Access } from './iam/access.ts';
import { type IdentityOptions, serveIdentity } from './identity/serve-identity.ts';
import type { Functions } from './lambda/functions.ts';
import { isInvoke, serveInvoke } from './lambda/invoke-endpoint.ts';
import type { Trace } from './trace.ts';

export interface Ports {
  readonly socket: number;
  readonly dynamodb: number;
  readonly services: number;
}

/** What the two HTTP servers answer with. */
export interface Behind {
  /** May still be opening; what comes for it meanwhile waits. */
  readonly database: Promise<Database>;
  readonly access: Access;
  readonly functions: Functions;
  /** Undefined until there is one. */
  readonly identity: () => IdentityOptions | undefined;
  readonly outputs: () => Readonly<Record<string, string>>;
  readonly trace: Trace;
  readonly log: (line: string) => void;
}

/** Three listening ports and an open database. */
export interface Servers {
  readonly gatewayPort: number;
  readonly dynamodb: HttpServer;
  readonly services: HttpServer;
}

interface Listener {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Listens on all three ports. If one is taken or the database does not open, rejects with that one clear
 * line and closes the others.
 */
export async function openServers(gateway: Listener, ports: Ports, behind: Behind): Promise<Servers> {
  const [socket, dynamodb, services, database] = await Promise.allSettled([
    gateway.listen(ports.socket),
    listenDynamodb(ports.dynamodb, behind),
    listenServices(ports.services, behind),
    behind.database,
  ]);
  if (
    socket.status === 'fulfilled' &&
    dynamodb.status === 'fulfilled' &&
    services.status === 'fulfilled' &&
    database.status === 'fulfilled'
  ) {
    return { gatewayPort: socket.value, dynamodb: dynamodb.value, services: services.value };
  }
  if (socket.status === 'fulfilled') await gateway.close();
  for (const part of [dynamodb, services, database]) {
    if (part.status === 'fulfilled') await part.value.close();
  }
  throw [socket, dynamodb, services, database].find((part) => part.status === 'rejected')?.reason;
}

function listenDynamodb(port: number, { database, access, trace, log }: Behind): Promise<HttpServer> {
  return listen(
    port,
    { name: 'DynamoDB', variable: 'PARLEY_DYNAMODB_PORT' },
    async (request, response) =>
      serveDynamodb(request, response, { database: await database, access, trace }),
    (error) => log(`A call to DynamoDB failed: ${String(error)}`),
  );
}

/** Lambda's Invoke, the issuer and the stack's outputs share a port: none has a path of another. */
function listenServices(port: number, behind: Behind): Promise<HttpServer> {
  return listen(
    port,
    { name: 'Services', variable: 'PARLEY_SERVICES_PORT' },
    async (request, response) => {
      if (isInvoke(request)) return serveInvoke(request, response, behind);
      if (`${request.method} ${request.url}` === 'GET /outputs') {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(behind.outputs()));
        return;
      }
      const identity = behind.identity();
      if (identity !== undefined) return serveIdentity(request, response, identity);
      response.writeHead(503).end('The local stack is starting');
    },
    (error) => behind.log(`A call to Lambda or the issuer failed: ${String(error)}`),
  );
}

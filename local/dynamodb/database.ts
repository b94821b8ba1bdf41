import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { account } from '../account.ts';
import { readBody } from '../http-server.ts';

/** One authorized DynamoDB call. */
export interface DatabaseRequest {
  /** For instance `PutItem`. */
  readonly operation: string;
  /** The parsed body. */
  readonly input: Record<string, unknown>;
  /** The original body. */
  readonly body: Buffer;
}

/** A DynamoDB response. `body` is JSON, even for an error. */
export interface DatabaseReply {
  readonly status: number;
  readonly body: string | Buffer;
}

/** Executes DynamoDB calls: the embedded database, or another endpoint. */
export interface Database {
  send(request: DatabaseRequest): Promise<DatabaseReply>;
  /** Waits for running calls, then closes. */
  close(): Promise<void>;
}

/** Returns an error response in DynamoDB's format. */
export function databaseError(code: string, message: string, status = 400): DatabaseReply {
  const space = code === 'ValidationException' ? 'com.amazon.coral.validate' : 'com.amazon.coral.service';
  return { status, body: JSON.stringify({ __type: `${space}#${code}`, message }) };
}

/**
 * Sends all calls with the same credentials, because each function has its own access key and DynamoDB Local without
 * -sharedDb keeps a separate database for each access key and Region.
 */
const authorizationOf = (accessKey: string): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKey}/20300101/${account.region}/dynamodb/aws4_request, ` +
  'SignedHeaders=host, Signature=0';

/**
 * Uses another DynamoDB, such as DynamoDB Local, at `endpoint` (`http://127.0.0.1:8000`). A user name in the URL is the
 * access key (`http://other@127.0.0.1:8000`).
 */
export function openRemote(endpoint: string): Database {
  const url = parseEndpoint(endpoint);
  const authorization = authorizationOf(url.username || 'parley');
  url.username = '';
  const secure = url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const open = secure ? httpsRequest : httpRequest;

  const send = ({ operation, body }: DatabaseRequest): Promise<DatabaseReply> =>
    new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'application/x-amz-json-1.0',
        'Content-Length': body.length,
        'X-Amz-Target': `DynamoDB_20120810.${operation}`,
        'X-Amz-Date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
        Authorization: authorization,
      };
      const request = open(url, { method: 'POST', agent, headers }, (response) => {
        const status = response.statusCode ?? 502;
        readBody(response).then((reply) => resolve({ status, body: reply }), reject);
      });
      request.once('error', ({ message }) => {
        const advice = 'Start it or unset DYNAMODB_ENDPOINT.';
        reject(new Error(`Could not reach DynamoDB at ${url.origin}: ${message}. ${advice}`));
      });
      request.end(body);
    });

  return { send, close: async () => agent.destroy() };
}

function parseEndpoint(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  const advice = 'Set it to one like http://127.0.0.1:8000.';
  throw new Error(`Could not open DynamoDB: DYNAMODB_ENDPOINT "${endpoint}" is not an HTTP URL. ${advice}`);
}

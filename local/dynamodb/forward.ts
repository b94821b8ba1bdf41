import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { account } from '../account.ts';
import { readBody } from '../http-server.ts';
import type { Database, DatabaseReply, DatabaseRequest } from './database.ts';

/**
 * Every call under one name: DynamoDB Local keeps a database for each access key and Region unless it is
 * started with -sharedDb, and our functions each have their own key.
 */
const authorization =
  `AWS4-HMAC-SHA256 Credential=parley/20300101/${account.region}/dynamodb/aws4_request, ` +
  'SignedHeaders=host, Signature=0';

/** Another DynamoDB, such as DynamoDB Local, at `endpoint` (`http://127.0.0.1:8000`). */
export function openForward(endpoint: string): Database {
  const url = parse(endpoint);
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
        readBody(response).then(
          (reply) => resolve({ status: response.statusCode ?? 502, body: reply }),
          reject,
        );
      });
      request.once('error', (error) =>
        reject(
          new Error(
            `DynamoDB at ${url.origin} did not answer: ${error.message}; start it or unset DYNAMODB_ENDPOINT`,
          ),
        ),
      );
      request.end(body);
    });

  return { send, close: async () => agent.destroy() };
}

function parse(endpoint: string): URL {
  if (URL.canParse(endpoint)) {
    const url = new URL(endpoint);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  throw new Error(
    `DynamoDB was not opened: DYNAMODB_ENDPOINT "${endpoint}" is no http URL; set it to one, like http://127.0.0.1:8000`,
  );
}

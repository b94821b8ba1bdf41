import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { vi } from 'vitest';
import type { Credentials } from '../../../functions/aws/environment.ts';
import type { WireRequest } from '../../../functions/aws/line.ts';
import type { Header } from '../../../functions/aws/sign.ts';
import { Pool } from '../../../functions/aws/transport.ts';

export const region = 'eu-west-1';
export const credentials: Credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjE+example/token==',
};

/** A request as it was about to be sent. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  /** As it is signed. Of the SDK alone, which tells S3 by `x-id` what the method tells too. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array | string;
}

const ended = new Error('The request was taken for the test, and not sent');

/** A client's settings, and what it would have sent. */
export function caught() {
  const requests: Sent[] = [];
  const requestHandler = {
    handle(request: unknown): Promise<never> {
      const { method, path, query, headers, body } = request as SdkRequest;
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      requests.push({
        method,
        path,
        query: new URLSearchParams(query).toString(),
        headers: Object.fromEntries(lower),
        body: Buffer.from(body ?? '').toString(),
      });
      return Promise.reject(ended);
    },
  };
  return { requests, config: { region, credentials, requestHandler, maxAttempts: 1 } };
}

export const clients = {
  gateway: (config: object, endpoint: string) => new ApiGatewayManagementApiClient({ ...config, endpoint }),
  dynamodb: (config: object) => new DynamoDBClient(config),
  lambda: (config: object) => new LambdaClient(config),
  s3: (config: object) =>
    new S3Client({
      ...config,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
};

/** What the thin client sends from now on, each answered with 200 and `{}`. */
export function watchThin(): readonly Sent[] {
  const requests: Sent[] = [];
  vi.spyOn(Pool.prototype, 'ask').mockImplementation(async ({ head, body }: WireRequest) => {
    const [line = '', ...rest] = head.trimEnd().split('\r\n');
    const [method = '', path = ''] = line.split(' ');
    const pairs = rest.map((each) => [each.slice(0, each.indexOf(':')), each.slice(each.indexOf(':') + 2)]);
    requests.push({
      query: '',
      method,
      path,
      headers: Object.fromEntries(pairs),
      body: Buffer.from(body).toString(),
    });
    return { status: 200, head: 'HTTP/1.1 200 OK', body: Buffer.from('{}'), keepAlive: true };
  });
  return requests;
}

/** The headers that a signature covers, in its order. */
export function coveredHeaders({ headers }: Sent): Header[] {
  const names = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return names.split(';').map((name) => [name, headers[name] ?? '']);
}

import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { vi } from 'vitest';
import type { Credentials } from '../../../functions/aws/environment.ts';
import type { Header } from '../../../functions/aws/sign.ts';
import { type HttpRequest, Transport } from '../../../functions/aws/transport.ts';

export const region = 'eu-west-1';
export const credentials: Credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjE+example/token==',
};

/** A request as a client would send it. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  /** Only the SDK sends one: to S3 it names the operation in `x-id`. */
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

const notSent = new Error('Request not sent: the test recorded it.');

/** Returns settings for a client of the SDK, and the requests that it would have sent. */
export function recordSdk() {
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
      return Promise.reject(notSent);
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

/** Records what the signing client sends from now on. Each request gets a response with status 200 and body `{}`. */
export function recordSigned(): readonly Sent[] {
  const requests: Sent[] = [];
  vi.spyOn(Transport.prototype, 'send').mockImplementation(
    async ({ method, path, headers, body }: HttpRequest) => {
      const pairs = headers.flatMap((name, index) => (index % 2 ? [] : [[name, headers[index + 1] ?? '']]));
      const sent = { method, path, query: '', headers: Object.fromEntries(pairs) };
      requests.push({ ...sent, body: Buffer.from(body).toString() });
      return { status: 200, headers: {}, body: Buffer.from('{}') };
    },
  );
  return requests;
}

/** Returns the headers that a request's signature covers, in its order. */
export function coveredHeaders({ headers }: Sent): Header[] {
  const names = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return names.split(';').map((name) => [name, headers[name] ?? '']);
}

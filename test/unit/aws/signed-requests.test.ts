import { createHash } from 'node:crypto';
import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signedDynamoDb } from '../../../functions/aws/dynamodb.ts';
import { signedInvoke } from '../../../functions/aws/lambda.ts';
import { canonicalPath, Signer, signedHeaders, signingTime } from '../../../functions/aws/sign.ts';
import { signedPoster } from '../../../functions/delivery/signed-poster.ts';
import { signedFiles } from '../../../functions/store/files.ts';
import { NOON } from '../../support/sample.ts';
import {
  clients,
  coveredHeaders,
  credentials,
  recordSdk,
  recordSigned,
  region,
  type Sent,
} from './sdk-requests.ts';

const url = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod';
const id = 'L0SM9cOFvHcCIhw=';
const frame = '{"text":"Grüße, 👋"}';
const key = "1/a b+c's(1)*.txt";
const item = { TableName: 'chat', Key: { room: { S: '1' }, item: { S: 'room' } } };
const query = {
  TableName: 'chat',
  KeyConditionExpression: '#room = :room',
  ExpressionAttributeValues: {
    ':room': { S: 'Küche' },
    ':n': { N: '1' },
    ':l': { L: [{ BOOL: true }, { NULL: true as const }] },
  },
  ConsistentRead: true,
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date'] });
  vi.stubEnv('AWS_REGION', region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', credentials.sessionToken);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Send = (config: object) => Promise<unknown>;
const poster = () => signedPoster(url);
const files = () => signedFiles('parley-files');
const place = { Bucket: 'parley-files', Key: key };

const cases: readonly { what: string; service: string; sdk: Send; ours: () => Promise<unknown> }[] = [
  {
    what: 'a post',
    service: 'execute-api',
    sdk: (config) =>
      clients.gateway(config, url).send(new PostToConnectionCommand({ ConnectionId: id, Data: frame })),
    ours: () => poster().post(id, frame),
  },
  {
    what: 'a lookup of a connection',
    service: 'execute-api',
    sdk: (config) => clients.gateway(config, url).send(new GetConnectionCommand({ ConnectionId: id })),
    ours: () => poster().isOpen(id),
  },
  {
    what: 'a close of a connection',
    service: 'execute-api',
    sdk: (config) => clients.gateway(config, url).send(new DeleteConnectionCommand({ ConnectionId: id })),
    ours: () => poster().close(id),
  },
  {
    what: 'a read of an item',
    service: 'dynamodb',
    sdk: (config) => clients.dynamodb(config).send(new GetItemCommand(item)),
    ours: () => signedDynamoDb()('GetItem', item),
  },
  {
    what: 'a query',
    service: 'dynamodb',
    sdk: (config) => clients.dynamodb(config).send(new QueryCommand(query)),
    ours: () => signedDynamoDb()('Query', query),
  },
  {
    what: 'an invocation',
    service: 'lambda',
    sdk: (config) =>
      clients
        .lambda(config)
        .send(
          new InvokeCommand({ FunctionName: 'a:b', InvocationType: 'Event', Payload: Buffer.from('"hi"') }),
        ),
    ours: () => signedInvoke()('a:b', 'hi'),
  },
  {
    what: 'an upload of an object',
    service: 's3',
    sdk: (config) =>
      clients
        .s3(config)
        .send(new PutObjectCommand({ ...place, Body: Buffer.from('hi'), ContentType: 'text/plain' })),
    ours: () => files().put(key, Buffer.from('hi'), 'text/plain'),
  },
  {
    what: 'a lookup of an object',
    service: 's3',
    sdk: (config) => clients.s3(config).send(new HeadObjectCommand(place)),
    ours: () => files().head(key),
  },
  {
    what: 'a delete of an object',
    service: 's3',
    sdk: (config) => clients.s3(config).send(new DeleteObjectCommand(place)),
    ours: () => files().remove(key),
  },
];

async function bothOf({ sdk, ours }: (typeof cases)[number]): Promise<{ reference: Sent; own: Sent }> {
  const { requests, config } = recordSdk();
  await sdk(config).catch(() => undefined);
  const signedRequests = recordSigned();
  await ours();
  const [reference, own] = [requests[0], signedRequests[0]];
  if (!reference || !own) throw new Error('Request not recorded: the client sent nothing. Check the client.');
  return { reference, own };
}

/** Returns the authorization header that our signer computes for a request's signed headers. */
const signed = (service: string, request: Sent) =>
  new Signer(service, region).authorization(
    {
      method: request.method,
      path: service === 's3' ? request.path : canonicalPath(request.path),
      query: request.query,
      headers: signedHeaders(coveredHeaders(request)),
      bodyHash:
        request.headers['x-amz-content-sha256'] ?? createHash('sha256').update(request.body).digest('hex'),
    },
    credentials,
    signingTime(NOON),
  );

test.each(cases)(
  '$what has the method, path and body of the SDK’s request, and no additional header',
  async (each) => {
    const { reference, own } = await bothOf(each);
    expect(own).toMatchObject({ method: reference.method, path: reference.path });
    if (each.service === 'dynamodb') expect(JSON.parse(own.body)).toEqual(JSON.parse(reference.body));
    else expect(own.body).toBe(reference.body);
    const { authorization: _, 'content-length': length, ...headers } = own.headers;
    expect(reference.headers).toMatchObject(headers);
    expect(length).toBe(String(Buffer.byteLength(own.body)));
  },
);

test.each(cases)('$what is signed as by the SDK', async (each) => {
  const { reference, own } = await bothOf(each);
  expect(signed(each.service, reference)).toBe(reference.headers['authorization']);
  expect(own.headers['authorization']).toBe(signed(each.service, own));
  // The signature covers all headers but these two.
  const names = coveredHeaders(own).map(([name]) => name);
  const sent = Object.keys(own.headers).filter(
    (name) => name !== 'authorization' && name !== 'content-length',
  );
  expect(names).toEqual(sent.sort());
});

test('encodes a connection id once in the path, and twice in the signed path', async () => {
  const requests = recordSigned();
  await poster().post(id, frame);
  expect(requests[0]?.path).toBe('/prod/@connections/L0SM9cOFvHcCIhw%3D');
  expect(canonicalPath(requests[0]?.path ?? '')).toBe('/prod/%40connections/L0SM9cOFvHcCIhw%253D');
});

test('derives another signing key for another day or secret', () => {
  const signer = new Signer('execute-api', region);
  const request = { method: 'GET', path: '/', query: '', headers: signedHeaders([]), bodyHash: '' };
  const at = (now: number, by = credentials) => signer.signature(request, by, signingTime(now));
  const fresh = (now: number, by = credentials) =>
    new Signer('execute-api', region).signature(request, by, signingTime(now));
  const tomorrow = NOON + 24 * 60 * 60 * 1000;
  const other = { ...credentials, secretAccessKey: 'x'.repeat(100) };
  for (const [now, by] of [
    [NOON, credentials],
    [tomorrow, credentials],
    [tomorrow, other],
    [NOON, credentials],
  ] as const) {
    expect(at(now, by)).toBe(fresh(now, by));
  }
  expect(new Set([at(NOON), at(tomorrow), at(NOON, other)]).size).toBe(3);
});

test('uses changed credentials in the next request', async () => {
  const requests = recordSigned();
  const same = poster();
  await same.post(id, frame);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIANEXT');
  vi.stubEnv('AWS_SESSION_TOKEN', '');
  await same.post(id, frame);
  vi.stubEnv('AWS_SESSION_TOKEN', 'renewed');
  await same.post(id, frame);
  expect(requests.map(({ headers }) => /Credential=(\w+)/.exec(headers['authorization'] ?? '')?.[1])).toEqual(
    [credentials.accessKeyId, 'ASIANEXT', 'ASIANEXT'],
  );
  expect(requests.map(({ headers }) => headers['x-amz-security-token'])).toEqual([
    credentials.sessionToken,
    undefined,
    'renewed',
  ]);
});

test('rejects a header with a line break before it sends anything', async () => {
  const requests = recordSigned();
  await expect(files().put('1/a', Buffer.from('hi'), 'text/plain\r\nx-amz-acl: public-read')).rejects.toThrow(
    /^Request not sent: the header content-type /,
  );
  expect(requests).toEqual([]);
});

test.each([
  [
    'an upload',
    (s3: ReturnType<typeof clients.s3>) =>
      getSignedUrl(
        s3,
        new PutObjectCommand({
          ...place,
          ContentLength: 7,
          ContentType: 'text/plain',
          IfNoneMatch: '*',
          Tagging: 'parley=pending',
        }),
        {
          expiresIn: 900,
          signingDate: new Date(NOON),
          signableHeaders: new Set([
            'host',
            'content-length',
            'content-type',
            'if-none-match',
            'x-amz-tagging',
          ]),
          unhoistableHeaders: new Set(['x-amz-tagging']),
        },
      ),
    async () => (await files().presignPut(key, { size: 7, contentType: 'text/plain' }, 900, NOON)).url,
  ],
  [
    'a download',
    (s3: ReturnType<typeof clients.s3>) =>
      getSignedUrl(
        s3,
        new GetObjectCommand({
          ...place,
          ResponseContentType: 'text/plain',
          ResponseContentDisposition: 'inline; filename="a b.txt"',
        }),
        {
          expiresIn: 300,
          signingDate: new Date(NOON),
        },
      ),
    () =>
      files().presignGet(
        key,
        { contentType: 'text/plain', contentDisposition: 'inline; filename="a b.txt"' },
        300,
        NOON,
      ),
  ],
] as const)('presigns %s with the URL of the SDK', async (_what, sdk, ours) => {
  const reference = new URL(await sdk(clients.s3(recordSdk().config)));
  const own = new URL(await ours());
  expect(own.origin + own.pathname).toBe(reference.origin + reference.pathname);
  expect(Object.fromEntries(own.searchParams)).toEqual(Object.fromEntries(reference.searchParams));
});

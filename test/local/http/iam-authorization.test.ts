import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import type { Credentials } from '../../../functions/aws/environment.ts';
import { iamAuthorization } from '../../../local/http/iam-authorization.ts';
import { Access, developerKey } from '../../../local/iam/access.ts';
import { signRequest } from '../../../server/sign-request.ts';

const api = 'arn:aws:execute-api:us-east-1:000000000000:httpapi';
const now = Date.parse('2030-01-01T12:00:00Z');
const body = '{"name":"Orders"}';

let access: Access;
let orders: Credentials;
let logged: string[];

beforeEach(() => {
  logged = [];
  access = new Access((line) => logged.push(line));
  orders = access.credentialsOf('Orders');
  const allow = {
    effect: 'Allow',
    actions: ['execute-api:Invoke'],
    resources: [`${api}/*/*/admin/*`],
  } as const;
  access.update(new Map([['Orders', { name: 'OrdersRole', statements: [allow] }]]));
});

interface Change {
  readonly credentials?: Credentials;
  readonly headers?: (signed: Record<string, string>) => Record<string, string>;
  readonly sent?: string;
  readonly signedAt?: number;
  readonly region?: string;
  readonly path?: string;
}

/** Signs a request, changes it, and authorizes it. */
function authorize(change: Change = {}) {
  const { credentials = orders, headers = (signed) => signed, sent = body, signedAt = now } = change;
  const url = new URL('http://127.0.0.1:8000/admin/rooms/a%20b%2Fc/?limit=2&cursor=a%2Bb');
  const request = { method: 'PUT', url, headers: { 'content-type': 'application/json' }, body };
  const signed = signRequest(request, credentials, { region: change.region ?? 'us-east-1', now: signedAt });
  const message = new IncomingMessage(new Socket());
  message.method = 'PUT';
  message.url = change.path ?? `${url.pathname}${url.search}`;
  Object.assign(message.headers, headers({ host: url.host, ...signed }));
  const check = iamAuthorization({ access, trace: () => {}, now: () => now });
  return check(message, Buffer.from(sent), `${api}/$default/PUT/admin/rooms/a b/c/`);
}

test('returns the role of a function that has the grant', () => {
  expect(authorize()).toMatchObject({
    accessKey: orders.accessKeyId,
    accountId: '000000000000',
    userArn: 'arn:aws:sts::000000000000:assumed-role/OrdersRole/Orders',
  });
});

test('returns the developer, who signs with a fixed key', () => {
  const developer = { ...developerKey, sessionToken: undefined };
  expect(authorize({ credentials: developer })).toMatchObject({
    userArn: 'arn:aws:iam::000000000000:user/developer',
  });
});

test('refuses a function without the grant, and logs it', () => {
  expect(authorize({ credentials: access.credentialsOf('Shop') })).toBeUndefined();
  expect(logged).toEqual([expect.stringContaining('function Shop may not call execute-api:Invoke')]);
});

const without = (name: string) => (signed: Record<string, string>) =>
  Object.fromEntries(Object.entries(signed).filter(([each]) => each !== name));

test.each<[string, Change]>([
  ['another body', { sent: '{"name":"Others"}' }],
  ['another path', { path: '/admin/rooms/other/' }],
  ['no Authorization', { headers: without('authorization') }],
  ['no X-Amz-Date', { headers: without('x-amz-date') }],
  ['no session token', { headers: without('x-amz-security-token') }],
  ['another host', { headers: (signed) => ({ ...signed, host: 'elsewhere.example.com' }) }],
  ['a bearer token', { headers: (signed) => ({ ...signed, authorization: 'Bearer a.b.c' }) }],
  ['a signature of six minutes ago', { signedAt: now - 6 * 60_000 }],
  ['a signature of the future', { signedAt: now + 6 * 60_000 }],
  ['a signature for another Region', { region: 'eu-west-1' }],
  ['an unknown key', { credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x', sessionToken: undefined } }],
  ['a wrong secret', { credentials: { ...developerKey, secretAccessKey: 'wrong', sessionToken: undefined } }],
])('refuses %s', (_what, change) => {
  expect(authorize(change)).toBeUndefined();
});

test('accepts a signature of four minutes ago', () => {
  expect(authorize({ signedAt: now - 4 * 60_000 })).toBeDefined();
});

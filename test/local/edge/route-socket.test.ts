import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createEdgeFunctionRunner, type Values } from '../../../local/edge/edge-function.ts';

const code = readFileSync(new URL('../../../lib/edge/route-socket.js', import.meta.url), 'utf8');
const routeSocket = { name: 'RouteSocket', code };
const run = createEdgeFunctionRunner(5_000);

/** Returns CloudFront's event. Its values are percent-encoded. */
const eventOf = (uri: string, querystring: Values = {}) => ({
  version: '1.0',
  context: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType: 'viewer-request',
    requestId: 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==',
  },
  viewer: { ip: '198.51.100.11' },
  request: {
    method: 'GET',
    uri,
    querystring,
    headers: { host: { value: 'd111111abcdef8.cloudfront.net' }, 'sec-websocket-version': { value: '13' } },
    cookies: { sessionid: { value: 'eyJ' } },
  },
});

const rewrite = (uri: string, querystring?: Values) => run(routeSocket, eventOf(uri, querystring));
const toStage = (querystring: Values) => ({ ...eventOf('/prod', querystring).request });

describe('moves a room in the path to ?room= of the stage:', () => {
  test.each([
    ['/ws/chat/1/', '1'],
    ['/ws/chat/1', '1'],
    ['/ws/chat/0b3d2c1e-8f11-4c53-9a1a-2f4b6f0f7a10/', '0b3d2c1e-8f11-4c53-9a1a-2f4b6f0f7a10'],
    ['/ws/chat/direct:1:2/', 'direct%3A1%3A2'],
    ['/ws/chat/two%20words/', 'two%20words'],
    ['/ws/chat/caf%C3%A9/', 'caf%C3%A9'],
    ['/ws/chat/café/', 'caf%C3%A9'],
    ['/ws/chat/%F0%9F%91%8D/', '%F0%9F%91%8D'],
    ['/ws/chat/a%23b/', 'a%23b'],
    ['/ws/chat/a+b/', 'a%2Bb'],
    ['/ws/chat/a&admin=1/', 'a%26admin%3D1'],
    ['/ws/chat/a%26admin%3D1/', 'a%26admin%3D1'],
    ['/ws/chat/a%2Fb/', 'a%2Fb'],
    ['/ws/chat/100%25/', '100%25'],
    ['/ws/chat/%2525/', '%2525'],
    ['/ws/chat/__proto__/', '__proto__'],
  ])('%s → %s', (uri, room) => {
    expect(rewrite(uri)).toEqual(toStage({ room: { value: room } }));
  });
});

test('keeps the query string unchanged, including repeated names', () => {
  const query = {
    token: { value: 'a.b%2Bc' },
    flag: { value: '' },
    tag: { value: 'x', multiValue: [{ value: 'x' }, { value: 'y' }] },
  };
  expect(rewrite('/ws/chat/1/', query)).toEqual(toStage({ ...query, room: { value: '1' } }));
});

test.each(['room', '%72oom', 'r%6F%6Fm'])('does not let ?%s= override the room in the path', (name) => {
  const values = [{ value: '2' }, { value: '3' }];
  const query = { [name]: { value: '2', multiValue: values }, 'room%ZZ': { value: '4' } };
  expect(rewrite('/ws/chat/1/', query)).toEqual(toStage({ 'room%ZZ': { value: '4' }, room: { value: '1' } }));
});

test.each(['/ws/', '/ws/chat/', '/ws/chat'])(
  'keeps the query string of %s, which has no room, unchanged',
  (uri) => {
    const query = { firts_user: { value: '1' }, second_user: { value: '2/' } };
    expect(rewrite(uri, query)).toEqual(toStage(query));
  },
);

test.each(['firts_user', 'first_user', 'second%5Fuser'])(
  'keeps the slash at the end of a user id in ?%s=, because the API removes one slash',
  (name) => {
    const values = [{ value: 'a%2F' }, { value: 'b/' }, { value: 'c%2f/' }, { value: 'd' }];
    const sent = { [name]: { value: 'a%2F', multiValue: values }, token: { value: 't%2F' } };
    const kept = [{ value: 'a%2F/' }, ...values.slice(1)];
    const expected = { [name]: { value: 'a%2F/', multiValue: kept }, token: { value: 't%2F' } };
    expect(rewrite('/ws/chat/', sent)).toEqual(toStage(expected));
  },
);

test.each([
  '/ws//',
  '/ws/chats/1/',
  '/ws/chat//',
  '/ws/chat/1/2/',
  '/ws/chat/1//',
  '/ws/chat/%E9/',
  '/ws/chat/%/',
  '/ws/prod',
  '/prod',
])('answers 404 to %s', (uri) => {
  expect(rewrite(uri)).toEqual({
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'application/json' }, 'cache-control': { value: 'no-store' } },
    body: '{"message":"Not Found"}',
  });
});

test('does not change headers and cookies', () => {
  const { headers, cookies } = eventOf('/').request;
  expect(rewrite('/ws/chat/1/')).toMatchObject({ headers, cookies, method: 'GET' });
});

test('is under 10 KB and uses only syntax of the CloudFront Functions runtime 2.0', () => {
  expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  // AWS: "JavaScript runtime 2.0 features": ES 5.1 with const, let, arrows and template literals. esbuild
  // rewrites any other syntax.
  const known = { 'const-and-let': true, arrow: true, 'template-literal': true };
  const lowered = (source: string) =>
    transformSync(source, { target: 'es5', supported: known, loader: 'js' }).code;
  const kept = (source: string) => transformSync(source, { target: 'esnext', loader: 'js' }).code;
  expect(lowered(code)).toBe(kept(code));
  expect(lowered('a?.b')).not.toBe(kept('a?.b'));
  expect(code).not.toMatch(/\b(import|require|eval|setTimeout|URLSearchParams|replaceAll)\b\s*[('"]/);
});

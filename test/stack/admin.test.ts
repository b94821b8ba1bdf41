import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { developerKey } from '../../local/iam/access.ts';
import { askAdmin, signedHeaders } from '../support/admin.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let chat: TestStack;
let admin: ReturnType<typeof askAdmin>;

beforeAll(async () => {
  chat = await startTestStack();
  admin = askAdmin(chat);
});
afterAll(() => chat.stop());

/** Sends a request as it is, and returns status and body. */
async function request(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.text() };
}

const forbidden = { status: 403, body: '{"message":"Forbidden"}' };

test('answers a signed request', async () => {
  expect(await admin('GET /openapi.json')).toMatchObject({
    status: 200,
    body: { info: { title: 'Parley admin API' } },
  });
});

test('answers curl with --aws-sigv4', async () => {
  const { accessKeyId, secretAccessKey } = developerKey;
  const { stdout } = await promisify(execFile)('curl', [
    ...['--silent', '--aws-sigv4', 'aws:amz:us-east-1:execute-api'],
    ...['--user', `${accessKeyId}:${secretAccessKey}`, `${chat.stack.httpUrl}/admin/openapi.json`],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ info: { title: 'Parley admin API' } });
});

test('is at the address in the output AdminUrl', () => {
  expect(chat.stack.outputs['AdminUrl']).toBe(`${chat.stack.httpUrl}/admin`);
});

test('refuses requests without a valid signature', async () => {
  const url = `${chat.stack.httpUrl}/admin/openapi.json`;
  const wrong = { ...developerKey, secretAccessKey: 'wrong', sessionToken: undefined };
  expect(await request(url)).toEqual(forbidden);
  expect(await request(url, { authorization: `Bearer ${await chat.token('alice')}` })).toEqual(forbidden);
  expect(await request(url, signedHeaders('GET', new URL(url), '', wrong))).toEqual(forbidden);
});

test('cannot be reached through the edge or the REST API', async () => {
  const { edgeUrl, httpUrl } = chat.stack;
  const path = '/admin/openapi.json';
  // The page's bucket has no such object.
  expect(
    (await request(`${edgeUrl}${path}`, signedHeaders('GET', new URL(`${httpUrl}${path}`)))).status,
  ).toBe(404);
  const token = { authorization: `Bearer ${await chat.token('alice')}` };
  expect(await request(`${httpUrl}/api/chats/`, { ...token, 'x-parley-path': path })).toMatchObject({
    status: 404,
  });
  expect(await request(`${edgeUrl}/api${path}`, token)).toMatchObject({ status: 404 });
});

test('refuses a header that names another path than the one that IAM has authorized', async () => {
  const url = new URL(`${chat.stack.httpUrl}/admin/elsewhere/`);
  const headers = { ...signedHeaders('GET', url), 'x-parley-path': '/admin/openapi.json' };
  expect(await request(url.href, headers)).toMatchObject({ status: 404 });
});

import { createHash } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { JwtVerifier } from 'aws-jwt-verify';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AuthorizationServer, readPageClient } from '../../local/identity/authorization.ts';
import { type Issuer, openIssuer } from '../../local/identity/issuer.ts';
import { serveIdentity } from '../../local/identity/serve-identity.ts';
import { listenLocally, useAwsHost } from './aws-host.ts';
import { temporaryDirectory } from './mini-assembly.ts';

const alice = { id: '1', username: 'alice', email: 'alice@example.com' };
const users = [alice, { id: '2', username: 'bob', email: 'bob@example.com' }];
const url = 'http://127.0.0.1:8003';

useAwsHost();

/** Verifies a token with the library that the functions use. */
function verify(issuer: Issuer, token: string) {
  const verifier = JwtVerifier.create({
    issuer: issuer.url,
    audience: issuer.audience,
    jwksUri: issuer.jwksUri,
  });
  verifier.cacheJwks(JSON.parse(JSON.stringify(issuer.jwks)));
  return verifier.verify(token);
}

async function serve(): Promise<string> {
  const issuer = await openIssuer(url, null);
  return listenLocally((incoming, response) => serveIdentity(incoming, response, { issuer, users }));
}

describe('a local token', () => {
  test('passes aws-jwt-verify, names the user and is valid for 12 hours', async () => {
    const issuer = await openIssuer(url, null);
    const claims = await verify(issuer, await issuer.sign(alice));
    expect(claims).toMatchObject({
      iss: url,
      aud: 'parley',
      sub: '1',
      preferred_username: 'alice',
      email: 'alice@example.com',
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(12 * 60 * 60);
    expect(claims).not.toHaveProperty('token_use');
  });

  test('fails the verification after it expired', async () => {
    const issuer = await openIssuer(url, null);
    const token = await issuer.sign(alice, { expiresInSeconds: -60 });
    await expect(verify(issuer, token)).rejects.toThrow(/expired/);
  });

  test('fails the verification if another issuer signed it', async () => {
    const issuer = await openIssuer(url, null);
    const token = await (await openIssuer(url, null)).sign(alice);
    await expect(verify(issuer, token)).rejects.toThrow();
  });

  test('can have other claims', async () => {
    const issuer = await openIssuer(url, null);
    const token = await issuer.sign(alice, { claims: { aud: 'another' } });
    await expect(verify(issuer, token)).rejects.toThrow(/audience/i);
  });

  test('stays valid after a restart, and only the owner can read the key file', async () => {
    const file = join(temporaryDirectory(), 'deep', 'issuer.json');
    const token = await (await openIssuer(url, file)).sign(alice);
    const again = await openIssuer(url, file);
    await expect(verify(again, token)).resolves.toMatchObject({ sub: '1' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('needs a key file that contains a key', async () => {
    const file = join(temporaryDirectory(), 'issuer.json');
    writeFileSync(file, '{"kty":"EC"}');
    await expect(openIssuer(url, file)).rejects.toThrow(/issuer\.json contains no signing key\. Delete it/);
  });
});

/** Sends a request whose headers `fetch` would not send. Resolves to the status of the response. */
const statusOf = (target: string, options: RequestOptions): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(target, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });

describe('the issuer’s HTTP server', () => {
  test('publishes its public keys without the private part', async () => {
    const origin = await serve();
    const jwks = await (await fetch(`${origin}/.well-known/jwks.json`)).json();
    expect(jwks).toMatchObject({ keys: [{ kty: 'EC', alg: 'ES256', use: 'sig', kid: expect.any(String) }] });
    expect(JSON.stringify(jwks)).not.toContain('"d":');
    const configuration = await (await fetch(`${origin}/.well-known/openid-configuration`)).json();
    expect(configuration).toMatchObject({ issuer: url, jwks_uri: `${url}/.well-known/jwks.json` });
  });

  test('answers POST /token with a token of the user as text', async () => {
    const response = await fetch(`${await serve()}/token?user=alice`, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('answers 404 with the known usernames for an unknown user', async () => {
    const response = await fetch(`${await serve()}/token?user=eve`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('alice, bob');
  });

  test('issues no token by GET', async () => {
    expect((await fetch(`${await serve()}/token?user=alice`)).status).toBe(404);
  });

  test.each([
    ['for another Host header', { host: 'evil.example:80' }],
    ['for a page of another origin', { origin: 'http://evil.example' }],
  ])('issues no token %s', async (_name, headers) => {
    expect(await statusOf(`${await serve()}/token?user=alice`, { method: 'POST', headers })).toBe(403);
  });
});

describe('the page’s sign-in at the issuer', () => {
  const page = 'http://localhost:8000';
  const verifier = 'v'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = {
    client_id: 'page',
    redirect_uri: `${page}/`,
    response_type: 'code',
    scope: 'openid offline_access',
    state: 'my state',
    nonce: 'my nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  type Parameters = Readonly<Record<string, string>>;

  const tokensIn = async (response: Response) =>
    (await response.json()) as Record<'id_token' | 'access_token' | 'refresh_token', string>;

  async function serveSignIn() {
    const issuer = await openIssuer(url, null);
    const authorization = new AuthorizationServer(issuer, users);
    authorization.client = { id: 'page', audience: 'chat', redirectUris: [`${page}/`] };
    const origin = await listenLocally((incoming, response) =>
      serveIdentity(incoming, response, { issuer, users, authorization }),
    );
    const post = (path: string, form: Parameters) =>
      fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { Origin: page },
        body: new URLSearchParams(form),
        redirect: 'manual',
      });
    const answerOf = (response: Response) =>
      Object.fromEntries(new URL(response.headers.get('location') ?? 'x:').searchParams);
    const authorize = (more: Parameters = {}, form: Parameters = { username: 'alice', password: 'alice' }) =>
      post(`/authorize?${new URLSearchParams({ ...asked, ...more })}`, form);
    const codeOf = async () => answerOf(await authorize())['code'] ?? '';
    const exchange = (code: string, more: Parameters = {}) =>
      post('/oauth/token', {
        ...{ grant_type: 'authorization_code', client_id: 'page', redirect_uri: `${page}/`, code },
        ...{ code_verifier: verifier, ...more },
      });
    const refresh = (refresh_token: string) =>
      post('/oauth/token', { grant_type: 'refresh_token', client_id: 'page', refresh_token });
    return { issuer, origin, post, answerOf, authorize, codeOf, exchange, refresh };
  }

  test('is announced in the discovery document, which pages may read', async () => {
    const { origin } = await serveSignIn();
    const response = await fetch(`${origin}/.well-known/openid-configuration`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
    });
  });

  test('redirects to the page with a code, which gets tokens for both audiences, with the nonce', async () => {
    const { issuer, authorize, answerOf, exchange } = await serveSignIn();
    const { code = '', ...rest } = answerOf(await authorize());
    expect(rest).toEqual({ state: 'my state', iss: url });
    const response = await exchange(code);
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    const tokens = await tokensIn(response);
    expect(await issuer.verify(tokens.id_token)).toMatchObject({ aud: 'page', nonce: 'my nonce', sub: '1' });
    expect(await issuer.verify(tokens.access_token)).toMatchObject({ aud: 'chat', client_id: 'page' });
  });

  test.each([
    ['another redirect URI', { redirect_uri: 'https://evil.example/' }],
    ['another client', { client_id: 'other' }],
  ])('does not redirect to %s', async (_which, more) => {
    const { authorize } = await serveSignIn();
    const response = await authorize(more);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  test.each([
    [{ code_challenge_method: 'plain' }, { username: 'alice', password: 'alice' }, 'invalid_request'],
    [{ code_challenge: '' }, { username: 'alice', password: 'alice' }, 'invalid_request'],
    [{ scope: 'profile' }, { username: 'alice', password: 'alice' }, 'invalid_request'],
    [{ response_type: 'token' }, { username: 'alice', password: 'alice' }, 'invalid_request'],
    [{}, { cancel: 'yes' }, 'access_denied'],
  ])('redirects with an error for the parameters %o and the form %o', async (more, form, error) => {
    const { authorize, answerOf } = await serveSignIn();
    expect(answerOf(await authorize(more, form))).toEqual({ error, state: 'my state', iss: url });
  });

  test('asks again after a wrong password', async () => {
    const { authorize } = await serveSignIn();
    const response = await authorize({}, { username: 'alice', password: 'bob' });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('is wrong')]);
  });

  test.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }],
    ['another redirect URI', { redirect_uri: 'http://localhost:8000/other' }],
    ['no verifier', { code_verifier: '' }],
  ])('refuses a code with %s', async (_what, more) => {
    const { codeOf, exchange } = await serveSignIn();
    const response = await exchange(await codeOf(), more);
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_grant' }]);
  });

  test('accepts each code and each refresh token once, and no revoked refresh token', async () => {
    const { codeOf, exchange, refresh, post } = await serveSignIn();
    const code = await codeOf();
    const { refresh_token } = await tokensIn(await exchange(code));
    expect((await exchange(code)).status).toBe(400);
    const next = await tokensIn(await refresh(refresh_token));
    expect((await refresh(refresh_token)).status).toBe(400);
    await post('/oauth/revoke', { client_id: 'page', token: next.refresh_token });
    expect((await refresh(next.refresh_token)).status).toBe(400);
  });

  test('refuses a code after a minute', async () => {
    const { codeOf, exchange } = await serveSignIn();
    const code = await codeOf();
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    expect((await exchange(code)).status).toBe(400);
  });

  test('issues a refresh token only for the scope offline_access', async () => {
    const { authorize, answerOf, exchange } = await serveSignIn();
    const { code = '' } = answerOf(await authorize({ scope: 'openid' }));
    const tokens = await tokensIn(await exchange(code));
    expect(Object.keys(tokens)).toEqual(expect.arrayContaining(['id_token', 'access_token']));
    expect(tokens).not.toHaveProperty('refresh_token');
  });

  test('does not let pages of other origins read tokens', async () => {
    const { origin } = await serveSignIn();
    const headers = { Origin: 'https://evil.example' };
    const response = await fetch(`${origin}/oauth/token`, { method: 'POST', headers });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('is off for another Host header', async () => {
    const { origin } = await serveSignIn();
    const target = `${origin}/authorize?${new URLSearchParams(asked)}`;
    expect(await statusOf(target, {})).toBe(200);
    expect(await statusOf(target, { headers: { host: 'evil.example:80' } })).toBe(404);
  });

  test('signs the same user in again without a form, unless the page asks for credentials', async () => {
    const { origin, authorize } = await serveSignIn();
    const [cookie = ''] = (await authorize()).headers.getSetCookie();
    const open = (more: Parameters) =>
      fetch(`${origin}/authorize?${new URLSearchParams({ ...asked, ...more })}`, {
        headers: { Cookie: cookie.split(';')[0] ?? '' },
        redirect: 'manual',
      });
    expect((await open({})).status).toBe(303);
    expect((await open({ prompt: 'login' })).status).toBe(200);
  });

  test('is off if the chat has no client of this issuer', () => {
    const login = (issuer: string) => ({ LOGIN: JSON.stringify({ oidc: { issuer, client_id: 'page' } }) });
    expect(readPageClient([{}, login('https://issuer.example.com')], url, [page])).toBeNull();
    expect(readPageClient([{}], url, [page])).toBeNull();
    expect(readPageClient([{}, login(url)], url, [page])).toMatchObject({
      id: 'page',
      redirectUris: [`${page}/`],
    });
  });
});

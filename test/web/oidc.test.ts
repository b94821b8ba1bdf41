import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AuthorizationServer } from '../../local/identity/authorization.ts';
import { openIssuer } from '../../local/identity/issuer.ts';
import { serveIdentity } from '../../local/identity/serve-identity.ts';
import type { OidcOptions } from '../../web/session/login.ts';
import { beginSignIn, finishSignIn, refresh, revoke } from '../../web/session/oidc.ts';
import { listenLocally, useAwsHost } from '../local/aws-host.ts';

const page = 'http://localhost:8000';
const users = [{ id: '1', username: 'alice', email: 'alice@example.com' }];

useAwsHost();
beforeEach(() => void vi.stubGlobal('location', { origin: page, hash: '#/1' }));
afterEach(() => vi.unstubAllGlobals());

/** Serves the local issuer, and returns the options of a chat that uses it. */
async function serveIssuer(more: Partial<OidcOptions> = {}) {
  let handle: Parameters<typeof listenLocally>[0] = async () => {};
  const origin = await listenLocally((request, response) => handle(request, response));
  const issuer = await openIssuer(origin, null);
  const authorization = new AuthorizationServer(issuer, users);
  authorization.client = { id: 'page', audience: 'chat', redirectUris: [`${page}/`] };
  handle = (request, response) => serveIdentity(request, response, { issuer, users, authorization });
  const options: OidcOptions = {
    ...{ issuer: origin, client_id: 'page', audience: 'chat', token: 'access_token' },
    scope: 'openid offline_access',
    ...more,
  };
  /** Signs in as the browser would. Returns the issuer's answer and what the page remembers. */
  const visit = async (again = false) => {
    const { url, remember } = await beginSignIn(options, again);
    const body = new URLSearchParams({ username: 'alice', password: 'alice' });
    const response = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    const answer = new URL(response.headers.get('location') ?? 'x:').searchParams;
    return { url: new URL(url), remember, answer };
  };
  return { issuer, options, visit };
}

test('asks for a code with PKCE, a nonce and the chat’s audience, and for credentials after a sign-out', async () => {
  const { visit } = await serveIssuer();
  const { url, remember } = await visit(true);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: `${page}/`,
    audience: 'chat',
    prompt: 'login',
    state: remember.state,
    nonce: remember.nonce,
  });
  expect(url.href).not.toContain(remember.verifier);
  expect(remember.hash).toBe('#/1');
});

test.each([
  ['access_token', 'chat'],
  ['id_token', 'page'],
] as const)('gives the %s to the chat, and its user’s name to the page', async (token, aud) => {
  const { issuer, options, visit } = await serveIssuer({ token });
  const { answer, remember } = await visit();
  const tokens = await finishSignIn(options, answer, remember);
  expect(tokens.name).toBe('alice');
  expect(await issuer.verify(tokens.token)).toMatchObject({ aud, sub: '1' });
  const next = await refresh(options, tokens.refreshToken ?? '');
  expect(await issuer.verify(next.token)).toMatchObject({ aud });
  expect(next.refreshToken).not.toBe(tokens.refreshToken);
  await revoke(options, next.refreshToken ?? '');
  await expect(refresh(options, next.refreshToken ?? '')).rejects.toMatchObject({ code: 'SESSION_ENDED' });
});

test('signs in without a refresh token if the issuer gives none', async () => {
  const { options, visit } = await serveIssuer({ scope: 'openid' });
  const { answer, remember } = await visit();
  expect((await finishSignIn(options, answer, remember)).refreshToken).toBeUndefined();
});

describe('refuses', () => {
  test.each([
    ['the answer of another issuer', { iss: 'https://evil.example.com' }],
    ['an answer without its issuer', { iss: null }],
    ['another state', { state: 'other' }],
    ['an error of the issuer', { error: 'temporarily_unavailable', code: null }],
  ])('%s', async (_what, change) => {
    const { options, visit } = await serveIssuer();
    const { answer, remember } = await visit();
    for (const [name, value] of Object.entries(change)) {
      if (value === null) answer.delete(name);
      else answer.set(name, value);
    }
    await expect(finishSignIn(options, answer, remember)).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  test.each([
    ['an answer to another sign-in', { state: 'x'.repeat(43) }, 'SIGN_IN_FAILED'],
    ['a token for another sign-in', { nonce: 'x'.repeat(43) }, 'SIGN_IN_FAILED'],
    [
      'a token whose nonce the tab has forgotten',
      { nonce: undefined as unknown as string },
      'SIGN_IN_FAILED',
    ],
    ['a code with another verifier', { verifier: 'x'.repeat(43) }, 'SESSION_ENDED'],
  ])('%s', async (_what, change, code) => {
    const { options, visit } = await serveIssuer();
    const { answer, remember } = await visit();
    await expect(finishSignIn(options, answer, { ...remember, ...change })).rejects.toMatchObject({ code });
  });

  test('a token for another client', async () => {
    const { options, visit } = await serveIssuer({ token: 'id_token' });
    const { answer, remember } = await visit();
    const fetched = globalThis.fetch;
    vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
      const response = await fetched(...request);
      if (!String(request[0]).endsWith('/oauth/token')) return response;
      const tokens = (await response.json()) as object;
      const { issuer } = await serveIssuer();
      return Response.json({ ...tokens, id_token: await issuer.sign(users[0] ?? expect.unreachable()) });
    });
    await expect(finishSignIn(options, answer, remember)).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  test('a discovery document that names another issuer', async () => {
    const { options } = await serveIssuer();
    const other = { ...options, issuer: `${options.issuer}/other` };
    await expect(beginSignIn(other, false)).rejects.toMatchObject({ name: 'OidcError' });
  });

  test('to renew while the issuer is unreachable, without ending the session', async () => {
    const { options } = await serveIssuer();
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    await expect(refresh(options, 'token')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test.each([
    [503, 'busy', 'UNREACHABLE'],
    [500, '{"error":"server_error"}', 'UNREACHABLE'],
    [429, '{"error":"slow_down"}', 'UNREACHABLE'],
    [400, '{"error":"invalid_grant"}', 'SESSION_ENDED'],
    [401, '{"error":"invalid_client"}', 'SIGN_IN_FAILED'],
    [200, 'no JSON', 'SIGN_IN_FAILED'],
  ])('to renew after the answer %i %s: %s', async (status, body, code) => {
    const { options } = await serveIssuer();
    const fetched = globalThis.fetch;
    const headers = { 'Content-Type': 'application/json' };
    vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) =>
      String(request[0]).endsWith('/oauth/token')
        ? new Response(body, { status, headers })
        : fetched(...request),
    );
    await expect(refresh(options, 'token')).rejects.toMatchObject({ code });
  });
});

import { statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { JwtVerifier } from 'aws-jwt-verify';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { listen } from '../../local/http-server.ts';
import { type Issuer, openIssuer } from '../../local/identity/issuer.ts';
import { serveIdentity } from '../../local/identity/serve-identity.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './mini-assembly.ts';

const alice = { id: '1', username: 'alice', email: 'alice@example.com' };
const users = [alice, { id: '2', username: 'bob', email: 'bob@example.com' }];
const url = 'http://127.0.0.1:8003';
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(removeTemporaryDirectories);

/** The verifier that the functions use, given the issuer's keys. */
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
  const server = await listen(
    0,
    { name: 'Services', variable: 'PORT' },
    (incoming, response) => serveIdentity(incoming, response, { issuer, users }),
    () => {},
  );
  closers.push(server.close);
  return `http://127.0.0.1:${server.port}`;
}

describe('a local token', () => {
  test('passes aws-jwt-verify and says who the user is, for 12 hours', async () => {
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

  test('that has expired fails', async () => {
    const issuer = await openIssuer(url, null);
    const token = await issuer.sign(alice, { expiresInSeconds: -60 });
    await expect(verify(issuer, token)).rejects.toThrow(/expired/);
  });

  test('of another issuer fails', async () => {
    const issuer = await openIssuer(url, null);
    const token = await (await openIssuer(url, null)).sign(alice);
    await expect(verify(issuer, token)).rejects.toThrow();
  });

  test('can carry other claims', async () => {
    const issuer = await openIssuer(url, null);
    const token = await issuer.sign(alice, { claims: { aud: 'another' } });
    await expect(verify(issuer, token)).rejects.toThrow(/audience/i);
  });

  test('outlives a restart, by a key that only its owner can read', async () => {
    const file = join(temporaryDirectory(), 'deep', 'issuer.json');
    const token = await (await openIssuer(url, file)).sign(alice);
    const again = await openIssuer(url, file);
    await expect(verify(again, token)).resolves.toMatchObject({ sub: '1' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is not signed with a file that holds no key: one line says what to do', async () => {
    const file = join(temporaryDirectory(), 'issuer.json');
    writeFileSync(file, '{"kty":"EC"}');
    await expect(openIssuer(url, file)).rejects.toThrow(/issuer\.json holds no signing key; delete it/);
  });
});

describe('over HTTP', () => {
  test('the issuer shows its public keys and never the private part', async () => {
    const origin = await serve();
    const jwks = await (await fetch(`${origin}/.well-known/jwks.json`)).json();
    expect(jwks).toMatchObject({ keys: [{ kty: 'EC', alg: 'ES256', use: 'sig', kid: expect.any(String) }] });
    expect(JSON.stringify(jwks)).not.toContain('"d":');
    const configuration = await (await fetch(`${origin}/.well-known/openid-configuration`)).json();
    expect(configuration).toMatchObject({ issuer: url, jwks_uri: `${url}/.well-known/jwks.json` });
  });

  test('POST /token gives a token of the user as text', async () => {
    const response = await fetch(`${await serve()}/token?user=alice`, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('an unknown user is 404 with the names that there are', async () => {
    const response = await fetch(`${await serve()}/token?user=eve`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('alice, bob');
  });

  test('a token is not to be had by GET', async () => {
    expect((await fetch(`${await serve()}/token?user=alice`)).status).toBe(404);
  });

  test.each([
    ['under another Host name', { host: 'evil.example:80' }],
    ['from a page of another origin', { origin: 'http://evil.example' }],
  ])('a token is not to be had %s', async (_name, headers) => {
    const origin = await serve();
    const status = await new Promise((resolve, reject) => {
      request(`${origin}/token?user=alice`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

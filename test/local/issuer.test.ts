import { statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { JwtVerifier } from 'aws-jwt-verify';
import { describe, expect, test } from 'vitest';
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

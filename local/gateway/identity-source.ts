import type { HandshakeInput } from './handshake-request.ts';

/** Whether the request has a value for an identity source such as `route.request.header.Host`. */
export function hasIdentitySource(source: string, input: HandshakeInput): boolean {
  const [, place, name] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (name === undefined) {
    throw new Error(
      `Identity source ${source} was not read: it is not known here; use route.request.header or route.request.querystring`,
    );
  }
  if (place === 'querystring') return Boolean(input.multiValueQueryStringParameters?.[name]?.at(-1));
  const wanted = name.toLowerCase();
  return Object.entries(input.headers).some(([key, value]) => key.toLowerCase() === wanted && value !== '');
}

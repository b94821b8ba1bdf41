/**
 * What the page may load, and from where; a browser refuses the rest. Each source is a URL that ends in a slash, so
 * that it means all below it and nothing beside it.
 *
 * `filesUrl` is where signed URLs of files lead to: the page uploads there and shows images from there. Sockets need
 * no name: `'self'` of an https page is wss of the same host too (CSP Level 3, 6.7.2.8). It could have none, since the
 * distribution's name is not known before its headers are.
 */
export function contentSecurityPolicy(filesUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: ${filesUrl}`,
    `connect-src 'self' ${filesUrl}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join('; ');
}

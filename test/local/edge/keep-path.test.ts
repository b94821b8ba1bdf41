import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEdgeFunctionRunner } from '../../../local/edge/edge-function.ts';

const code = readFileSync(new URL('../../../lib/edge/keep-path.js', import.meta.url), 'utf8');
const run = createEdgeFunctionRunner(5_000);

const eventOf = (uri: string, headers = {}) => ({
  request: {
    method: 'DELETE',
    uri,
    querystring: { limit: { value: '%31' } },
    headers: { host: { value: 'd111111abcdef8.cloudfront.net' }, ...headers },
    cookies: { sessionid: { value: 'eyJ' } },
  },
});

test.each([
  ['/api/chats/', '/api/chats/'],
  ['/api/chats/team%2Fa/', '/api/chats/team%2Fa/'],
  ['/api/chats/a%3Fb%25', '/api/chats/a%3Fb%25'],
  ['/api/chats/日本/', '/api/chats/%E6%97%A5%E6%9C%AC/'],
])('adds the path %s as a header, and changes nothing else', (uri, path) => {
  for (const headers of [{}, { 'x-parley-path': { value: '/api/chats/of-the-viewer/' } }]) {
    const { request } = eventOf(uri, { 'x-parley-path': { value: path } });
    expect(run({ name: 'KeepPath', code }, eventOf(uri, headers))).toEqual(request);
  }
});

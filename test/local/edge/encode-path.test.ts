import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEdgeFunctionRunner } from '../../../local/edge/edge-function.ts';
import { readTarget } from '../../../local/http/http-event.ts';
import { hostileRoomIds } from '../../support/hostile-ids.ts';

const code = readFileSync(new URL('../../../lib/edge/encode-path.js', import.meta.url), 'utf8');
const run = createEdgeFunctionRunner(5_000);

const eventOf = (uri: string) => ({
  request: {
    method: 'DELETE',
    uri,
    querystring: { limit: { value: '%31' } },
    headers: { host: { value: 'd111111abcdef8.cloudfront.net' } },
    cookies: { sessionid: { value: 'eyJ' } },
  },
});

const rewrite = (uri: string) => run({ name: 'EncodePath', code }, eventOf(uri));

test.each([
  ['/api/chats/', '/api/encoded/chats/'],
  ['/api/chats/team%2Fa/', '/api/encoded/chats/team%252Fa/'],
  ['/api/chats/%2525', '/api/encoded/chats/%252525'],
  ['/api/encoded/chats/', '/api/encoded/encoded/chats/'],
  ['/api/api/', '/api/encoded/api/'],
])('%s → %s, and nothing else changes', (uri, expected) => {
  expect(rewrite(uri)).toEqual(eventOf(expected).request);
});

test.each(hostileRoomIds)('what the HTTP API makes of the path is the viewer’s path, for %j', (id) => {
  const path = `/chats/${encodeURIComponent(id)}/members/${encodeURIComponent(id)}/`;
  const { uri } = rewrite(`/api${path}`) as { uri: string };
  expect(readTarget(uri).path).toBe(`/api/encoded${path}`);
});

import { expect, test } from 'vitest';
import { chooseRoute } from '../../../local/http/serve-http-api.ts';

const keys = [
  '$default',
  'ANY /api/{proxy+}',
  'GET /api/rooms/{id}',
  'ANY /api/rooms/{id}',
  'GET /api/rooms/mine',
];
const routes = keys.map((key) => ({ key, functionName: key }));

test.each([
  ['GET', '/api/rooms/mine', 'GET /api/rooms/mine', {}],
  ['GET', '/api/rooms/7', 'GET /api/rooms/{id}', { id: '7' }],
  ['POST', '/api/rooms/7', 'ANY /api/rooms/{id}', { id: '7' }],
  ['GET', '/api/rooms/7/messages/', 'ANY /api/{proxy+}', { proxy: 'rooms/7/messages/' }],
  ['GET', '/api/', '$default', {}],
  ['GET', '/apixrooms', '$default', {}],
])('%s %s selects the most specific route, %s', (method, path, key, parameters) => {
  expect(chooseRoute(routes, method, path)).toMatchObject({ route: { key }, parameters });
});

test('returns undefined if no route matches', () => {
  const [, greedy, get] = routes;
  if (!greedy || !get) throw new Error('routes are missing');
  expect(chooseRoute([greedy], 'GET', '/elsewhere')).toBeUndefined();
  expect(chooseRoute([get], 'POST', '/api/rooms/7')).toBeUndefined();
});

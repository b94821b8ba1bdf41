import { expect, test } from 'vitest';
import { routeKey } from '../../../local/gateway/message.ts';

const routes = new Map(
  ['$connect', '$disconnect', '$default', 'send', '__proto__', 'constructor'].map((key) => [key, key]),
);

function route(body: string, routeSelectionExpression = '$request.body.action') {
  return routeKey({ routes, routeSelectionExpression }, body);
}

test('selects the route by the value of the expression', () => {
  expect(route('{"action":"send"}')).toBe('send');
});

test('accepts a nested path and the form with braces', () => {
  expect(route('{"a":{"b":"send"}}', '$request.body.a.b')).toBe('send');
  expect(route('{"a":{"b":"send"}}', ['$', '{request.body.a.b}'].join(''))).toBe('send');
});

test.each([
  ['nothing', ''],
  ['text that is not JSON', 'hello'],
  ['incomplete JSON', '{"action":"send"'],
  ['null', 'null'],
  ['a number', '5'],
  ['a text', '"send"'],
  ['an empty list', '[]'],
  ['a list', '[{"action":"send"}]'],
  ['an object without the field', '{}'],
  ['an unknown action', '{"action":"unknown"}'],
  ['a number as action', '{"action":5}'],
  ['null as action', '{"action":null}'],
  ['an object as action', '{"action":{"action":"send"}}'],
  ['a list as action', '{"action":["send"]}'],
  ['another spelling', '{"Action":"send"}'],
  ['an action in __proto__', '{"__proto__":{"action":"send"}}'],
  ['lists 100 deep', `${'['.repeat(100)}${']'.repeat(100)}`],
  ['objects 100 deep', `${'{"action":'.repeat(100)}1${'}'.repeat(100)}`],
  ['130,000 open brackets', '['.repeat(130_000)],
])('%s goes to $default', (_what, body) => {
  expect(route(body)).toBe('$default');
});

test.each(['$connect', '$disconnect', '$default'])('does not let a body select %s', (action) => {
  expect(route(JSON.stringify({ action }))).toBe('$default');
});

test('treats inherited property names as ordinary names', () => {
  expect(route('{"action":"constructor"}')).toBe('constructor');
  expect(route('{"action":"toString"}')).toBe('$default');
  expect(route('{}', '$request.body.constructor')).toBe('$default');
});

test('selects $default if the expression does not read the body', () => {
  expect(route('{"action":"send"}', '$request.header.action')).toBe('$default');
});

test('selects no route for an unmatched body if the API has no $default', () => {
  const api = { routes: new Map([['send', 'send']]), routeSelectionExpression: '$request.body.action' };
  expect(routeKey(api, 'hello')).toBeUndefined();
  expect(routeKey(api, '{"action":"send"}')).toBe('send');
});

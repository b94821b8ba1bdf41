import { describe, expect, test } from 'vitest';
import { chooseBehavior, matchesPath } from '../../../local/edge/plan.ts';
import { behaviorOf, distributionOf } from './edge-host.ts';

describe('matchesPath', () => {
  test.each([
    ['*', '/anything', true],
    ['/ws/*', '/ws/chat/1/', true],
    ['/ws/*', '/ws/', true],
    ['/ws/*', '/ws', false],
    ['/ws/*', '/WS/chat', false],
    ['ws/*', '/ws/chat', true],
    ['/a?c', '/abc', true],
    ['/a?c', '/ac', false],
    ['/*.jpg', '/a/b.jpg', true],
    ['/*.jpg', '/ajpg', false],
    ['/a+(b)/*', '/a+(b)/c', true],
  ])('pattern %s, path %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });
});

describe('chooseBehavior', () => {
  const distribution = distributionOf(
    behaviorOf({ pathPattern: '/ws/*' }),
    behaviorOf({ pathPattern: '/ws/chat/*' }),
    behaviorOf({ pathPattern: '*' }),
  );
  test.each([
    ['/ws/chat/1/', '/ws/*'],
    ['/', '*'],
    ['//evil.example.com/ws/chat', '*'],
    ['/ws/../page', '*'],
    ['/page/../ws/chat/1/', '/ws/*'],
    ['/page/%2e%2e/ws/chat/1/', '/ws/*'],
  ])('resolves dot segments of %s and chooses the first match, %s', (path, pattern) => {
    expect(chooseBehavior(distribution, path)?.pathPattern).toBe(pattern);
  });

  test('chooses no behavior for a target that is not a path', () => {
    expect(chooseBehavior(distribution, 'http://example.com/ws/')).toBe(null);
    expect(chooseBehavior(distribution, '*')).toBe(null);
  });
});

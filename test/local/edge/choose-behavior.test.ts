import { describe, expect, test } from 'vitest';
import { chooseBehavior, fits } from '../../../local/edge/choose-behavior.ts';
import { behaviorOf, distributionOf } from './edge-host.ts';

describe('a path pattern', () => {
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
  ])('%s fits %s: %s', (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected);
  });
});

describe('the behavior', () => {
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
  ])('of %s is the first whose pattern fits it without dot segments: %s', (path, pattern) => {
    expect(chooseBehavior(distribution, path)?.pathPattern).toBe(pattern);
  });

  test('of what is no path is none', () => {
    expect(chooseBehavior(distribution, 'http://example.com/ws/')).toBe(null);
    expect(chooseBehavior(distribution, '*')).toBe(null);
  });
});

import type { Behavior, Distribution } from './distribution.ts';

/**
 * The first behavior whose pattern fits the path; null for a path that is none. The path is compared
 * without its dot segments, and passed on as it came (AWS: "Path pattern", normalization).
 */
export function chooseBehavior({ behaviors }: Distribution, path: string): Behavior | null {
  const normalized = path.startsWith('/') ? URL.parse(`http://edge${path}`)?.pathname : undefined;
  if (normalized === undefined) return null;
  return behaviors.find(({ pathPattern }) => fits(pathPattern, normalized)) ?? null;
}

/** AWS: "Path pattern": `*` is any characters, `?` exactly one, case counts, a slash in front may be missing. */
export function fits(pathPattern: string, path: string): boolean {
  if (pathPattern === '*') return true;
  const rooted = pathPattern.startsWith('/') ? pathPattern : `/${pathPattern}`;
  const source = rooted.replace(/[.*+?^${}()|[\]\\]/g, (character) =>
    character === '*' ? '.*' : character === '?' ? '.' : `\\${character}`,
  );
  return new RegExp(`^${source}$`, 's').test(path);
}

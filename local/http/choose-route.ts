import type { HttpRoute } from './http-routes.ts';

/** The route that a request takes, and what its path's variables stand for. */
export interface ChosenRoute {
  readonly route: HttpRoute;
  readonly parameters: Readonly<Record<string, string>>;
}

/** How exactly a route fits, less being more exact. AWS: "Create routes for HTTP APIs": full, then greedy, then $default. */
interface Fit extends ChosenRoute {
  readonly rank: number;
}

/** The route for a method and a decoded path, or undefined, which API Gateway answers with 404. */
export function chooseRoute(
  routes: readonly HttpRoute[],
  method: string,
  path: string,
): ChosenRoute | undefined {
  const fits = routes.flatMap((route) => fitOf(route, method, path) ?? []);
  return fits.toSorted((one, other) => one.rank - other.rank)[0];
}

function fitOf(route: HttpRoute, method: string, path: string): Fit | undefined {
  if (route.key === '$default') return { route, parameters: {}, rank: 1_000 };
  const [wanted = '', pattern = ''] = route.key.split(' ');
  if (wanted !== 'ANY' && wanted !== method) return undefined;
  const parameters = matched(pattern, path);
  if (parameters === undefined) return undefined;
  const variables = Object.keys(parameters).length;
  return {
    route,
    parameters,
    rank: (pattern.includes('+}') ? 100 : 0) + variables * 2 + Number(wanted === 'ANY'),
  };
}

function matched(pattern: string, path: string): Record<string, string> | undefined {
  const source = pattern
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (/^\{[^}]+\+\}$/.test(part)) return '(.+)';
      return part.startsWith('{') ? '([^/]+)' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    })
    .join('');
  const found = new RegExp(`^${source}$`, 's').exec(path);
  if (found === null) return undefined;
  const names = [...pattern.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
}

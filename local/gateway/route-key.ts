import type { SocketApi } from './socket-api.ts';

// AWS: "Working with routes for WebSocket APIs": `$request.body.{path}` or `${request.body.{path}}`.
const bodyExpression = /^\$(?:request\.body\.([\w.-]+)|\{request\.body\.([\w.-]+)\})$/;

/** The parts of the path that a route selection expression reads from the body; undefined if it reads none. */
function bodyPath(expression: string): readonly string[] | undefined {
  const match = bodyExpression.exec(expression);
  return (match?.[1] ?? match?.[2])?.split('.');
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (const name of path) {
    // Own properties only: `__proto__` and `constructor` are names like any other to API Gateway.
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * The route key for a text frame: what the selection expression finds if it is a route, else
 * `$default`; undefined if there is no `$default` either. The API's own keys cannot be chosen by a
 * client: a body that names `$connect` or `$disconnect` goes to `$default`.
 */
export function routeKey(
  api: Pick<SocketApi, 'routes' | 'routeSelectionExpression'>,
  body: string,
): string | undefined {
  const path = bodyPath(api.routeSelectionExpression);
  const key = path && valueAt(parsed(body), path);
  if (typeof key === 'string' && !key.startsWith('$') && api.routes.has(key)) return key;
  return api.routes.has('$default') ? '$default' : undefined;
}

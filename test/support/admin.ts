import type { Credentials } from '../../functions/aws/environment.ts';
import { developerKey } from '../../local/iam/access.ts';
import { AdminClient } from '../../server/index.ts';
import { signRequest } from '../../server/sign-request.ts';
import { type Json, jsonOf } from './http.ts';
import type { TestStack } from './stack.ts';

/** Signs a request as the local developer, unless `by` says otherwise. */
export function signedHeaders(
  line: string,
  url: URL,
  body = '',
  by: Credentials = { ...developerKey, sessionToken: undefined },
  now = Date.now(),
): Record<string, string> {
  const [method = ''] = line.split(' ');
  const headers = body === '' ? {} : { 'content-type': 'application/json' };
  return signRequest({ method, url, headers, body }, by, { region: 'us-east-1', now });
}

/** Calls the admin API with a signature. `line` is a method and a path, such as `GET /rooms/1/`. */
export const askAdmin =
  ({ stack }: Pick<TestStack, 'stack'>) =>
  async (line: string, content?: object): Promise<{ readonly status: number; readonly body: Json }> => {
    const [method = '', path = ''] = line.split(' ');
    const url = new URL(`${stack.httpUrl}/admin${path}`);
    const body = content === undefined ? '' : JSON.stringify(content);
    const response = await fetch(url, {
      method,
      headers: signedHeaders(line, url, body),
      ...(body !== '' && { body }),
    });
    return { status: response.status, body: await jsonOf(response) };
  };

/** Returns a client of the admin API, which signs as the local developer. */
export const adminOf = ({ stack }: Pick<TestStack, 'stack'>): AdminClient =>
  new AdminClient({ url: `${stack.httpUrl}/admin`, region: 'us-east-1', credentials: developerKey });

import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../object.ts';
import type { ViewerEvent } from './viewer-event.ts';

/** What a viewer-request function made of a request: another target, or an answer at once. */
export type Rewrite =
  | { readonly kind: 'target'; readonly target: string }
  | { readonly kind: 'answer'; readonly status: number; readonly headers: string[]; readonly body: Buffer };

/**
 * Reads what a function returned for an event. Throws a sentence for what CloudFront's validation refuses, and for
 * what the local edge cannot do.
 */
export function readRewrite(returned: unknown, { request }: ViewerEvent): Rewrite {
  if (!isObject(returned)) throw new Error('it returned neither a request nor a response');
  if ('statusCode' in returned) return readAnswer(returned);
  const { uri, headers, cookies, method } = returned;
  const same = [request.method, request.headers, request.cookies];
  if (!isDeepStrictEqual([method, headers, cookies], same)) {
    throw new Error(
      'it changed method, headers or cookies, and local/edge passes on changes of URI and query only',
    );
  }
  if (typeof uri !== 'string' || !uri.startsWith('/')) throw new Error('its URI does not begin with a slash');
  const query = queryOf(returned['querystring']);
  const target = query === '' ? uri : `${uri}?${query}`;
  // AWS: "Restrictions on all edge functions", query strings.
  if (/[\s#\p{Cc}]/u.test(target)) throw new Error('its URI or query has a space, a control character or #');
  if (target.length >= 8192) throw new Error('its URI and query are over 8,191 characters');
  return { kind: 'target', target };
}

function queryOf(querystring: unknown): string {
  if (typeof querystring === 'string') return querystring;
  if (!isObject(querystring)) return '';
  const parts = Object.entries(querystring).flatMap(([name, entry]) => {
    if (!isObject(entry)) throw new Error(`its query has no value for ${name}`);
    const all = Array.isArray(entry['multiValue']) ? entry['multiValue'] : [entry];
    return all.map((each) => `${name}=${isObject(each) ? String(each['value'] ?? '') : ''}`);
  });
  return parts.join('&');
}

function readAnswer(returned: Readonly<Record<string, unknown>>): Rewrite {
  const { statusCode: status, headers, body } = returned;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error('its status code is none');
  }
  const given = Object.entries(isObject(headers) ? headers : {});
  return {
    kind: 'answer',
    status,
    headers: given.flatMap(([name, entry]) => [
      name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
      isObject(entry) ? String(entry['value']) : '',
    ]),
    body: bodyOf(body),
  };
}

function bodyOf(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (!isObject(body)) return Buffer.alloc(0);
  return Buffer.from(String(body['data'] ?? ''), body['encoding'] === 'base64' ? 'base64' : 'utf8');
}

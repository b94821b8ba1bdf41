import type { IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { createContext, Script } from 'node:vm';
import { isObject } from '../object.ts';
import type { EdgeFunction } from './distribution.ts';

interface Value {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

export type Values = Readonly<Record<string, Value>>;

/** The input of a viewer-request function. AWS: "CloudFront Functions event structure". */
export interface ViewerEvent {
  readonly version: '1.0';
  readonly context: {
    readonly distributionDomainName: string;
    readonly eventType: 'viewer-request';
    readonly requestId: string;
  };
  readonly viewer: { readonly ip: string };
  readonly request: {
    readonly method: string;
    readonly uri: string;
    readonly querystring: Values;
    readonly headers: Values;
    readonly cookies: Values;
  };
}

/** Headers that CloudFront hides from functions (AWS: "Restrictions on all edge functions"). */
const hidden =
  /^(connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

/** Returns the event of a request for `target`. Its values stay percent-encoded. */
export function viewerEvent(
  request: IncomingMessage,
  target: string,
  { domainName, requestId }: { readonly domainName: string; readonly requestId: string },
): ViewerEvent {
  const mark = target.indexOf('?');
  const headers = Object.entries(request.headersDistinct).filter(
    ([name]) => name !== 'cookie' && !hidden.test(name),
  );
  return {
    version: '1.0',
    context: { distributionDomainName: domainName, eventType: 'viewer-request', requestId },
    viewer: { ip: request.socket.remoteAddress ?? '' },
    request: {
      method: request.method ?? '',
      uri: mark < 0 ? target : target.slice(0, mark),
      querystring: toValues(mark < 0 ? [] : parsePairs(target.slice(mark + 1), '&')),
      headers: toValues(headers.flatMap(([name, values = []]) => values.map((value) => [name, value]))),
      cookies: toValues(parsePairs(request.headers.cookie ?? '', ';')),
    },
  };
}

function parsePairs(text: string, separator: string): readonly (readonly [string, string])[] {
  const parts = text.split(separator).map((part) => part.trim());
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    });
}

/** For a repeated name, `value` is the first value, and `multiValue` has all. */
function toValues(entries: readonly (readonly [string, string] | readonly string[])[]): Values {
  const groups = Map.groupBy(entries, ([name]) => name ?? '');
  return Object.fromEntries(
    [...groups].map(([name, group]) => {
      const values = group.map(([, value = '']) => ({ value }));
      const first = values[0]?.value ?? '';
      return [name, values.length > 1 ? { value: first, multiValue: values } : { value: first }];
    }),
  );
}

/** Runs a function with an event and returns its result. @throws when the function throws or returns nothing. */
export type RunEdgeFunction = (edgeFunction: EdgeFunction, event: unknown) => unknown;

const scripts = new WeakMap<EdgeFunction, Script>();

/**
 * Creates a runner that allows each run `timeoutMs` milliseconds. Every run gets a new context in strict mode, without
 * modules, network, timers or dynamic code (AWS: "JavaScript runtime 2.0 features for CloudFront Functions"). Event
 * and result are copied as JSON.
 */
export function createEdgeFunctionRunner(timeoutMs: number): RunEdgeFunction {
  return (edgeFunction, event) => {
    const codeGeneration = { strings: false, wasm: false };
    const context = createContext({ event: JSON.stringify(event) }, { codeGeneration });
    const output: unknown = compile(edgeFunction).runInContext(context, { timeout: timeoutMs });
    if (typeof output === 'string') return JSON.parse(output);
    throw new TypeError('it returned nothing');
  };
}

function compile(edgeFunction: EdgeFunction): Script {
  const { name, code } = edgeFunction;
  const cached = scripts.get(edgeFunction);
  if (cached !== undefined) return cached;
  const call = 'JSON.stringify(handler(JSON.parse(event)))';
  const console = 'const console = { log() {}, error() {} };';
  const script = new Script(`'use strict'; ${console} ${code}\n;${call}`, { filename: `${name}.js` });
  scripts.set(edgeFunction, script);
  return script;
}

/** The result of a viewer-request function: a new target for the request, or an answer to the viewer. */
export type Rewrite =
  | {
      readonly kind: 'target';
      readonly target: string;
      /** The headers that the function added or changed, by their names in lower case. */
      readonly headers: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'answer'; readonly status: number; readonly headers: string[]; readonly body: Buffer };

/**
 * Reads a function's result for an event.
 * @throws for a result that CloudFront rejects or the local edge does not support.
 */
export function readRewrite(result: unknown, { request }: ViewerEvent): Rewrite {
  if (!isObject(result)) throw new Error('it returned neither a request nor a response');
  if ('statusCode' in result) return readAnswer(result);
  const { uri, headers, cookies, method } = result;
  if (!isDeepStrictEqual([method, cookies], [request.method, request.cookies])) {
    throw new Error('it changed the method or cookies, which local/edge does not support');
  }
  if (typeof uri !== 'string' || !uri.startsWith('/')) throw new Error('its URI does not begin with a slash');
  const query = formatQuery(result['querystring']);
  const target = query === '' ? uri : `${uri}?${query}`;
  // A query string cannot contain these characters (AWS: "Restrictions on all edge functions").
  if (/[\s#\p{Cc}]/u.test(target)) throw new Error('its URI or query has a space, a control character or #');
  if (target.length >= 8192) throw new Error('its URI and query are over 8,191 characters');
  return { kind: 'target', target, headers: readAddedHeaders(headers, request.headers) };
}

function readAddedHeaders(headers: unknown, before: Values): ReadonlyMap<string, string> {
  const entries = Object.entries(isObject(headers) ? headers : {});
  if (Object.keys(before).some((name) => !entries.some(([each]) => each === name))) {
    throw new Error('it removed a header, which local/edge does not support');
  }
  const added = entries.filter(([name, entry]) => !isDeepStrictEqual(entry, before[name]));
  return new Map(
    added.map(([name, entry]) => {
      // AWS: "Restrictions on all edge functions" and "CloudFront Functions event structure", on headers.
      if (!/^[a-z0-9-]+$/.test(name) || name === 'host' || hidden.test(name)) {
        throw new Error(`it set the header ${name}, which CloudFront does not allow`);
      }
      const value = isObject(entry) ? entry['value'] : undefined;
      if (typeof value !== 'string' || /[^\x20-\x7e]/.test(value)) {
        throw new Error(`its header ${name} is not text in ASCII`);
      }
      return [name, value];
    }),
  );
}

function formatQuery(querystring: unknown): string {
  if (typeof querystring === 'string') return querystring;
  if (!isObject(querystring)) return '';
  const parts = Object.entries(querystring).flatMap(([name, entry]) => {
    if (!isObject(entry)) throw new Error(`its query has no value for ${name}`);
    const all = Array.isArray(entry['multiValue']) ? entry['multiValue'] : [entry];
    return all.map((each) => `${name}=${isObject(each) ? String(each['value'] ?? '') : ''}`);
  });
  return parts.join('&');
}

function readAnswer({ statusCode: status, headers, body }: Readonly<Record<string, unknown>>): Rewrite {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error('its status code is not a number from 200 to 599');
  }
  const entries = Object.entries(isObject(headers) ? headers : {});
  return {
    kind: 'answer',
    status,
    headers: entries.flatMap(([name, entry]) => [
      name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
      isObject(entry) ? String(entry['value']) : '',
    ]),
    body: readAnswerBody(body),
  };
}

function readAnswerBody(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (!isObject(body)) return Buffer.alloc(0);
  return Buffer.from(String(body['data'] ?? ''), body['encoding'] === 'base64' ? 'base64' : 'utf8');
}

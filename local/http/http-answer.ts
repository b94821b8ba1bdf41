import type { ServerResponse } from 'node:http';
import { isObject } from '../object.ts';

/** What goes out to the client. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** API Gateway's own answers, `{"message":…}`. */
export function ownAnswer(status: number, message: string): HttpAnswer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, cookies: [], body: Buffer.from(JSON.stringify({ message })) };
}

/**
 * The answer that a function's result stands for; undefined for a malformed one, which is a 500.
 * AWS: "Create AWS Lambda proxy integrations for HTTP APIs", Lambda function response for format 2.0: what has no
 * statusCode is the body itself, of a 200 in JSON.
 */
export function answerOf(result: unknown): HttpAnswer | undefined {
  if (!isObject(result) || result['statusCode'] === undefined) {
    const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    const headers = { 'content-type': 'application/json' };
    return { status: 200, headers, cookies: [], body: Buffer.from(text) };
  }
  const status = Number(result['statusCode']);
  const { body = '', cookies = [], headers = {} } = result;
  const wellFormed = Number.isInteger(status) && status >= 100 && status <= 599 && typeof body === 'string';
  if (!wellFormed || !Array.isArray(cookies) || !isObject(headers)) return undefined;
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...Object.fromEntries(own) },
    cookies: cookies.map(String),
    body: Buffer.from(body, result['isBase64Encoded'] === true ? 'base64' : 'utf8'),
  };
}

/** API Gateway writes these itself, whatever a function says. */
const ownHeaders = new Set(['connection', 'content-length', 'transfer-encoding']);

export function writeAnswer(response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  const headers = Object.entries(answer.headers).filter(([name]) => !ownHeaders.has(name));
  const bodyless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...Object.fromEntries(headers),
    ...(answer.cookies.length > 0 && { 'set-cookie': [...answer.cookies] }),
    ...(!bodyless && { 'content-length': answer.body.length }),
    'apigw-requestid': requestId,
  });
  response.end(answer.body);
}

import type { IncomingHttpHeaders } from 'node:http';
import { matchesWildcard } from '../iam/wildcard.ts';
import type { Bucket, CorsRule } from './bucket.ts';

/** What a browser asks to do: with a preflight, or by doing it. */
interface CorsAsk {
  readonly origin: string;
  readonly method: string;
  /** Lower case. */
  readonly headers: readonly string[];
}

/** The first rule that allows all of it. */
function ruleFor({ cors }: Bucket, { origin, method, headers }: CorsAsk): CorsRule | undefined {
  return cors.find(
    (rule) =>
      rule.origins.some((pattern) => matchesWildcard(pattern, origin)) &&
      rule.methods.includes(method) &&
      headers.every((header) => rule.headers.some((pattern) => matchesWildcard(pattern, header, true))),
  );
}

function answerOf(rule: CorsRule, { origin, headers }: CorsAsk): Record<string, string> {
  const anyone = rule.origins.includes('*');
  return {
    'Access-Control-Allow-Origin': anyone ? '*' : origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    ...(headers.length > 0 && { 'Access-Control-Allow-Headers': headers.join(', ') }),
    ...(rule.exposed.length > 0 && { 'Access-Control-Expose-Headers': rule.exposed.join(', ') }),
    ...(rule.maxAgeSeconds !== undefined && { 'Access-Control-Max-Age': String(rule.maxAgeSeconds) }),
    ...(!anyone && { 'Access-Control-Allow-Credentials': 'true' }),
    Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** The answer to a preflight; undefined where no rule allows what it asks. */
export function preflight(bucket: Bucket, headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const ask: CorsAsk = {
    origin: headers.origin ?? '',
    method: headers['access-control-request-method'] ?? '',
    headers: (headers['access-control-request-headers'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  };
  const rule = ruleFor(bucket, ask);
  return rule && answerOf(rule, ask);
}

/** What is added to the answer to a request from another origin; nothing where no rule allows it. */
export function corsHeaders(
  bucket: Bucket,
  method: string,
  { origin }: IncomingHttpHeaders,
): Record<string, string> {
  if (origin === undefined) return {};
  const ask: CorsAsk = { origin, method, headers: [] };
  const rule = ruleFor(bucket, ask);
  return rule ? answerOf(rule, ask) : {};
}

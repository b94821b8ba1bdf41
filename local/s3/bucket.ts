import type { IncomingHttpHeaders } from 'node:http';
import { bucketArn } from '../account.ts';
import { matchesWildcard } from '../iam/statement.ts';
import { resolve } from '../intrinsics.ts';
import { isObject, property, strings } from '../object.ts';
import type { Scope } from '../scope.ts';

/** Lets web pages of other origins use a bucket (AWS: "Elements of a CORS configuration"). */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

/** An AWS::S3::Bucket of the template. */
export interface Bucket {
  readonly name: string;
  readonly arn: string;
  readonly cors: readonly CorsRule[];
}

/** Reads the template's buckets by name. Ignores bucket policies: only the functions' roles grant access. */
export function readBuckets(scope: Scope): ReadonlyMap<string, Bucket> {
  return new Map(
    [...scope.ofType('AWS::S3::Bucket')].map(([id, { properties }]) => {
      const name = scope.physicalName(id);
      const cors = resolve(properties['CorsConfiguration'] ?? {}, scope, `bucket ${id}, CorsConfiguration`);
      return [name, { name, arn: bucketArn(name), cors: readRules(cors) }];
    }),
  );
}

/** Returns a copy of the buckets with `change` applied to the origins of their CORS rules. */
export function withCorsOrigins(
  buckets: ReadonlyMap<string, Bucket>,
  change: (origin: string) => string,
): ReadonlyMap<string, Bucket> {
  const changed = [...buckets].map(([name, bucket]) => {
    const cors = bucket.cors.map((rule) => ({ ...rule, origins: rule.origins.map(change) }));
    return [name, { ...bucket, cors }] as const;
  });
  return new Map(changed);
}

function readRules(cors: unknown): readonly CorsRule[] {
  const rules = property(cors, 'CorsRules');
  return (Array.isArray(rules) ? rules : []).filter(isObject).map((rule) => ({
    origins: strings(rule['AllowedOrigins']),
    methods: strings(rule['AllowedMethods']),
    headers: strings(rule['AllowedHeaders']),
    exposed: strings(rule['ExposedHeaders']),
    maxAgeSeconds: rule['MaxAge'] === undefined ? undefined : Number(rule['MaxAge']),
  }));
}

interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** In lower case. */
  readonly headers: readonly string[];
}

/** Returns the response headers for a preflight request, or undefined if no rule allows it. */
export function preflight(bucket: Bucket, headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const names = (headers['access-control-request-headers'] ?? '').split(',');
  return applyCors(bucket, {
    origin: headers.origin ?? '',
    method: headers['access-control-request-method'] ?? '',
    headers: names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''),
  });
}

/** Returns the CORS headers to add to a response. Empty if no rule allows the request's origin. */
export function corsHeaders(
  bucket: Bucket,
  method: string,
  { origin }: IncomingHttpHeaders,
): Record<string, string> {
  if (origin === undefined) return {};
  return applyCors(bucket, { origin, method, headers: [] }) ?? {};
}

function applyCors({ cors }: Bucket, request: CorsRequest): Record<string, string> | undefined {
  const { origin, method, headers } = request;
  const rule = cors.find(
    (each) =>
      each.origins.some((pattern) => matchesWildcard(pattern, origin)) &&
      each.methods.includes(method) &&
      headers.every((header) => each.headers.some((pattern) => matchesWildcard(pattern, header, true))),
  );
  if (rule === undefined) return undefined;
  const anyOrigin = rule.origins.includes('*');
  return {
    'Access-Control-Allow-Origin': anyOrigin ? '*' : origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    ...(headers.length > 0 && { 'Access-Control-Allow-Headers': headers.join(', ') }),
    ...(rule.exposed.length > 0 && { 'Access-Control-Expose-Headers': rule.exposed.join(', ') }),
    ...(rule.maxAgeSeconds !== undefined && { 'Access-Control-Max-Age': String(rule.maxAgeSeconds) }),
    ...(!anyOrigin && { 'Access-Control-Allow-Credentials': 'true' }),
    Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

import type { IncomingHttpHeaders } from 'node:http';
import { bucketArn } from '../account.ts';
import { matchesWildcard } from '../iam/statement.ts';
import { resolve } from '../intrinsics.ts';
import { isObject, property, strings } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { StoredObject } from './object-store.ts';

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
  readonly expirations: readonly ExpirationRule[];
}

/** Deletes objects some days after they were stored. AWS: "Lifecycle configuration elements". */
export interface ExpirationRule {
  readonly days: number;
  /** The rule applies to objects whose key starts with this text and that have all of these tags. */
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads the template's buckets by name. Ignores bucket policies: only the functions' roles grant access. */
export function readBuckets(scope: Scope): ReadonlyMap<string, Bucket> {
  return new Map(
    [...scope.ofType('AWS::S3::Bucket')].map(([id, { properties }]) => {
      const name = scope.physicalName(id);
      const cors = resolve(properties['CorsConfiguration'] ?? {}, scope, `bucket ${id}, CorsConfiguration`);
      const lifecycle = resolve(
        properties['LifecycleConfiguration'] ?? {},
        scope,
        `bucket ${id}, LifecycleConfiguration`,
      );
      const expirations = readExpirations(lifecycle);
      return [name, { name, arn: bucketArn(name), cors: readRules(cors), expirations }];
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

function readExpirations(lifecycle: unknown): readonly ExpirationRule[] {
  const rules = property(lifecycle, 'Rules');
  return (Array.isArray(rules) ? rules : []).filter(isObject).flatMap((rule) => {
    const { Status, ExpirationInDays, Prefix = '', TagFilters = [] } = rule;
    if (Status !== 'Enabled' || ExpirationInDays === undefined) return [];
    const filters = (Array.isArray(TagFilters) ? TagFilters : []).filter(isObject);
    const tags = Object.fromEntries(filters.map(({ Key, Value }) => [String(Key), String(Value)]));
    return [{ days: Number(ExpirationInDays), prefix: String(Prefix), tags }];
  });
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a rule of the bucket has deleted an object. S3 rounds the time up to the next midnight in UTC (AWS:
 * "Lifecycle rules based on an object's age").
 */
export function isExpired(
  { expirations }: Bucket,
  key: string,
  { lastModified, tags = {} }: Pick<StoredObject, 'lastModified' | 'tags'>,
  now: number,
): boolean {
  return expirations.some((rule) => {
    const applies =
      key.startsWith(rule.prefix) && Object.entries(rule.tags).every(([name, value]) => tags[name] === value);
    return applies && Math.ceil(lastModified / DAY_MS + rule.days) * DAY_MS <= now;
  });
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

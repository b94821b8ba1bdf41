import { bucketArn } from '../account.ts';
import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';

/** What a web page of another origin may do with a bucket. AWS: "Elements of a CORS configuration". */
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

/** The template's buckets by name. Their policies are not evaluated: what functions may do, their roles say. */
export function readBuckets(scope: Scope): ReadonlyMap<string, Bucket> {
  return new Map(
    [...scope.ofType('AWS::S3::Bucket')].map(([id, { properties }]) => {
      const name = scope.physicalName(id);
      const cors = resolve(properties['CorsConfiguration'] ?? {}, scope, `bucket ${id}, CorsConfiguration`);
      return [name, { name, arn: bucketArn(name), cors: readRules(cors) }];
    }),
  );
}

function readRules(cors: unknown): readonly CorsRule[] {
  const rules = isObject(cors) ? (cors['CorsRules'] ?? []) : [];
  return (Array.isArray(rules) ? rules : []).filter(isObject).map((rule) => ({
    origins: texts(rule['AllowedOrigins']),
    methods: texts(rule['AllowedMethods']),
    headers: texts(rule['AllowedHeaders']),
    exposed: texts(rule['ExposedHeaders']),
    maxAgeSeconds: rule['MaxAge'] === undefined ? undefined : Number(rule['MaxAge']),
  }));
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

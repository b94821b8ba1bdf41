import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import { type ResponseHeader, readResponseHeaders } from './headers.ts';

export interface Origin {
  /** The AWS name in the template, like `socketapi.execute-api.us-east-1.amazonaws.com`. */
  readonly domainName: string;
  /** A prefix of each path, or empty. */
  readonly path: string;
  /** Whether the edge signs requests: origin access control, for a private bucket. */
  readonly signed: boolean;
  /** Headers that the edge adds, in place of the viewer's. By their name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** How long the origin may take to start an answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** A CloudFront Function: a script that defines `handler`. */
export interface EdgeFunction {
  readonly name: string;
  readonly code: string;
}

/** How the edge handles requests whose path matches a pattern. */
export interface Behavior {
  readonly pathPattern: string;
  readonly methods: ReadonlySet<string>;
  readonly origin: Origin;
  /** Runs first on each request. */
  readonly viewerRequest: EdgeFunction | null;
  /** Whether the origin gets the viewer's headers, cookies and query string. */
  readonly passesViewer: boolean;
  readonly responseHeaders: readonly ResponseHeader[];
}

/** A CloudFront distribution in the template. */
export interface Distribution {
  /** Like `edgedistribution.cloudfront.net`. */
  readonly domainName: string;
  /** The path of the default root object, like `/index.html`, or null. */
  readonly rootPath: string | null;
  /** In order of precedence. The last one matches every path. */
  readonly behaviors: readonly Behavior[];
  /** For how many seconds the edge repeats an error, by its status. 10 if absent. */
  readonly errorSeconds: ReadonlyMap<number, number>;
}

type Config = Readonly<Record<string, unknown>>;

/** The ids of AWS's managed policies (AWS: "Use managed origin request policies", "Use managed cache policies"). */
const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const cachePolicies: readonly unknown[] = [
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', // CachingDisabled
  '658327ea-f89d-4fab-a63d-7e88639e58f6', // CachingOptimized: no header, cookie or query. The local edge caches nothing.
];

/**
 * Reads the template's distribution. Returns null if it has none.
 * @throws if it has several, or uses what the local edge does not support.
 */
export function readDistribution(scope: Scope): Distribution | null {
  const [found, ...others] = scope.ofType('AWS::CloudFront::Distribution');
  if (found === undefined) return null;
  if (others.length > 0) throw notRead('the template has more than one', 'Define exactly one');
  const [id, { properties }] = found;
  const config = objectOf(resolve(properties['DistributionConfig'], scope, `distribution ${id}`));
  const root = textOf(config['DefaultRootObject']);
  const behaviors = [...listOf(config['CacheBehaviors']), config['DefaultCacheBehavior']];
  return {
    domainName: String(scope.attribute(id, 'DomainName')),
    rootPath: root === '' ? null : `/${root}`,
    behaviors: behaviors.map((each) => readBehavior(objectOf(each), listOf(config['Origins']), scope)),
    errorSeconds: new Map(listOf(config['CustomErrorResponses']).map(readErrorResponse)),
  };
}

function readErrorResponse(response: unknown): readonly [status: number, seconds: number] {
  const config = objectOf(response);
  if (config['ResponsePagePath'] !== undefined || config['ResponseCode'] !== undefined) {
    throw notRead('an error response has a page of its own', 'Set only ErrorCachingMinTTL');
  }
  return [Number(config['ErrorCode']), Number(config['ErrorCachingMinTTL'] ?? 10)];
}

/** Returns a copy of the distribution with `change` applied to the values of its response headers. */
export function withHeaderValues(
  distribution: Distribution,
  change: (value: string) => string,
): Distribution {
  const behaviors = distribution.behaviors.map((behavior) => ({
    ...behavior,
    responseHeaders: behavior.responseHeaders.map((each) => ({ ...each, value: change(each.value) })),
  }));
  return { ...distribution, behaviors };
}

function readBehavior(config: Config, origins: readonly unknown[], scope: Scope): Behavior {
  const pathPattern = textOf(config['PathPattern']) || '*';
  const origin = origins.map(objectOf).find(({ Id }) => Id === config['TargetOriginId']);
  if (origin === undefined) throw notRead(`${pathPattern} has no origin`, 'Correct the template');
  if (!cachePolicies.includes(config['CachePolicyId'])) {
    throw notRead(
      `${pathPattern} has an unsupported cache policy`,
      'Use CachingDisabled or CachingOptimized, or add it in local/edge',
    );
  }
  const methods = listOf(config['AllowedMethods']).map(String);
  return {
    pathPattern,
    methods: new Set(methods.length === 0 ? ['GET', 'HEAD'] : methods),
    origin: readOrigin(origin),
    viewerRequest: readFunction(config, pathPattern, scope),
    passesViewer: passesViewer(config['OriginRequestPolicyId'], pathPattern),
    responseHeaders: readResponseHeaders(config['ResponseHeadersPolicyId'], scope),
  };
}

function readOrigin(config: Config): Origin {
  const custom = objectOf(config['CustomOriginConfig'] ?? {});
  // The default of the timeout is 30 seconds (AWS: "Origin response timeout").
  const seconds = Number(custom['OriginReadTimeout'] ?? 30);
  return {
    domainName: textOf(config['DomainName']),
    path: textOf(config['OriginPath']),
    signed: textOf(config['OriginAccessControlId']) !== '',
    headers: new Map(
      listOf(config['OriginCustomHeaders'])
        .map(objectOf)
        .map(({ HeaderName, HeaderValue }) => [textOf(HeaderName).toLowerCase(), textOf(HeaderValue)]),
    ),
    timeoutMs: seconds * 1000,
  };
}

function passesViewer(policy: unknown, pathPattern: string): boolean {
  if (policy === undefined) return false;
  if (policy === allViewerExceptHost) return true;
  throw notRead(
    `${pathPattern} has an unsupported origin request policy`,
    'Use AllViewerExceptHostHeader or none, or add it in local/edge',
  );
}

function readFunction(config: Config, pathPattern: string, scope: Scope): EdgeFunction | null {
  const [association, ...others] = listOf(config['FunctionAssociations']).map(objectOf);
  const atEdge = listOf(config['LambdaFunctionAssociations']).length > 0;
  if (atEdge || others.length > 0 || (association && association['EventType'] !== 'viewer-request')) {
    throw notRead(`${pathPattern} has unsupported functions`, 'Use one viewer-request function');
  }
  if (association === undefined) return null;
  const found = [...scope.ofType('AWS::CloudFront::Function')].find(
    ([id]) => scope.attribute(id, 'FunctionARN') === association['FunctionARN'],
  );
  if (found === undefined)
    throw notRead(`${pathPattern} names a function that does not exist`, 'Correct the template');
  const [id, { properties }] = found;
  const code = textOf(resolve(properties['FunctionCode'], scope, `function ${id}`));
  // A function has at most 10 KB (AWS: "CloudFront quotas").
  if (Buffer.byteLength(code) <= 10_240) return { name: scope.physicalName(id), code };
  throw notRead(`function ${id} is over 10 KB`, 'Shorten it');
}

function notRead(why: string, advice: string): Error {
  return new Error(`Distribution was not read: ${why}. ${advice}.`);
}

const objectOf = (value: unknown): Config => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import { type ResponseHeader, readResponseHeaders } from './response-headers.ts';

/** Where a behavior sends its requests. */
export interface Origin {
  /** As the template has it: `socketapi.execute-api.us-east-1.amazonaws.com`. */
  readonly domainName: string;
  /** Put before each path; empty for none. */
  readonly path: string;
  /** Whether the edge signs its requests with a name of its own: origin access control, for a private bucket. */
  readonly signed: boolean;
  /** Milliseconds that it has to begin an answer. */
  readonly timeoutMs: number;
}

/** A CloudFront Function: a script that defines `handler`. */
export interface EdgeFunction {
  readonly name: string;
  readonly code: string;
}

/** What happens to the requests whose path fits. */
export interface Behavior {
  readonly pathPattern: string;
  readonly methods: ReadonlySet<string>;
  readonly origin: Origin;
  /** Run on each request of a viewer before anything else. */
  readonly viewerRequest: EdgeFunction | null;
  /** Whether the origin gets the viewer's headers, cookies and query string. */
  readonly passesViewer: boolean;
  readonly responseHeaders: readonly ResponseHeader[];
}

/** What the local edge does, read from the template. */
export interface Distribution {
  /** `edgedistribution.cloudfront.net` */
  readonly domainName: string;
  /** The path of the default root object, `/index.html`; null for none. */
  readonly rootPath: string | null;
  /** In the order in which they are tried; the last takes every path. */
  readonly behaviors: readonly Behavior[];
}

type Config = Readonly<Record<string, unknown>>;

/** AWS: "Use managed origin request policies" and "Use managed cache policies". */
const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const cachePolicies: readonly unknown[] = [
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', // CachingDisabled
  '658327ea-f89d-4fab-a63d-7e88639e58f6', // CachingOptimized: no header, cookie or query; here nothing is kept
];

/** Reads the template's distribution; null without one. Throws one clear line for what is not run locally. */
export function readDistribution(scope: Scope): Distribution | null {
  const [found, ...others] = scope.ofType('AWS::CloudFront::Distribution');
  if (found === undefined) return null;
  if (others.length > 0) throw unreadable('the template has more than one', 'one is run locally');
  const [id, { properties }] = found;
  const config = objectOf(resolve(properties['DistributionConfig'], scope, `distribution ${id}`));
  const root = textOf(config['DefaultRootObject']);
  const behaviors = [...listOf(config['CacheBehaviors']), config['DefaultCacheBehavior']];
  return {
    domainName: String(scope.attribute(id, 'DomainName')),
    rootPath: root === '' ? null : `/${root}`,
    behaviors: behaviors.map((each) => readBehavior(objectOf(each), listOf(config['Origins']), scope)),
  };
}

/** The distribution with each value of its headers made another. */
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
  if (origin === undefined) throw unreadable(`${pathPattern} has no origin`, 'mend the template');
  if (!cachePolicies.includes(config['CachePolicyId'])) {
    throw unreadable(
      `${pathPattern} has another cache policy`,
      'use CachingDisabled or CachingOptimized, or teach local/edge',
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
  // AWS: "Origin response timeout", 30 seconds by default.
  const seconds = Number(custom['OriginReadTimeout'] ?? 30);
  return {
    domainName: textOf(config['DomainName']),
    path: textOf(config['OriginPath']),
    signed: textOf(config['OriginAccessControlId']) !== '',
    timeoutMs: seconds * 1000,
  };
}

function passesViewer(policy: unknown, pathPattern: string): boolean {
  if (policy === undefined) return false;
  if (policy === allViewerExceptHost) return true;
  throw unreadable(
    `${pathPattern} has another origin request policy`,
    'use AllViewerExceptHostHeader or none, or teach local/edge',
  );
}

function readFunction(config: Config, pathPattern: string, scope: Scope): EdgeFunction | null {
  const [association, ...others] = listOf(config['FunctionAssociations']).map(objectOf);
  const atEdge = listOf(config['LambdaFunctionAssociations']).length > 0;
  if (atEdge || others.length > 0 || (association && association['EventType'] !== 'viewer-request')) {
    throw unreadable(`${pathPattern} has other functions`, 'one viewer-request function is run locally');
  }
  if (association === undefined) return null;
  const found = [...scope.ofType('AWS::CloudFront::Function')].find(
    ([id]) => scope.attribute(id, 'FunctionARN') === association['FunctionARN'],
  );
  if (found === undefined) throw unreadable(`${pathPattern} has no function`, 'mend the template');
  const [id, { properties }] = found;
  const code = textOf(resolve(properties['FunctionCode'], scope, `function ${id}`));
  // AWS: CloudFront quotas, maximum function size.
  if (Buffer.byteLength(code) <= 10_240) return { name: scope.physicalName(id), code };
  throw unreadable(`function ${id} is over 10 KB`, 'shorten it');
}

function unreadable(why: string, advice: string): Error {
  return new Error(`Distribution was not read: ${why}; ${advice}`);
}

const objectOf = (value: unknown): Config => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

import type { IncomingMessage } from 'node:http';
import { headerPairs } from '../http-server.ts';
import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Behavior } from './distribution.ts';

/** Headers of one connection, which a proxy does not forward (RFC 9110, 7.6.1). */
const hopByHop = 'connection|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|te|trailer';
/** CloudFront removes these headers or replaces their values (AWS: "HTTP request headers and CloudFront behavior"). */
const removed = new RegExp(
  `^(${hopByHop}|transfer-encoding|upgrade|expect|host|via|x-forwarded-for|x-forwarded-proto|x-real-ip|x-amz-cf-.*|x-edge-.*)$`,
);
/** Headers that CloudFront forwards to the origin even without an origin request policy. */
const always = /^(if-.*|range|content-.*)$/;
const removedFromAnswers = new RegExp(`^(${hopByHop}|transfer-encoding|upgrade)$`);

/** The signature of origin access control. The local S3 accepts any key that does not belong to a function. */
const signature =
  'AWS4-HMAC-SHA256 Credential=CLOUDFRONT/20300101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';

interface Forwarding {
  readonly behavior: Behavior;
  /** The headers that the edge function added or changed. */
  readonly headers: ReadonlyMap<string, string>;
  readonly via: string;
  readonly id: string;
  readonly isUpgrade: boolean;
}

/** Returns the headers for the origin, as a flat list with the viewer's spelling. */
export function originHeaders(request: IncomingMessage, forwarding: Forwarding): string[] {
  const { behavior, via, id, isUpgrade } = forwarding;
  const { domainName, signed } = behavior.origin;
  const headers = new Map([...(behavior.passesViewer ? forwarding.headers : []), ...behavior.origin.headers]);
  const forwardedFor = [...(request.headersDistinct['x-forwarded-for'] ?? []), request.socket.remoteAddress];
  const passes = (name: string) =>
    !removed.test(name) &&
    !headers.has(name) &&
    (behavior.passesViewer || always.test(name)) &&
    !(signed && name === 'authorization');
  return [
    ...['Host', domainName],
    ...filter(request.rawHeaders, passes),
    ...[...headers].flat(),
    ...(behavior.passesViewer ? [] : ['User-Agent', 'Amazon CloudFront']),
    ...(signed ? ['Authorization', signature] : []),
    ...['X-Forwarded-For', forwardedFor.join(', '), 'Via', via, 'X-Amz-Cf-Id', id],
    ...(isUpgrade ? ['Connection', 'Upgrade', 'Upgrade', 'websocket'] : ['Connection', 'close']),
  ];
}

/** Returns the headers of an origin's answer for the viewer, as a flat list. */
export function answerHeaders(
  answer: IncomingMessage,
  { via, id }: Pick<Forwarding, 'via' | 'id'>,
): string[] {
  const cache = (answer.statusCode ?? 0) >= 400 ? 'Error from cloudfront' : 'Miss from cloudfront';
  return [
    ...filter(answer.rawHeaders, (name) => !removedFromAnswers.test(name)),
    ...['X-Cache', cache, 'Via', via, 'X-Amz-Cf-Id', id],
  ];
}

function filter(raw: readonly string[], passes: (lowerName: string) => boolean): string[] {
  return [...headerPairs(raw)].filter(([name]) => passes(name.toLowerCase())).flat();
}

/** A header that the edge adds to an answer. */
export interface ResponseHeader {
  readonly name: string;
  readonly value: string;
  /** Whether this header replaces the origin's header of the same name. */
  readonly override: boolean;
}

/** Applies a response headers policy to an origin's headers, given as a flat list. */
export function applyPolicy(raw: readonly string[], policy: readonly ResponseHeader[]): string[] {
  const sent = new Set([...headerPairs(raw)].map(([name]) => name.toLowerCase()));
  const added = policy.filter(({ name, override }) => override || !sent.has(name.toLowerCase()));
  const replaced = new Set(added.map(({ name }) => name.toLowerCase()));
  return [
    ...filter(raw, (name) => !replaced.has(name)),
    ...added.flatMap(({ name, value }) => [name, value]),
  ];
}

type Setting = Readonly<Record<string, unknown>>;

/** The headers of a response headers policy, by the name of their setting in the template. */
const headersBySetting: Readonly<
  Record<string, readonly [name: string, value: (setting: Setting) => string]>
> = {
  ContentSecurityPolicy: ['Content-Security-Policy', (setting) => String(setting['ContentSecurityPolicy'])],
  ContentTypeOptions: ['X-Content-Type-Options', () => 'nosniff'],
  FrameOptions: ['X-Frame-Options', (setting) => String(setting['FrameOption'])],
  ReferrerPolicy: ['Referrer-Policy', (setting) => String(setting['ReferrerPolicy'])],
  StrictTransportSecurity: [
    'Strict-Transport-Security',
    (setting) =>
      `max-age=${setting['AccessControlMaxAgeSec']}` +
      (setting['IncludeSubdomains'] === true ? '; includeSubDomains' : ''),
  ],
};

/** Reads a response headers policy. Returns no headers if there is no policy. @throws for an unsupported setting. */
export function readResponseHeaders(policyId: unknown, scope: Scope): readonly ResponseHeader[] {
  if (policyId === undefined) return [];
  const policies = [...scope.ofType('AWS::CloudFront::ResponseHeadersPolicy')];
  const found = policies.find(([id]) => scope.attribute(id, '') === policyId);
  const config = resolve(found?.[1].properties['ResponseHeadersPolicyConfig'], scope, 'response headers');
  const security = isObject(config) ? config['SecurityHeadersConfig'] : undefined;
  return Object.entries(isObject(security) ? security : {}).map(([name, setting]) => {
    const header = headersBySetting[name];
    if (header !== undefined && isObject(setting)) {
      return { name: header[0], value: header[1](setting), override: setting['Override'] === true };
    }
    throw new Error(
      `Distribution was not read: the local edge does not support ${name} in a response headers policy. Add it in local/edge.`,
    );
  });
}

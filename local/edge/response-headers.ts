import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';

/** A header that the edge puts on an answer. */
export interface ResponseHeader {
  readonly name: string;
  readonly value: string;
  /** Whether it takes the place of the origin's own. */
  readonly override: boolean;
}

type Setting = Readonly<Record<string, unknown>>;

/** The setting of a response headers policy → its header, and how its value is made. */
const makers: Readonly<Record<string, readonly [name: string, value: (setting: Setting) => string]>> = {
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

/** The headers of the policy with this id; none without a policy. Throws for what is not run locally. */
export function readResponseHeaders(policyId: unknown, scope: Scope): readonly ResponseHeader[] {
  if (policyId === undefined) return [];
  const found = [...scope.ofType('AWS::CloudFront::ResponseHeadersPolicy')].find(
    ([id]) => scope.attribute(id, '') === policyId,
  );
  const config = resolve(found?.[1].properties['ResponseHeadersPolicyConfig'], scope, 'response headers');
  const security = isObject(config) ? config['SecurityHeadersConfig'] : undefined;
  return Object.entries(isObject(security) ? security : {}).map(([name, setting]) => {
    const maker = makers[name];
    if (maker === undefined || !isObject(setting)) {
      throw new Error(
        `Distribution was not read: the local edge does not know ${name} in a response headers policy; teach local/edge`,
      );
    }
    return { name: maker[0], value: maker[1](setting), override: setting['Override'] === true };
  });
}

/** An origin's headers, as flat pairs, with those of the policy. */
export function withPolicy(raw: readonly string[], policy: readonly ResponseHeader[]): string[] {
  const has = (name: string) =>
    raw.some((each, index) => index % 2 === 0 && each.toLowerCase() === name.toLowerCase());
  const added = policy.filter(({ name, override }) => override || !has(name));
  const replaced = new Set(added.map(({ name }) => name.toLowerCase()));
  const result: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    if (!replaced.has(name.toLowerCase())) result.push(name, value);
  }
  return [...result, ...added.flatMap(({ name, value }) => [name, value])];
}

import type { IncomingMessage } from 'node:http';
import type { Behavior } from './distribution.ts';

/** What concerns one connection only (RFC 9110, 7.6.1); each side has its own. */
const hopByHop = 'connection|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|te|trailer';
/** AWS: "HTTP request headers and CloudFront behavior": removed on the way to an origin, or set anew. */
const removed = new RegExp(
  `^(${hopByHop}|transfer-encoding|upgrade|expect|host|via|x-forwarded-for|x-forwarded-proto|x-real-ip|x-amz-cf-.*|x-edge-.*)$`,
);
/** What reaches an origin even where no policy passes the viewer's headers on. */
const always = /^(if-.*|range|content-.*)$/;
const removedFromAnswers = new RegExp(`^(${hopByHop}|transfer-encoding|upgrade)$`);

/** What origin access control puts in the place of any other: the local S3 lets in a key that is no function's. */
const signature =
  'AWS4-HMAC-SHA256 Credential=CLOUDFRONT/20300101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';

export interface Passing {
  readonly behavior: Behavior;
  readonly via: string;
  readonly id: string;
  readonly isUpgrade: boolean;
}

/** The headers of the origin's request, as flat pairs in the viewer's spelling. */
export function originHeaders(request: IncomingMessage, passing: Passing): string[] {
  const { behavior, via, id, isUpgrade } = passing;
  const forwardedFor = [...(request.headersDistinct['x-forwarded-for'] ?? []), request.socket.remoteAddress];
  const { domainName, signed } = behavior.origin;
  const passes = (name: string) =>
    !removed.test(name) &&
    (behavior.passesViewer || always.test(name)) &&
    !(signed && name === 'authorization');
  return [
    'Host',
    domainName,
    ...filtered(request.rawHeaders, passes),
    ...(behavior.passesViewer ? [] : ['User-Agent', 'Amazon CloudFront']),
    ...(signed ? ['Authorization', signature] : []),
    'X-Forwarded-For',
    forwardedFor.join(', '),
    'Via',
    via,
    'X-Amz-Cf-Id',
    id,
    ...(isUpgrade ? ['Connection', 'Upgrade', 'Upgrade', 'websocket'] : ['Connection', 'close']),
  ];
}

/** The headers of the origin's answer that go on to the viewer, as flat pairs. */
export function answerHeaders(answer: IncomingMessage, { via, id }: Pick<Passing, 'via' | 'id'>): string[] {
  const cache = (answer.statusCode ?? 0) >= 400 ? 'Error from cloudfront' : 'Miss from cloudfront';
  return [
    ...filtered(answer.rawHeaders, (name) => !removedFromAnswers.test(name)),
    ...['X-Cache', cache, 'Via', via, 'X-Amz-Cf-Id', id],
  ];
}

function filtered(raw: readonly string[], passes: (lowerName: string) => boolean): string[] {
  const result: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    if (passes(name.toLowerCase())) result.push(name, value);
  }
  return result;
}

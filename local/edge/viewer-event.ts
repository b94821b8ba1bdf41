import type { IncomingMessage } from 'node:http';

interface Value {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

export type Values = Readonly<Record<string, Value>>;

/** The input of a viewer-request function. AWS: "CloudFront Functions event structure". */
export interface ViewerEvent {
  readonly version: '1.0';
  readonly context: {
    readonly distributionDomainName: string;
    readonly eventType: 'viewer-request';
    readonly requestId: string;
  };
  readonly viewer: { readonly ip: string };
  readonly request: {
    readonly method: string;
    readonly uri: string;
    readonly querystring: Values;
    readonly headers: Values;
    readonly cookies: Values;
  };
}

/** AWS: "Restrictions on all edge functions": headers that functions do not see. */
const unseen =
  /^(connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

/** The event of a request for `target`, whose values are still percent-encoded. */
export function viewerEvent(
  request: IncomingMessage,
  target: string,
  { domainName, requestId }: { readonly domainName: string; readonly requestId: string },
): ViewerEvent {
  const mark = target.indexOf('?');
  const headers = Object.entries(request.headersDistinct).filter(
    ([name]) => name !== 'cookie' && !unseen.test(name),
  );
  return {
    version: '1.0',
    context: { distributionDomainName: domainName, eventType: 'viewer-request', requestId },
    viewer: { ip: request.socket.remoteAddress ?? '' },
    request: {
      method: request.method ?? '',
      uri: mark < 0 ? target : target.slice(0, mark),
      querystring: collapse(mark < 0 ? [] : pairs(target.slice(mark + 1), '&')),
      headers: collapse(headers.flatMap(([name, values = []]) => values.map((value) => [name, value]))),
      cookies: collapse(pairs(request.headers.cookie ?? '', ';')),
    },
  };
}

function pairs(text: string, separator: string): readonly (readonly [string, string])[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    });
}

/** Of a name that came more than once, `value` is the first and `multiValue` has them all. */
function collapse(entries: readonly (readonly [string, string] | readonly string[])[]): Values {
  const groups = Map.groupBy(entries, ([name]) => name ?? '');
  return Object.fromEntries(
    [...groups].map(([name, group]) => {
      const values = group.map(([, value = '']) => ({ value }));
      const first = values[0]?.value ?? '';
      return [name, values.length > 1 ? { value: first, multiValue: values } : { value: first }];
    }),
  );
}

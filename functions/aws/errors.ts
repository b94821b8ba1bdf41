import type { HttpResponse } from './transport.ts';

/** No response came: the connection broke, or timed out. The service may have executed the request. */
export class NoResponse extends Error {
  override readonly name = 'NoResponse';

  constructor(why: string, options?: ErrorOptions) {
    super(`Request failed: ${why}. Try again.`, options);
  }
}

/** An error response of a service. `name` is its error code, such as `AccessDeniedException`. */
export class ServiceError extends Error {
  /** As in the errors of the AWS SDK. `logFault` logs the message of errors that have it. */
  readonly $fault: 'client' | 'server';
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
    this.$fault = status >= 500 ? 'server' : 'client';
  }
}

const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Returns `X` for `com.amazonaws.dynamodb.v20120810#X`, `X:http://…` and `X`. */
const plainCode = (code: string): string => code.replace(/^.*#/, '').replace(/[:,][\s\S]*$/, '');

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Returns the text of an element of S3's XML. */
const elementText = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`)
    .exec(xml)?.[1]
    ?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity] ?? '');

function parseFields(json: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(json) };
  } catch {
    return {};
  }
}

/** Parses a response with status 300 or higher, in the protocols AWS JSON, REST JSON and REST XML (S3). */
export function serviceError({ status, headers, body }: HttpResponse): ServiceError {
  const text = body.toString();
  const xml = text.startsWith('<');
  const json = xml ? {} : parseFields(text);
  const code =
    nonEmpty(headers['x-amzn-errortype']) ??
    (xml ? elementText(text, 'Code') : (nonEmpty(json['__type']) ?? nonEmpty(json['code']))) ??
    'UnknownError';
  const message = xml
    ? elementText(text, 'Message')
    : (nonEmpty(json['message']) ?? nonEmpty(json['Message']));
  return new ServiceError(status, plainCode(code), message ?? `the service responded with ${status}`);
}

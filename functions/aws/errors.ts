import { type Answer, headerOf } from './answer-reader.ts';

/** A request that was not answered: its connection broke, or nothing came. Whether it was served, nobody knows. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(why: string, options?: ErrorOptions) {
    super(`Request not answered: ${why}; try again`, options);
  }
}

/** What a service refused, in its own words: `name` is its code, such as `AccessDeniedException`. */
export class ServiceError extends Error {
  /** As the SDK says whose fault it was; `logFault` shows the words of such errors. */
  readonly $fault: 'client' | 'server';
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.status = status;
    this.$fault = status >= 500 ? 'server' : 'client';
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** `com.amazonaws.dynamodb.v20120810#X`, `X:http://…` and `X` are all X. */
const plain = (code: string): string => code.replace(/^.*#/, '').replace(/[:,].*$/, '');

const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of an element of S3's XML. */
const element = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`)
    .exec(xml)?.[1]
    ?.replace(/&(amp|lt|gt|quot|apos);/g, (_, sign: string) => signs[sign] ?? '');

function fromJson(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

/** The error that an answer of 300 and above is, in the protocols of JSON, REST with JSON, and S3. */
export function serviceError(answer: Answer): ServiceError {
  const text = answer.body.toString();
  const xml = text.startsWith('<');
  const json = xml ? {} : fromJson(text);
  const code =
    headerOf(answer, 'x-amzn-errortype') ??
    (xml ? element(text, 'Code') : (textOf(json['__type']) ?? textOf(json['code']))) ??
    'UnknownError';
  const message = xml ? element(text, 'Message') : (textOf(json['message']) ?? textOf(json['Message']));
  return new ServiceError(answer.status, plain(code), message ?? `the service answered ${answer.status}`);
}

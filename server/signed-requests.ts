import { setTimeout as delay } from 'node:timers/promises';
import { environmentCredentials, type Credentials as FullCredentials } from '../functions/aws/environment.ts';
import { AdminError, errorOf } from './errors.ts';
import { signRequest } from './sign-request.ts';

/** AWS credentials, in the form of the AWS SDK. */
export interface Credentials {
  /** The access key. */
  readonly accessKeyId: string;
  /** Its secret. */
  readonly secretAccessKey: string;
  /** The session token of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/** The options of the admin client. */
export interface AdminClientOptions {
  /** The address of the admin API: `chat.adminUrl`, or the output `AdminUrl`. */
  readonly url: string;
  /** Default: the Region in the address, else the variable AWS_REGION. */
  readonly region?: string;
  /**
   * Credentials, or a function that returns them, such as a provider of the AWS SDK. Default: those of the environment,
   * which every Lambda function has.
   */
  readonly credentials?: Credentials | (() => Credentials | Promise<Credentials>);
}

const MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;

/** Whether a repeat may succeed. All calls are idempotent. */
const isTransient = (status: number): boolean => status === 429 || status >= 500;

function regionOf(url: URL): string {
  const region = /\.execute-api\.([\w-]+)\.amazonaws\./.exec(url.host)?.[1] ?? process.env['AWS_REGION'];
  if (region) return region;
  throw new TypeError('Client not created: the Region is unknown. Pass `region`, or set AWS_REGION.');
}

/** Sends signed requests to the admin API, and repeats those that fail for a moment. */
export class SignedRequests {
  readonly #url: URL;
  readonly #region: string;
  readonly #credentials: () => Credentials | Promise<Credentials>;

  /** @throws TypeError without a valid address, or if the Region is unknown */
  constructor({ url, region, credentials = environmentCredentials }: AdminClientOptions) {
    this.#url = new URL(url.endsWith('/') ? url.slice(0, -1) : url);
    this.#region = region ?? regionOf(this.#url);
    this.#credentials = typeof credentials === 'function' ? credentials : () => credentials;
  }

  /** Sends a request, and returns the answer's JSON; undefined if it has none. @throws AdminError */
  async send(method: string, path: string, content?: object): Promise<unknown> {
    // URLs resolve these, so that the path would name something else: `/users/../rooms/` is the list of all rooms.
    if (/\/\.{1,2}\//.test(path)) {
      throw new AdminError('BAD_REQUEST', 'Request not sent: "." and ".." cannot be ids. Check the id.', 0);
    }
    const url = new URL(`${this.#url.href}${path}`);
    const body = content === undefined ? '' : JSON.stringify(content);
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#try(method, url, body);
      if (answer.status >= 200 && answer.status < 300) {
        return answer.text === '' ? undefined : JSON.parse(answer.text);
      }
      if (attempt === MAX_ATTEMPTS || !(answer.status === 0 || isTransient(answer.status))) {
        throw answer.error ?? errorOf(answer.status, answer.text);
      }
      await delay(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }

  async #try(method: string, url: URL, body: string) {
    const { accessKeyId, secretAccessKey, sessionToken } = await this.#credentials();
    const credentials: FullCredentials = { accessKeyId, secretAccessKey, sessionToken };
    const headers = {
      // API Gateway decodes the path, so a slash in an id would separate parts.
      'x-parley-path': url.pathname,
      ...(body !== '' && { 'content-type': 'application/json' }),
    };
    const at = { region: this.#region, now: Date.now() };
    try {
      const response = await fetch(url, {
        method,
        headers: signRequest({ method, url, headers, body }, credentials, at),
        ...(body !== '' && { body }),
      });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      const message = 'Admin API not reached: there was no answer. Check the address and the network.';
      return { status: 0, text: '', error: new AdminError('UNREACHABLE', message, 0, { cause }) };
    }
  }
}

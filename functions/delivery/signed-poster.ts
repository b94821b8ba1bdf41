import { hash } from 'node:crypto';
import type { Answer } from '../aws/answer-reader.ts';
import { type ClientOptions, environmentRegion } from '../aws/credentials.ts';
import { type Body, Service } from '../aws/service.ts';
import { NoAnswer, serviceError } from '../aws/service-error.ts';
import { encoded, type Header } from '../aws/sign.ts';
import { type Poster, TransientError } from './poster.ts';

/** An event has one frame for each dialect and point of view; more than these are of another event. */
const KEPT_FRAMES = 16;

const FRAME_HEADERS: readonly Header[] = [['content-type', 'application/octet-stream']];

/** Encodes and hashes a frame once, however many connections get it. */
function bodyMaker(): (frame: string) => Body {
  const made = new Map<string, Body>();
  return (frame) => {
    const known = made.get(frame);
    if (known) return known;
    if (made.size === KEPT_FRAMES) made.clear();
    const bytes = Buffer.from(frame);
    const body = { bytes, hash: hash('sha256', bytes) };
    made.set(frame, body);
    return body;
  };
}

const GONE = 410;

/**
 * @returns whether the connection is there; 410 says that it is gone
 * @throws TransientError for 429, 5xx and where the gateway did not answer; ServiceError for what no retry mends
 */
async function reached(asked: Promise<Answer>, failed: string): Promise<boolean> {
  const answer = await asked.catch((error: unknown) => {
    throw error instanceof NoAnswer ? new TransientError(failed, { cause: error }) : error;
  });
  if (answer.status < 300) return true;
  if (answer.status === GONE) return false;
  const refusal = serviceError(answer);
  const throttled = answer.status === 429;
  throw throttled || answer.status >= 500
    ? new TransientError(failed, { cause: refusal, throttled })
    : refusal;
}

type ThinPosterOptions = Pick<ClientOptions, 'region' | 'credentials'>;

/**
 * Posts through API Gateway's management API with a signer and connections of our own: a post costs a tenth of the CPU
 * that the SDK takes for it. It does not retry, since `retryTransient` does.
 * @param url the stage's URL for `@connections`
 */
export function signedPoster(url: string, { region, credentials }: ThinPosterOptions = {}): Poster {
  const service = new Service({
    name: 'execute-api',
    endpoint: new URL(url),
    region: region ?? environmentRegion(),
    credentials,
  });
  const pathOf = (connection: string) => `/@connections/${encoded(connection)}`;
  const bodyOf = bodyMaker();
  return {
    async post(connection, frame) {
      const call = { method: 'POST', path: pathOf(connection), headers: FRAME_HEADERS, body: bodyOf(frame) };
      const delivered = await reached(service.ask(call), 'Post put off: the gateway did not take it');
      return delivered ? 'delivered' : 'gone';
    },
    isOpen: (connection) =>
      reached(
        service.ask({ method: 'GET', path: pathOf(connection) }),
        'Connection not looked up: the gateway did not answer',
      ),
    async close(connection) {
      const call = { method: 'DELETE', path: pathOf(connection) };
      await reached(service.ask(call), 'Connection not closed: the gateway did not take it');
    },
  };
}

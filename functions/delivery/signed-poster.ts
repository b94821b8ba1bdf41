import { type ClientOptions, environmentRegion } from '../aws/environment.ts';
import { NoResponse, serviceError } from '../aws/errors.ts';
import { type Body, bodyOf, type Call, Service } from '../aws/service.ts';
import { encoded, type Header } from '../aws/sign.ts';
import { type Poster, TransientError } from './poster.ts';

/** The size of the cache. One event has fewer frames: one for each dialect and kind of viewer. */
const MAX_FRAMES = 16;

const FRAME_HEADERS: readonly Header[] = [['content-type', 'application/octet-stream']];

/**
 * Returns a function that makes a request body of a frame. It encodes and hashes the frame once for all connections.
 */
function frameBodies(): (frame: string) => Body {
  const bodies = new Map<string, Body>();
  return (frame) => {
    const known = bodies.get(frame);
    if (known) return known;
    if (bodies.size === MAX_FRAMES) bodies.clear();
    const body = bodyOf(frame);
    bodies.set(frame, body);
    return body;
  };
}

const GONE = 410;

/** Posts through API Gateway's management API with the signing client. Does not retry: `retryTransient` does. */
export function signedPoster(
  url: string,
  { region = environmentRegion(), credentials }: Pick<ClientOptions, 'region' | 'credentials'> = {},
): Poster {
  const service = new Service({ name: 'execute-api', endpoint: new URL(url), region, credentials });
  const pathOf = (connection: string) => `/@connections/${encoded(connection)}`;
  const body = frameBodies();

  /** Returns whether the connection exists. @throws ServiceError; TransientError when a retry may succeed */
  async function reach(call: Call, failure: string): Promise<boolean> {
    const response = await service.send(call).catch((error: unknown) => {
      throw error instanceof NoResponse ? new TransientError(failure, { cause: error }) : error;
    });
    if (response.status < 300) return true;
    if (response.status === GONE) return false;
    const cause = serviceError(response);
    const throttled = response.status === 429;
    throw throttled || response.status >= 500 ? new TransientError(failure, { cause, throttled }) : cause;
  }

  return {
    async post(connection, frame) {
      const call = { method: 'POST', path: pathOf(connection), headers: FRAME_HEADERS, body: body(frame) };
      return (await reach(call, 'Post failed: API Gateway did not accept the frame. Try again.'))
        ? 'delivered'
        : 'gone';
    },
    isOpen: (connection) =>
      reach(
        { method: 'GET', path: pathOf(connection) },
        'Lookup failed: API Gateway did not return the connection. Try again.',
      ),
    close: (connection) =>
      reach(
        { method: 'DELETE', path: pathOf(connection) },
        'Close failed: API Gateway did not close the connection. Try again.',
      ),
  };
}

import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isThrottled, isTransient, type Poster } from '../../../functions/delivery/poster.ts';
import { sdkPoster } from '../../../functions/delivery/sdk-poster.ts';
import { signedPoster } from '../../../functions/delivery/signed-poster.ts';
import { type Answering, answering } from '../../support/answering.ts';

const id = 'L0SM9cOFvHcCIhw=';

let gateway: Answering;
let respond: (response: ServerResponse) => void;

const refuse = (status: number, type: string, body: string) => (response: ServerResponse) => {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type };
  response.writeHead(status, headers).end(body);
};

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  respond = (response) => response.end();
  gateway = await answering((response) => respond(response));
});
afterEach(() => vi.unstubAllEnvs());

const errorOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each([
  ['signed', signedPoster],
  ['sdk', sdkPoster],
])('the poster %s', (_name, posterAt: (url: string) => Poster) => {
  let poster: Poster;
  beforeEach(() => {
    poster = posterAt(`${gateway.url}/prod`);
  });

  test('posts a frame to a connection in a signed request', async () => {
    await expect(poster.post(id, '{"text":"Grüße 👋"}')).resolves.toBe('delivered');
    expect(gateway.came).toHaveLength(1);
    expect(gateway.came[0]).toMatchObject({
      method: 'POST',
      path: '/prod/@connections/L0SM9cOFvHcCIhw%3D',
      body: '{"text":"Grüße 👋"}',
      headers: {
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=ASIATEST\/\d{8}\/us-east-1\/execute-api\//,
        ),
        'x-amz-security-token': 'token',
      },
    });
  });

  test('posts different frames to many connections concurrently', async () => {
    const frames = Array.from({ length: 120 }, (_, index) => `frame ${index % 40}`);
    await Promise.all(
      frames.map((frame, index) => poster.post(`${String(index).padStart(15, 'a')}=`, frame)),
    );
    const received = gateway.came.map(({ path, body }) => `${path} ${body}`).sort();
    const expected = frames.map(
      (frame, index) => `/prod/@connections/${String(index).padStart(15, 'a')}%3D ${frame}`,
    );
    expect(received).toEqual(expected.sort());
  });

  test('recognizes a connection that is gone', async () => {
    respond = refuse(410, 'GoneException', '{"message":null}');
    await expect(poster.post(id, 'frame')).resolves.toBe('gone');
    await expect(poster.isOpen(id)).resolves.toBe(false);
  });

  test('recognizes an open connection', async () => {
    respond = (response) => response.end('{"connectedAt":"2025-02-16T12:34:56.000Z"}');
    await expect(poster.isOpen(id)).resolves.toBe(true);
    expect(gateway.came[0]).toMatchObject({ method: 'GET', path: '/prod/@connections/L0SM9cOFvHcCIhw%3D' });
  });

  test.each([
    ['429', refuse(429, 'LimitExceededException', '{"message":"Too Many Requests"}')],
    ['500', refuse(500, 'InternalServerErrorException', '{"message":"no"}')],
    ['503 without a body', (response: ServerResponse) => void response.writeHead(503).end()],
    ['a broken connection', (response: ServerResponse) => void response.socket?.destroy()],
  ])('throws a transient error after %s, and does not retry', async (_what, how) => {
    respond = how;
    const error = await errorOf(poster.post(id, 'frame'));
    expect(isTransient(error)).toBe(true);
    expect(error).toMatchObject({
      message: 'Post failed: API Gateway did not accept the frame. Try again.',
      cause: expect.any(Error),
    });
    expect(gateway.came).toHaveLength(1);
    expect(isTransient(await errorOf(poster.isOpen(id)))).toBe(true);
    expect(isTransient(await errorOf(poster.close(id)))).toBe(true);
  });

  test('marks a throttled request', async () => {
    respond = refuse(429, 'LimitExceededException', '{"message":"Too Many Requests"}');
    expect(isThrottled(await errorOf(poster.post(id, 'frame')))).toBe(true);
    expect(isThrottled(await errorOf(poster.isOpen(id)))).toBe(true);
    respond = refuse(500, 'InternalServerErrorException', '{"message":"no"}');
    expect(isThrottled(await errorOf(poster.post(id, 'frame')))).toBe(false);
  });

  test('throws the error of the service when a grant is missing', async () => {
    const message = 'User: send is not authorized to perform: execute-api:ManageConnections';
    respond = refuse(403, 'AccessDeniedException', JSON.stringify({ Message: message }));
    for (const send of [() => poster.post(id, 'frame'), () => poster.isOpen(id), () => poster.close(id)]) {
      const error = await errorOf(send());
      expect(isTransient(error)).toBe(false);
      // `logFault` logs the message of errors with `$fault`.
      expect(error).toMatchObject({ name: 'AccessDeniedException', message, $fault: 'client' });
    }
  });

  test('throws when a frame is too large', async () => {
    respond = refuse(413, 'PayloadTooLargeException', '{"message":"Payload Too Large"}');
    expect(await errorOf(poster.post(id, 'frame'))).toMatchObject({ name: 'PayloadTooLargeException' });
  });

  test('closes a connection', async () => {
    respond = (response) => void response.writeHead(204).end();
    await expect(poster.close(id)).resolves.toBe(true);
    expect(gateway.came[0]).toMatchObject({
      method: 'DELETE',
      path: '/prod/@connections/L0SM9cOFvHcCIhw%3D',
    });
  });

  test('recognizes a connection that is closed already', async () => {
    respond = refuse(410, 'GoneException', '{"message":null}');
    await expect(poster.close(id)).resolves.toBe(false);
  });

  test('throws a transient error when API Gateway cannot be reached', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
    const unreachable = posterAt(`http://127.0.0.1:${await promise}/prod`);
    expect(isTransient(await errorOf(unreachable.post(id, 'frame')))).toBe(true);
  });
});

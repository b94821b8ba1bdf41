import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isThrottled, isTransient, type Poster } from '../../../functions/delivery/poster.ts';
import { sdkPoster } from '../../../functions/delivery/sdk-poster.ts';
import { signedPoster } from '../../../functions/delivery/signed-poster.ts';
import { type Answering, answering } from '../../support/answering.ts';

const id = 'L0SM9cOFvHcCIhw=';

let gateway: Answering;
let answer: (response: ServerResponse) => void;

const refuse = (status: number, type: string, body: string) => (response: ServerResponse) => {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type };
  response.writeHead(status, headers).end(body);
};

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  answer = (response) => response.end();
  gateway = await answering((response) => answer(response));
});
afterEach(() => vi.unstubAllEnvs());

const failure = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each([
  ['thin', signedPoster],
  ['sdk', sdkPoster],
])('the poster %s', (_name, posterAt: (url: string) => Poster) => {
  let poster: Poster;
  beforeEach(() => {
    poster = posterAt(`${gateway.url}/prod`);
  });

  test('posts a frame as it is, to the connection, signed', async () => {
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

  test('posts different frames to many connections at once', async () => {
    const frames = Array.from({ length: 120 }, (_, index) => `frame ${index % 40}`);
    await Promise.all(
      frames.map((frame, index) => poster.post(`${String(index).padStart(15, 'a')}=`, frame)),
    );
    const got = gateway.came.map(({ path, body }) => `${path} ${body}`).sort();
    const wanted = frames.map(
      (frame, index) => `/prod/@connections/${String(index).padStart(15, 'a')}%3D ${frame}`,
    );
    expect(got).toEqual(wanted.sort());
  });

  test('says of a connection that is gone that it is', async () => {
    answer = refuse(410, 'GoneException', '{"message":null}');
    await expect(poster.post(id, 'frame')).resolves.toBe('gone');
    await expect(poster.isOpen(id)).resolves.toBe(false);
  });

  test('says of an open connection that it is', async () => {
    answer = (response) => response.end('{"connectedAt":"2025-02-16T12:34:56.000Z"}');
    await expect(poster.isOpen(id)).resolves.toBe(true);
    expect(gateway.came[0]).toMatchObject({ method: 'GET', path: '/prod/@connections/L0SM9cOFvHcCIhw%3D' });
  });

  test.each([
    ['429', refuse(429, 'LimitExceededException', '{"message":"Too Many Requests"}')],
    ['500', refuse(500, 'InternalServerErrorException', '{"message":"no"}')],
    ['503 without a word', (response: ServerResponse) => void response.writeHead(503).end()],
    ['a connection that breaks', (response: ServerResponse) => void response.socket?.destroy()],
  ])('leaves %s to be tried again, and does not do so itself', async (_what, how) => {
    answer = how;
    const error = await failure(poster.post(id, 'frame'));
    expect(isTransient(error)).toBe(true);
    expect(error).toMatchObject({
      message: 'Post failed: API Gateway did not accept the frame. Try again.',
      cause: expect.any(Error),
    });
    expect(gateway.came).toHaveLength(1);
    expect(isTransient(await failure(poster.isOpen(id)))).toBe(true);
    expect(isTransient(await failure(poster.close(id)))).toBe(true);
  });

  test('tells a gateway that is asked too fast from one that fails', async () => {
    answer = refuse(429, 'LimitExceededException', '{"message":"Too Many Requests"}');
    expect(isThrottled(await failure(poster.post(id, 'frame')))).toBe(true);
    expect(isThrottled(await failure(poster.isOpen(id)))).toBe(true);
    answer = refuse(500, 'InternalServerErrorException', '{"message":"no"}');
    expect(isThrottled(await failure(poster.post(id, 'frame')))).toBe(false);
  });

  test('reports a missing grant in the service’s words: no retry mends it', async () => {
    const sentence = 'User: send is not authorized to perform: execute-api:ManageConnections';
    answer = refuse(403, 'AccessDeniedException', JSON.stringify({ Message: sentence }));
    for (const asked of [() => poster.post(id, 'frame'), () => poster.isOpen(id), () => poster.close(id)]) {
      const error = await failure(asked());
      expect(isTransient(error)).toBe(false);
      // `$fault` is what lets the log have the sentence.
      expect(error).toMatchObject({ name: 'AccessDeniedException', message: sentence, $fault: 'client' });
    }
  });

  test('reports a frame that is too large', async () => {
    answer = refuse(413, 'PayloadTooLargeException', '{"message":"Payload Too Large"}');
    expect(await failure(poster.post(id, 'frame'))).toMatchObject({ name: 'PayloadTooLargeException' });
  });

  test('closes a connection', async () => {
    answer = (response) => void response.writeHead(204).end();
    await expect(poster.close(id)).resolves.toBeUndefined();
    expect(gateway.came[0]).toMatchObject({
      method: 'DELETE',
      path: '/prod/@connections/L0SM9cOFvHcCIhw%3D',
    });
  });

  test('finds no fault with closing what is closed already', async () => {
    answer = refuse(410, 'GoneException', '{"message":null}');
    await expect(poster.close(id)).resolves.toBeUndefined();
  });

  test('leaves a gateway that nobody reaches to be tried again', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
    const nobody = posterAt(`http://127.0.0.1:${await promise}/prod`);
    expect(isTransient(await failure(nobody.post(id, 'frame')))).toBe(true);
  });
});

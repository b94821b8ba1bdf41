import { describe, expect, test } from 'vitest';
import { AnswerReader, headerOf } from '../../../functions/aws/answer-reader.ts';

const bytes = (...lines: string[]) => Buffer.from(lines.join('\r\n'));

const whole = {
  'a length': bytes('HTTP/1.1 200 OK', 'Content-Length: 5', '', 'häll'),
  'no body': bytes('HTTP/1.1 200 OK', 'content-length:0', '', ''),
  chunks: bytes(
    'HTTP/1.1 403 Forbidden',
    'Transfer-Encoding: chunked',
    '',
    '3',
    'abc',
    'A;x=y',
    '0123456789',
    '0',
    '',
    '',
  ),
  'chunks and trailers': bytes(
    'HTTP/1.1 200 OK',
    'transfer-encoding: chunked',
    '',
    '1',
    'a',
    '0',
    'x: 1',
    'y: 2',
    '',
    '',
  ),
  '204': bytes('HTTP/1.1 204 No Content', '', ''),
};

const bodies: Record<keyof typeof whole, string> = {
  'a length': 'häll',
  'no body': '',
  chunks: 'abc0123456789',
  'chunks and trailers': 'a',
  '204': '',
};

/** What a reader makes of bytes that come in pieces. */
function read(pieces: readonly Buffer[], method = 'POST') {
  const reader = new AnswerReader(method);
  const answers = pieces.map((piece) => reader.take(piece));
  return { reader, answers, last: answers.at(-1) };
}

describe.each(Object.keys(whole) as (keyof typeof whole)[])('an answer with %s', (kind) => {
  const all = whole[kind];

  test('is read when it comes at once', () => {
    const { last } = read([all]);
    expect(last?.body.toString()).toBe(bodies[kind]);
    expect(last?.keepAlive).toBe(true);
  });

  test('is whole with its last byte and not before, wherever it is broken', () => {
    for (let at = 1; at < all.length; at++) {
      const { answers } = read([all.subarray(0, at), all.subarray(at)]);
      expect(answers[0], `broken at ${at}`).toBeUndefined();
      expect(answers[1]?.body.toString(), `broken at ${at}`).toBe(bodies[kind]);
      expect(answers[1]?.keepAlive).toBe(true);
    }
  });

  test('is read byte by byte', () => {
    const { last } = read(Array.from(all, (byte) => Buffer.from([byte])));
    expect(last?.body.toString()).toBe(bodies[kind]);
  });

  test('leaves a connection that nobody may use again, where more bytes come behind it', () => {
    expect(read([Buffer.concat([all, Buffer.from('HTTP/1.1 200')])]).last?.keepAlive).toBe(false);
  });
});

test('status and headers are told, their names in any case', () => {
  const { last } = read([
    bytes('HTTP/1.1 410 Gone', 'X-Amzn-ErrorType:  GoneException ', 'content-length: 0', '', ''),
  ]);
  expect(last?.status).toBe(410);
  expect(last && headerOf(last, 'x-amzn-errortype')).toBe('GoneException');
  expect(last && headerOf(last, 'x-amzn')).toBeUndefined();
});

test('an answer to HEAD ends with its headers, which tell the length of what was not sent', () => {
  const { last } = read([bytes('HTTP/1.1 200 OK', 'Content-Length: 1234', '', '')], 'HEAD');
  expect(last?.keepAlive).toBe(true);
  expect(last && headerOf(last, 'content-length')).toBe('1234');
});

test('a body without a length ends with the connection', () => {
  const { reader, answers } = read([bytes('HTTP/1.1 200 OK', '', 'all'), Buffer.from(' of it')]);
  expect(answers).toEqual([undefined, undefined]);
  expect(reader.end()).toMatchObject({ status: 200, body: Buffer.from('all of it'), keepAlive: false });
});

test.each(['a length', 'chunks'] as const)(
  'with %s, a connection that ends early brings no answer',
  (kind) => {
    const { reader } = read([whole[kind].subarray(0, -3)]);
    expect(reader.end()).toBeUndefined();
  },
);

test.each([
  ['says that it will close', bytes('HTTP/1.1 200 OK', 'Connection: close', 'content-length: 0', '', '')],
  ['speaks HTTP/1.0', bytes('HTTP/1.0 200 OK', 'content-length: 0', '', '')],
])('a connection whose other side %s is not kept', (_what, all) => {
  expect(read([all]).last?.keepAlive).toBe(false);
});

test.each([
  ['no HTTP', bytes('SSH-2.0-OpenSSH_9.6', '', '')],
  ['a promise of another answer', bytes('HTTP/1.1 100 Continue', '', '')],
  ['a chunk without a size', bytes('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'what?', '')],
  ['headers without an end', Buffer.alloc(70_000, 'x')],
])('%s is an error, so the connection is given up', (_what, all) => {
  expect(() => read([all])).toThrow(/^Answer not read: /);
});

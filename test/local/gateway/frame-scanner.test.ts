import { expect, test } from 'vitest';
import { frameScanner } from '../../../local/gateway/limits.ts';

/** Returns a client's frame: masked, with the shortest length field that fits (RFC 6455, 5.2). */
function frame(size: number): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const header = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  header[0] = 0x81;
  if (size < 126) header[1] = 0x80 | size;
  else if (size < 65_536) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(size, 2);
  } else {
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(size), 2);
  }
  // If the scanner lost its place, it would read these bytes as the header of a huge frame.
  return Buffer.concat([header, mask, Buffer.alloc(size, 0xff)]);
}

function countTooLarge(limit: number, chunks: Iterable<Buffer>): number {
  let count = 0;
  const scan = frameScanner(limit, () => {
    count += 1;
  });
  for (const chunk of chunks) scan(chunk);
  return count;
}

function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([0, 1, 125, 126, 1000, 32_768])('accepts a frame of %i bytes with a limit of 32768', (size) => {
  expect(countTooLarge(32_768, [frame(size)])).toBe(0);
});

test.each([32_769, 65_535, 65_536, 200_000])('reports a frame of %i bytes with a limit of 32768', (size) => {
  expect(countTooLarge(32_768, [frame(size)])).toBe(1);
});

test('reports a frame that is too large before its payload arrives', () => {
  expect(countTooLarge(32_768, [frame(40_000).subarray(0, 4)])).toBe(1);
});

test.each([1, 2, 3, 5, 7, 13])('reads a stream in chunks of %i bytes', (size) => {
  const good = Buffer.concat([frame(0), frame(125), frame(126), frame(300), frame(70_000), frame(3)]);
  expect(countTooLarge(70_000, pieces(good, size))).toBe(0);
  expect(countTooLarge(70_000, pieces(Buffer.concat([good, frame(70_001)]), size))).toBe(1);
});

test('reports only the first frame that is too large', () => {
  expect(countTooLarge(10, [frame(11), frame(11), frame(11)])).toBe(1);
});

/** Length of a frame's payload, or undefined while `have` bytes of its header do not tell it yet (RFC 6455, 5.2). */
function payloadLength(header: Buffer, have: number): number | undefined {
  if (have < 2) return undefined;
  const short = header.readUInt8(1) & 0x7f;
  if (short < 126) return short;
  if (short === 126) return have < 4 ? undefined : header.readUInt16BE(2);
  return have < 10 ? undefined : Number(header.readBigUInt64BE(2));
}

/**
 * Reads only the headers of a client's frames as its bytes pass, and calls `onTooLarge` once, for
 * the first frame with a payload over `limit` bytes. API Gateway limits each frame as well as the
 * whole message ("Amazon API Gateway quotas": frame 32 KB, message 128 KB), but `ws` limits only the message.
 */
export function frameScanner(limit: number, onTooLarge: () => void): (chunk: Uint8Array) => void {
  const header = Buffer.alloc(10);
  let have = 0;
  let skip = 0;
  let done = false;
  return (chunk) => {
    let at = 0;
    while (!done && at < chunk.length) {
      if (skip > 0) {
        const passed = Math.min(skip, chunk.length - at);
        at += passed;
        skip -= passed;
        continue;
      }
      header[have++] = chunk[at++] ?? 0;
      const length = payloadLength(header, have);
      if (length === undefined) continue;
      const maskBytes = header.readUInt8(1) & 0x80 ? 4 : 0;
      have = 0;
      skip = length + maskBytes;
      if (length > limit) {
        done = true;
        onTooLarge();
      }
    }
  };
}

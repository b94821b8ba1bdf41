/** An HTTP response, whole. */
export interface Answer {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: Buffer;
  /** Whether the connection may carry another request. */
  readonly keepAlive: boolean;
}

type Framing = { readonly length: number } | 'chunked' | 'until close';

interface Head {
  readonly status: number;
  readonly text: string;
  /** Where the body begins. */
  readonly end: number;
  readonly framing: Framing;
  readonly keepAlive: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEAD_BYTES = 64 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})/;

/** A header of an answer. @param name what its line starts with, in any case */
export function headerOf({ head }: Pick<Answer, 'head'>, name: string): string | undefined {
  const found = new RegExp(`\r\n${name}:[ \t]*([^\r\n]*)`, 'i').exec(head);
  return found?.[1]?.trimEnd();
}

const LENGTH = /\r\ncontent-length:[ \t]*(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding:[ \t]*chunked/i;
const CLOSE = /\r\nconnection:[ \t]*close/i;

const broken = (why: string): Error => new Error(`Answer not read: ${why}; the connection is given up`);

/** Reads one HTTP/1.1 response from the bytes of a connection (RFC 9112, section 6). */
export class AnswerReader {
  readonly #withoutBody: boolean;
  #bytes: Buffer = Buffer.alloc(0);
  #head: Head | undefined;

  /** @param method HEAD is answered without a body, whatever the headers say */
  constructor(method: string) {
    this.#withoutBody = method === 'HEAD';
  }

  /** Whether a byte of the answer has come. */
  get begun(): boolean {
    return this.#bytes.length > 0;
  }

  /** Takes bytes. @returns the answer once it is whole. @throws Error for what is no HTTP */
  take(chunk: Buffer): Answer | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#head ??= this.#readHead();
    return this.#head && this.#whole(this.#head);
  }

  /** The other side has ended. @returns the answer whose body that ends; undefined where it broke off */
  end(): Answer | undefined {
    if (this.#head?.framing !== 'until close') return undefined;
    return answerOf(this.#head, this.#bytes.subarray(this.#head.end), false);
  }

  #readHead(): Head | undefined {
    const at = this.#bytes.indexOf(HEAD_END);
    if (at < 0) {
      if (this.#bytes.length > MAX_HEAD_BYTES) throw broken('its headers have no end');
      return undefined;
    }
    const text = this.#bytes.toString('latin1', 0, at);
    const [, minor, code] = STATUS_LINE.exec(text) ?? [];
    if (code === undefined) throw broken('it does not begin as HTTP/1.1 does');
    const status = Number(code);
    if (status < 200) throw broken('it says that another one follows, which nobody asked for');
    const framing = this.#framing(status, text);
    const keepAlive = minor === '1' && framing !== 'until close' && !CLOSE.test(text);
    return { status, text, end: at + HEAD_END.length, framing, keepAlive };
  }

  #framing(status: number, head: string): Framing {
    if (this.#withoutBody || status === 204 || status === 304) return { length: 0 };
    if (CHUNKED.test(head)) return 'chunked';
    const length = LENGTH.exec(head)?.[1];
    return length === undefined ? 'until close' : { length: Number(length) };
  }

  #whole(head: Head): Answer | undefined {
    const { end, framing } = head;
    if (framing === 'until close') return undefined;
    const found =
      framing === 'chunked' ? readChunks(this.#bytes, end) : this.#readLength(end, framing.length);
    // Bytes behind an answer belong to nothing that was asked.
    return found && answerOf(head, found.body, head.keepAlive && found.end === this.#bytes.length);
  }

  #readLength(start: number, length: number): { body: Buffer; end: number } | undefined {
    const end = start + length;
    return this.#bytes.length < end ? undefined : { body: this.#bytes.subarray(start, end), end };
  }
}

const answerOf = ({ status, text }: Head, body: Buffer, keepAlive: boolean): Answer => ({
  status,
  head: text,
  body,
  keepAlive,
});

/** Undefined until the last chunk is there (RFC 9112, section 7.1). Trailers are passed over. */
function readChunks(bytes: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = /^[\da-f]+/i.exec(bytes.toString('latin1', at, lineEnd))?.[0];
    if (size === undefined) throw broken('a chunk of it has no size');
    const from = lineEnd + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) {
      // Without trailers the empty line follows at once, with them after the last.
      const end =
        bytes.toString('latin1', from, from + 2) === '\r\n' ? from : bytes.indexOf(HEAD_END, from) + 2;
      return end < 2 || bytes.length < end + 2 ? undefined : { body: Buffer.concat(parts), end: end + 2 };
    }
    if (bytes.length < from + length + 2) return undefined;
    parts.push(bytes.subarray(from, from + length));
    at = from + length + 2;
  }
}

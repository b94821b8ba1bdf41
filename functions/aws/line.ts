import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Answer, AnswerReader } from './answer-reader.ts';
import { NoAnswer } from './errors.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Request line and headers with the empty line at their end, in ASCII. */
  readonly head: string;
  readonly body: Uint8Array;
}

/** A request that waits for its answer. */
export interface Pending {
  readonly request: WireRequest;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** Whether it was sent again already, after a kept connection turned out to be closed. */
  readonly again: boolean;
}

/** What a line tells to those who keep it. */
export interface Keeper {
  /** It may take another request. */
  readonly freed: (line: Line) => void;
  /** It is closed. With a request that another line can take: nothing of an answer had come. */
  readonly lost: (line: Line, unanswered: Pending | undefined) => void;
}

/** The last TLS session by host: resuming it spares both sides most of a handshake. */
const sessions = new Map<string, Buffer>();

function openSocket(origin: URL): Socket {
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  if (origin.protocol === 'http:') return connectPlain(Number(origin.port || 80), host);
  const session = sessions.get(origin.host);
  const socket = connectTls({
    host,
    port: Number(origin.port || 443),
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
    ...(session && { session }),
  });
  return socket.on('session', (latest) => sessions.set(origin.host, latest));
}

/** One connection, which takes one request at a time. */
export class Line {
  readonly #socket: Socket;
  readonly #keeper: Keeper;
  #reader: AnswerReader | undefined;
  #pending: Pending | undefined;
  #kept = false;
  #freeSince = 0;
  #timedOut = false;
  #why: Error | undefined;

  /** @param silenceMs for how long an answer may not move on before the connection is given up */
  constructor(origin: URL, silenceMs: number, keeper: Keeper) {
    this.#keeper = keeper;
    this.#socket = openSocket(origin)
      .setNoDelay(true)
      .setTimeout(silenceMs)
      .on('data', (chunk) => this.#take(() => this.#reader?.take(chunk)))
      .on('end', () => this.#take(() => this.#reader?.end()))
      .on('timeout', () => this.#timeOut(silenceMs))
      .on('error', (error) => this.#giveUp(new NoAnswer('the connection broke', { cause: error })))
      .on('close', () => this.#close());
  }

  /** Whether it has been free for so long that the other side may have closed it unheard. */
  staleAfter(milliseconds: number): boolean {
    return this.#socket.destroyed || Date.now() - this.#freeSince > milliseconds;
  }

  send(pending: Pending): void {
    this.#pending = pending;
    this.#reader = new AnswerReader(pending.request.method);
    this.#socket.ref();
    this.#socket.cork();
    this.#socket.write(pending.request.head, 'latin1');
    if (pending.request.body.length > 0) this.#socket.write(pending.request.body);
    this.#socket.uncork();
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(read: () => Answer | undefined): void {
    try {
      const answer = read();
      if (answer) this.#answer(answer);
      else if (!this.#pending) this.#socket.destroy();
    } catch (error) {
      this.#giveUp(new NoAnswer('what came is no HTTP', { cause: error }));
    }
  }

  #answer(answer: Answer): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#reader = undefined;
    // An answer that comes before all of the request has gone leaves its rest in the way.
    if (answer.keepAlive && this.#socket.writableLength === 0) {
      this.#kept = true;
      this.#freeSince = Date.now();
      this.#socket.unref();
      this.#keeper.freed(this);
    } else {
      this.#socket.destroy();
    }
    pending?.resolve(answer);
  }

  #timeOut(silenceMs: number): void {
    if (!this.#pending) return;
    this.#timedOut = true;
    this.#giveUp(new NoAnswer(`nothing came for ${silenceMs / 1000} s`));
  }

  #giveUp(why: Error): void {
    this.#why ??= why;
    this.#socket.destroy();
  }

  #close(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    // A kept connection that the other side had closed, as while Lambda froze the function, says so only now.
    const unheard = this.#kept && !this.#timedOut && this.#reader?.begun === false;
    const retry = unheard && pending?.again === false;
    this.#keeper.lost(this, retry ? pending : undefined);
    if (!retry) pending?.reject(this.#why ?? new NoAnswer('the connection closed'));
  }
}

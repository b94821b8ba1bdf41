import type { TokenSource } from './credential.ts';
import { ChatClientError, closed, noToken, unreachable } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Rest } from './rest.ts';
import { readFrame, type Socket, type SocketClass } from './socket.ts';
import { onReturn } from './surroundings.ts';
import type { ClientFrame, Frame } from './wire.ts';

const HANDSHAKE_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A socket that lived for so long was no part of a row of failures. */
const STEADY_MS = 10_000;
/** A fresh token is sent so long before the old one runs out. */
const RENEW_MS = 60_000;
/** Timers take no more than 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type Phase = 'connecting' | 'open' | 'offline' | 'refused';

export interface ConnectionParts {
  /** The inbox: the socket of all rooms. */
  readonly url: string;
  readonly credential: TokenSource;
  readonly rest: Rest;
  readonly WebSocket: SocketClass;
  /** Called before the phase changes to open, with the user known. */
  onUser(): Promise<void>;
  onPhase(phase: Phase, error?: ChatClientError): void;
  /** `undefined` is the gateway's own frame: something in flight was not served. */
  onFrame(frame: Frame | undefined): void;
  /** Sends what makes the server answer. */
  ping(): void;
}

/** One socket that is opened again whenever it is lost, until it is stopped or refused. */
export class Connection {
  #phase: Phase = 'offline';
  #socket: Socket | undefined;
  /** Counts dials; what belongs to an earlier one is not listened to. */
  #dial = 0;
  #failures = 0;
  #doubted = false;
  #wait: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #ignoreReturn: (() => void) | undefined;
  readonly #parts: ConnectionParts;
  readonly #heartbeat: Heartbeat;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#heartbeat = new Heartbeat(
      () => parts.ping(),
      () => this.#lost(this.#dial),
    );
  }

  start(): void {
    if (this.#ignoreReturn) return;
    this.#ignoreReturn = onReturn(() => this.#return());
    void this.#connect();
  }

  stop(): void {
    if (this.#ignoreReturn) this.#end('offline', closed());
  }

  /** Whether the socket took a frame. */
  send(frame: ClientFrame): boolean {
    if (this.#phase !== 'open') return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  /** Something was not answered: finds out whether the socket is dead. */
  check(): void {
    if (this.#phase === 'open') this.#heartbeat.check();
  }

  /** Drops the socket and opens another with a fresh token. */
  renew(): void {
    this.#lost(this.#dial);
  }

  #return(): void {
    if (this.#phase === 'open') this.check();
    else if (this.#wait !== undefined) void this.#connect();
  }

  #set(phase: Phase, error?: ChatClientError): void {
    this.#phase = phase;
    this.#parts.onPhase(phase, error);
  }

  async #connect(): Promise<void> {
    this.#drop();
    const dial = this.#dial;
    this.#set('connecting');
    try {
      const token = await this.#freshToken();
      await this.#parts.onUser();
      if (dial === this.#dial) this.#open(dial, token);
    } catch (error) {
      if (dial !== this.#dial) return;
      const known = error instanceof ChatClientError ? error : unreachable();
      if (known.code === 'UNAUTHENTICATED') this.#end('refused', known);
      else this.#again(known);
    }
  }

  #freshToken(): Promise<string> {
    return this.#parts.credential.fresh().catch((error: unknown) => {
      throw error instanceof ChatClientError ? error : noToken(error);
    });
  }

  #open(dial: number, token: string): void {
    const socket = this.#dialed(token);
    if (!socket) {
      this.#drop();
      this.#denied();
      return;
    }
    this.#socket = socket;
    let openedAt: number | undefined;
    const failed = () => {
      if (dial !== this.#dial) return;
      if (openedAt === undefined) void this.#explain(token);
      else {
        if (Date.now() - openedAt > STEADY_MS) this.#failures = 0;
        this.#lost(dial);
      }
    };
    const late = setTimeout(failed, HANDSHAKE_MS);
    const here =
      <T>(listen: (event: T) => void) =>
      (event: T) => {
        clearTimeout(late);
        if (dial === this.#dial) listen(event);
      };
    socket.onopen = here(() => {
      openedAt = Date.now();
      this.#opened();
    });
    socket.onmessage = here(({ data }) => this.#heard(String(data)));
    socket.onclose = here(failed);
    socket.onerror = here(failed);
  }

  /** Undefined for a token that no header can hold. */
  #dialed(token: string): Socket | undefined {
    try {
      return new this.#parts.WebSocket(this.#parts.url, ['Bearer', token]);
    } catch {
      return undefined;
    }
  }

  #opened(): void {
    this.#doubted = false;
    this.#heartbeat.start();
    this.#renewIn(this.#parts.credential.expiresAt);
    this.#set('open');
  }

  #heard(text: string): void {
    this.#heartbeat.heard();
    const frame = readFrame(text);
    if (frame === 'fault') this.#parts.onFrame(undefined);
    else if (frame?.type === 'authenticated') this.#renewIn(this.#parts.credential.expiresAt);
    else if (frame) this.#parts.onFrame(frame);
  }

  #renewIn(expiresAt: number | undefined): void {
    clearTimeout(this.#renewal);
    const left = (expiresAt ?? 0) - Date.now();
    if (left <= 0 || !this.#parts.credential.renewable) return;
    const wait = Math.max(left - RENEW_MS, left / 2, 1_000);
    this.#renewal = setTimeout(() => void this.#authenticate(), Math.min(wait, LONGEST_TIMER_MS));
  }

  /** Where no token comes the socket is closed at the old one's end, and opened again as ever. */
  async #authenticate(): Promise<void> {
    const dial = this.#dial;
    const token = await this.#parts.credential.fresh().catch(() => undefined);
    if (token !== undefined && dial === this.#dial) this.send({ action: 'authenticate', token });
  }

  /** A browser hides why a handshake failed; REST tells, with the same token. */
  async #explain(token: string): Promise<void> {
    this.#drop();
    const dial = this.#dial;
    const status = await this.#parts.rest.ask('/api/chats/?limit=1', {}, token).then(
      (answer) => answer.status,
      () => 0,
    );
    if (dial !== this.#dial) return;
    if (status === 401) this.#denied();
    else this.#again(unreachable());
  }

  /** The token is none; a fresh one may be. */
  #denied(): void {
    if (this.#parts.credential.renewable && !this.#doubted) {
      this.#doubted = true;
      void this.#connect();
    } else {
      const why = 'Not signed in: the token was refused; sign in again';
      this.#end('refused', new ChatClientError('UNAUTHENTICATED', why));
    }
  }

  #lost(dial: number): void {
    if (dial !== this.#dial) return;
    this.#drop();
    this.#again(unreachable());
  }

  /** Full jitter: clients that were lost together do not come back together. */
  #again(error: ChatClientError): void {
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.#failures++, LONGEST_WAIT_MS);
    this.#wait = setTimeout(() => void this.#connect(), Math.random() * longest);
    this.#set('offline', error);
  }

  #end(phase: 'offline' | 'refused', error?: ChatClientError): void {
    this.#drop();
    this.#ignoreReturn?.();
    this.#ignoreReturn = undefined;
    this.#doubted = false;
    this.#failures = 0;
    this.#set(phase, error);
  }

  #drop(): void {
    this.#dial++;
    clearTimeout(this.#wait);
    clearTimeout(this.#renewal);
    this.#wait = undefined;
    this.#heartbeat.stop();
    this.#socket?.close();
    this.#socket = undefined;
  }
}

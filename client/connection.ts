import { ChatClientError, closed, unreachable } from './errors.ts';
import { errorOf, type RestClient, type TokenSource } from './rest.ts';
import type { HeartbeatOptions, Socket, SocketClass } from './socket.ts';
import { Heartbeat, onNetworkChange, openSocket, parseFrame } from './socket.ts';
import type { ClientFrame, Frame } from './wire.ts';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** A socket that was open for this long resets the backoff. */
const STABLE_MS = 10_000;
/** The client sends a fresh token this long before the old one expires. */
const RENEW_BEFORE_MS = 60_000;
/**
 * API Gateway closes a socket after two hours. The client opens another one at a random time in the last minute before
 * that, so that clients that connected together do not connect again together.
 */
const LONGEST_LIFE_MS = 2 * 3_600_000 - 5_000;
const LIFE_JITTER_MS = 54_000;
/** The longest delay of `setTimeout`. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Phase = 'connecting' | 'open' | 'offline' | 'refused';

interface ConnectionOptions {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly rest: RestClient;
  /** Returns the WebSocket class. @throws ReferenceError if there is none */
  socketClass(): SocketClass;
  /** Called before the socket opens, when the user is known. */
  onUser(): Promise<void>;
  onPhase(wasOpen: boolean): void;
  /**
   * Called without a frame if API Gateway reports that a function failed. API Gateway does not name the failed frame.
   */
  onFrame(frame: Frame | undefined): void;
  readonly heartbeat: Omit<HeartbeatOptions, 'onDead'>;
}

const failedToken = (cause: unknown): never => {
  if (cause instanceof ChatClientError) throw cause;
  const message = 'Could not get a token: the token function failed. The client calls it again.';
  throw new ChatClientError('UNREACHABLE', message, undefined, { cause });
};

/** A socket that opens again whenever it is lost, until it is stopped, or the server rejects the token or the user. */
export class Connection {
  phase: Phase = 'offline';
  /** Why the phase is `offline` or `refused`. */
  error: ChatClientError | undefined;
  #socket: Socket | undefined;
  /** Counts attempts, so that callbacks of an earlier attempt are ignored. */
  #attempt = 0;
  #failures = 0;
  /** Whether the server rejected the last token, and a fresh one is being tried. */
  #tokenRejected = false;
  #backoff: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #endOfLife: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | undefined;
  readonly #options: ConnectionOptions;
  readonly #heartbeat: Heartbeat;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat({ ...options.heartbeat, onDead: () => this.reconnect() });
  }

  start(): void {
    if (this.#stopListening) return;
    this.#options.socketClass();
    this.#stopListening = onNetworkChange(() => {
      if (this.phase === 'open') return this.check();
      // A connect that began without a network may still fail after it: its next attempt must not wait long.
      this.#failures = 0;
      if (this.#backoff !== undefined) void this.#connect();
    });
    void this.#connect();
  }

  stop(): void {
    if (this.#stopListening) this.#end('offline', closed());
  }

  /** Sends a frame. Returns false if the socket is not open. */
  send(frame: ClientFrame): boolean {
    if (this.phase !== 'open') return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  /** Pings the server, and reconnects if no answer arrives. */
  check(): void {
    if (this.phase === 'open') this.#heartbeat.check();
  }

  /** Drops the socket and opens another with a fresh token, after a backoff. */
  reconnect(): void {
    this.#drop();
    this.#connectLater(unreachable());
  }

  #setPhase(phase: Phase, error?: ChatClientError): void {
    const wasOpen = this.phase === 'open';
    this.phase = phase;
    this.error = error;
    this.#options.onPhase(wasOpen);
  }

  async #connect(): Promise<void> {
    this.#drop();
    const attempt = this.#attempt;
    this.#setPhase('connecting');
    try {
      const token = await this.#options.tokens.fetch().catch(failedToken);
      await this.#options.onUser();
      if (attempt === this.#attempt) this.#open(token);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const reason = error instanceof ChatClientError ? error : unreachable();
      if (reason.code === 'UNAUTHENTICATED') this.#end('refused', reason);
      else this.#connectLater(reason);
    }
  }

  #open(token: string): void {
    const attempt = this.#attempt;
    const isCurrent = () => attempt === this.#attempt;
    this.#socket = openSocket(this.#options.socketClass(), this.#options.url, token, {
      onOpen: () => {
        if (!isCurrent()) return;
        this.#tokenRejected = false;
        this.#heartbeat.start();
        this.#scheduleRenewal();
        const life = LONGEST_LIFE_MS - Math.random() * LIFE_JITTER_MS;
        this.#endOfLife = setTimeout(() => void this.#connect(), life);
        this.#setPhase('open');
      },
      onText: (text) => isCurrent() && this.#received(text),
      onEnd: (openedAt) => {
        if (!isCurrent()) return;
        if (openedAt === undefined) void this.#explainFailure(token);
        else {
          if (Date.now() - openedAt > STABLE_MS) this.#failures = 0;
          this.reconnect();
        }
      },
    });
    if (this.#socket) return;
    this.#drop();
    this.#handleRejectedToken();
  }

  #received(text: string): void {
    this.#heartbeat.frameReceived();
    const frame = parseFrame(text);
    if (frame === 'fault') this.#options.onFrame(undefined);
    else if (frame?.type === 'authenticated') this.#scheduleRenewal();
    else if (frame) this.#options.onFrame(frame);
  }

  #scheduleRenewal(): void {
    clearTimeout(this.#renewal);
    const { expiresAt = 0, isRenewable } = this.#options.tokens;
    const left = expiresAt - Date.now();
    if (left <= 0 || !isRenewable) return;
    const delay = Math.max(left - RENEW_BEFORE_MS, left / 2, 1_000);
    const attempt = this.#attempt;
    // If no token arrives, the server closes the socket when the old one expires, and the client reconnects.
    const renew = async () => {
      const token = await this.#options.tokens.fetch().catch(() => undefined);
      if (token !== undefined && attempt === this.#attempt) this.send({ action: 'authenticate', token });
    };
    this.#renewal = setTimeout(() => void renew(), Math.min(delay, LONGEST_TIMER_MS));
  }

  /** Asks the HTTP API why the handshake failed, because browsers hide its status. */
  async #explainFailure(token: string): Promise<void> {
    this.#drop();
    const attempt = this.#attempt;
    const response = await this.#options.rest
      .fetchOnce('/api/chats/?limit=1', {}, token)
      .catch(() => undefined);
    const error = response?.status === 403 ? await errorOf(response) : unreachable();
    if (attempt !== this.#attempt) return;
    if (response?.status === 401) this.#handleRejectedToken();
    else if (error.code === 'BANNED') this.#end('refused', error);
    else this.#connectLater(unreachable());
  }

  #handleRejectedToken(): void {
    if (this.#options.tokens.isRenewable && !this.#tokenRejected) {
      this.#tokenRejected = true;
      void this.#connect();
    } else {
      const message = 'Not signed in: the server rejected the token. Sign in again.';
      this.#end('refused', new ChatClientError('UNAUTHENTICATED', message));
    }
  }

  /** Full jitter spreads the reconnects of clients that lost their sockets together. */
  #connectLater(error: ChatClientError): void {
    const longest = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures++, LONGEST_BACKOFF_MS);
    this.#backoff = setTimeout(() => void this.#connect(), Math.random() * longest);
    this.#setPhase('offline', error);
  }

  #end(phase: 'offline' | 'refused', error: ChatClientError): void {
    this.#drop();
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#tokenRejected = false;
    this.#failures = 0;
    this.#setPhase(phase, error);
  }

  #drop(): void {
    this.#attempt++;
    clearTimeout(this.#backoff);
    clearTimeout(this.#renewal);
    clearTimeout(this.#endOfLife);
    this.#backoff = undefined;
    this.#heartbeat.stop();
    this.#socket?.close();
    this.#socket = undefined;
  }
}

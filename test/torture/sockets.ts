import { WebSocket } from 'ws';
import type { SocketClass } from '../../client/index.ts';
import { connect, RefusedUpgrade, type WsClient } from '../support/ws-client.ts';
import type { FrameChecker } from './frame-checker.ts';
import type { SentFrame } from './operations.ts';
import type { RawSocketPlan } from './scenario.ts';

/** Nothing listens on port 9, the discard service. */
const UNREACHABLE_URL = 'ws://127.0.0.1:9';

/** The network between a client and Parley, with access to the client's current socket. */
export interface ClientNetwork {
  /** The WebSocket class for the client. */
  readonly WebSocket: SocketClass;
  /** Sends a text on the client's socket without the client. Does nothing if the socket is not open. */
  sendRaw(text: string): void;
  /** Destroys the client's socket. */
  cut(): void;
  /** Destroys the client's socket and makes handshakes fail, until `goOnline`. */
  goOffline(): void;
  goOnline(): void;
}

/**
 * Creates a network that passes all frames to the checker.
 * @param onSend called with each frame of the client, just before it is sent
 */
export function createNetwork(
  checker: FrameChecker,
  onSend: (frame: SentFrame, text: string) => void,
): ClientNetwork {
  let current: CheckedSocket | undefined;
  let isOffline = false;
  class CheckedSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(isOffline ? UNREACHABLE_URL : url, protocols);
      current = this;
      let isOpen = false;
      this.on('open', () => {
        isOpen = true;
        checker.onOpen();
      });
      this.on('error', ({ message }) => isOpen || checker.onHandshakeFailure(message));
      this.on('message', (data: Buffer) => checker.onReceive(data.toString()));
    }

    override send(text: string): void {
      const frame = JSON.parse(text) as SentFrame;
      checker.onSend(frame);
      onSend(frame, text);
      super.send(text);
    }

    sendRaw(text: string): void {
      if (this.readyState === WebSocket.OPEN) super.send(text);
    }
  }
  return {
    WebSocket: CheckedSocket as unknown as SocketClass,
    sendRaw: (text) => current?.sendRaw(text),
    cut: () => current?.terminate(),
    goOffline() {
      isOffline = true;
      current?.terminate();
    },
    goOnline() {
      isOffline = false;
    },
  };
}

export interface RawSocketOptions extends RawSocketPlan {
  /** The room to connect to. */
  readonly room: string;
  readonly urls: { readonly socket: string; readonly edge: string };
  readonly token: () => Promise<string>;
  readonly checker: FrameChecker;
}

/** A socket in one room without the client. It reconnects on the next send and repeats nothing. */
export class RawSocket {
  readonly #options: RawSocketOptions;
  #client: Promise<WsClient | undefined> | undefined;

  constructor(options: RawSocketOptions) {
    this.#options = options;
  }

  /** Sends a text. Connects first if needed. */
  async send(text: string): Promise<void> {
    this.#client ??= this.#open();
    const socket = (await this.#client)?.socket;
    if (socket?.readyState === socket?.OPEN) socket?.send(text);
  }

  async stop(): Promise<void> {
    (await this.#client)?.socket.terminate();
  }

  get #url(): string {
    const { viaEdge, reads, room, urls } = this.#options;
    return viaEdge
      ? `${urls.edge.replace('http', 'ws')}/ws/chat/${room}/?reads=${reads}`
      : `${urls.socket}?room=${room}&reads=${reads}`;
  }

  async #open(): Promise<WsClient | undefined> {
    const { checker, token } = this.#options;
    try {
      const client = await connect(this.#url, { headers: { Authorization: `Bearer ${await token()}` } });
      checker.onOpen();
      client.socket.on('message', (data: Buffer) => checker.onReceive(data.toString()));
      client.socket.on('error', () => {});
      client.socket.once('close', () => {
        this.#client = undefined;
      });
      // Frames may have arrived before the listener was added.
      for (const frame of client.frames()) checker.onReceive(JSON.stringify(frame));
      return client;
    } catch (error) {
      this.#client = undefined;
      checker.onHandshakeFailure(error instanceof RefusedUpgrade ? String(error.status) : '');
      return undefined;
    }
  }
}

import { WebSocket } from 'ws';
import type { SocketClass } from '../../client/index.ts';
import type { Ear } from './frame-checker.ts';
import type { AskedFrame } from './frames.ts';

/** What is between a client and its chat: all frames can be seen, and the socket can be cut. */
export interface Network {
  /** For the client, in place of the global one. */
  readonly WebSocket: SocketClass;
  /** Sends a text beside those of the client, or nothing where the socket is shut. */
  slip(text: string): void;
  /** The network goes. */
  cut(): void;
}

/** @param onAsked is told each frame that the client sends, just before it goes */
export function networkOf(ear: Ear, onAsked: (frame: AskedFrame, text: string) => void): Network {
  let last: Seen | undefined;
  class Seen extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      last = this;
      let opened = false;
      this.on('open', () => {
        opened = true;
        ear.opened();
      });
      this.on('error', ({ message }) => opened || ear.shut(message));
      this.on('message', (data: Buffer) => ear.heard(data.toString()));
    }

    override send(text: string): void {
      const frame = JSON.parse(text) as AskedFrame;
      ear.said(frame);
      onAsked(frame, text);
      super.send(text);
    }

    /** Sends what is not the client's. */
    slip(text: string): void {
      if (this.readyState === WebSocket.OPEN) super.send(text);
    }
  }
  return {
    WebSocket: Seen as unknown as SocketClass,
    slip: (text) => last?.slip(text),
    cut: () => last?.terminate(),
  };
}

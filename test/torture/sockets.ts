import { connect, RefusedUpgrade, type WsClient } from '../support/ws-client.ts';
import type { Ear } from './frame-checker.ts';
import type { DevicePlan } from './scenario.ts';

export interface TwinParts {
  readonly plan: DevicePlan;
  readonly urls: { readonly socket: string; readonly edge: string };
  readonly token: () => Promise<string>;
  readonly ear: Ear;
}

/**
 * The same person at another device, without the client: a raw socket in the room that is their home, for frames that
 * the client would never send. What it asks, it asks once.
 */
export class Twin {
  readonly #parts: TwinParts;
  #client: Promise<WsClient | undefined> | undefined;

  constructor(parts: TwinParts) {
    this.#parts = parts;
  }

  /** Sends a text, over a new socket where there is none. */
  async send(text: string): Promise<void> {
    this.#client ??= this.#open();
    const socket = (await this.#client)?.socket;
    if (socket?.readyState === socket?.OPEN) socket?.send(text);
  }

  async stop(): Promise<void> {
    (await this.#client)?.socket.terminate();
  }

  #url(): string {
    const { plan, urls } = this.#parts;
    const { id } = plan.person.home;
    return plan.edge
      ? `${urls.edge.replace('http', 'ws')}/ws/chat/${id}/?reads=${plan.reads}`
      : `${urls.socket}?room=${id}&reads=${plan.reads}`;
  }

  async #open(): Promise<WsClient | undefined> {
    const { ear, token } = this.#parts;
    try {
      const client = await connect(this.#url(), { headers: { Authorization: `Bearer ${await token()}` } });
      ear.opened();
      client.socket.on('message', (data: Buffer) => ear.heard(data.toString()));
      client.socket.on('error', () => {});
      client.socket.once('close', () => {
        this.#client = undefined;
      });
      // What came before this turn of the event loop is read here: nobody listened yet.
      for (const frame of client.frames()) ear.heard(JSON.stringify(frame));
      return client;
    } catch (error) {
      this.#client = undefined;
      ear.shut(error instanceof RefusedUpgrade ? String(error.status) : '');
      return undefined;
    }
  }
}

import { useSyncExternalStore } from 'preact/compat';
import type { ChatClient } from '../../client/index.ts';
import type { InHand } from './draft.ts';
import { isUploading } from './draft.ts';
import { Desk } from './room-draft.ts';

/** What somebody has in hand in all of their rooms, from signing in to signing out. */
export class Desks {
  readonly #client: ChatClient;
  readonly #desks = new Map<string, Desk>();
  readonly #stop: () => void;

  constructor(client: ChatClient) {
    this.#client = client;
    this.#stop = client.on('failed', ({ room_id, ...refusal }) => this.of(String(room_id)).failed(refusal));
  }

  of(room: string): Desk {
    const desk = this.#desks.get(room) ?? new Desk(this.#client, room);
    this.#desks.set(room, desk);
    return desk;
  }

  /** How many messages were written and are not stored: refused ones, and those whose file is on its way. */
  get unsent(): number {
    const each = [...this.#desks.values()].map(({ now }) => now.failed.length + Number(isUploading(now)));
    return each.reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    this.#stop();
    for (const desk of this.#desks.values()) desk.close();
  }
}

/** What is in hand on a desk; the component renders anew when it is another. */
export const useInHand = (desk: Desk): InHand => useSyncExternalStore(desk.subscribe, () => desk.now);

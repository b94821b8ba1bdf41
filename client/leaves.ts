import type { ClientFrame, Frame, Id } from './wire.ts';

/** Rooms that one socket asked to leave: a `left` that nobody asked for tells that somebody has taken one out. */
export class Leaves {
  /** Room id → how often it was asked, and not answered. */
  readonly #asked = new Map<string, number>();

  /** A frame was sent. */
  sent(frame: ClientFrame): void {
    if (frame.action === 'leave') this.#add(frame.room_id, 1);
  }

  /** Whether a frame answers a leave. */
  answered(frame: Frame): boolean {
    if (frame.type !== 'left' || !this.#asked.get(String(frame.room_id))) return false;
    this.#add(frame.room_id, -1);
    return true;
  }

  /** The socket is another. */
  clear(): void {
    this.#asked.clear();
  }

  #add(id: Id, count: number): void {
    const room = String(id);
    this.#asked.set(room, (this.#asked.get(room) ?? 0) + count);
  }
}

import { Leaves } from './leaves.ts';
import type { Receiver } from './link.ts';
import type { ClientFrame, Frame, FrameOf } from './wire.ts';

interface FrameDispatcherOptions {
  /** The open rooms, by their ids. */
  readonly rooms: ReadonlyMap<string, { readonly receiver: Receiver }>;
  /** The token was refused, or ran out. */
  readonly onToken: () => void;
  /** Whoever uses the client hears of it. */
  readonly tell: (frame: Frame) => void;
  /** A room's state is another. */
  readonly changed: () => void;
}

/** Error codes after which the client opens a new connection with a new token. */
const needsNewConnection: ReadonlySet<string> = new Set([
  'TOKEN_EXPIRED',
  'UNAUTHENTICATED',
  'WRONG_USER',
  'CONNECTION_REMOVED',
]);

/** Brings each frame to the room that it is about, and tells of the rooms that are not open here. */
export class FrameDispatcher {
  /** The last numbers of rooms that are not open here, so that a frame that comes twice is told once. */
  readonly #heard = new Map<string, number>();
  readonly #leaves = new Leaves();
  readonly #parts: FrameDispatcherOptions;

  constructor(parts: FrameDispatcherOptions) {
    this.#parts = parts;
  }

  /** A frame went out. */
  sent(frame: ClientFrame): void {
    this.#leaves.sent(frame);
  }

  /** The socket is another: what was asked for on the one before is not answered any more. */
  clear(): void {
    this.#leaves.clear();
  }

  /** @param frame undefined where the server failed at something without a word about what */
  route(frame: Frame | undefined): void {
    const { rooms, tell } = this.#parts;
    const receivers = [...rooms.values()].map(({ receiver }) => receiver);
    if (frame === undefined) for (const receiver of receivers) receiver.fault();
    else if (frame.type === 'error') this.#refused(frame, receivers);
    else if (frame.type === 'inbox') tell(frame);
    else if ('room_id' in frame && frame.room_id !== undefined) {
      const open = rooms.get(String(frame.room_id));
      const asked = this.#leaves.answered(frame);
      if (open && asked) this.#rejoin(open.receiver);
      else if (open) open.receiver.hear(frame);
      if (!open || frame.type === 'joined' || frame.type === 'left') this.#tellOnce(frame);
    }
  }

  /** It was left before it was opened again, and the two may be served in either order: so it joins once more. */
  #rejoin(receiver: Receiver): void {
    receiver.down();
    receiver.up();
    receiver.changed();
    this.#parts.changed();
  }

  /** A refusal without a room is of a frame that could not be read, or of the token. */
  #refused(error: FrameOf<'error'>, receivers: readonly Receiver[]): void {
    const { code, room_id, client_id } = error;
    if (needsNewConnection.has(code)) {
      this.#parts.onToken();
      return;
    }
    const open = room_id === undefined ? undefined : this.#parts.rooms.get(String(room_id));
    // What is refused of a room that was left meanwhile is nothing to the others.
    if (room_id !== undefined && !open) return;
    const asked = open ? [open.receiver] : receivers;
    if (client_id !== undefined || open) asked.some((receiver) => receiver.refuse(error));
    else for (const receiver of asked) receiver.refuse(error);
  }

  #tellOnce(frame: Frame): void {
    if ('message_id' in frame && 'seq' in frame) {
      const room = String(frame.room_id);
      if (frame.seq <= (this.#heard.get(room) ?? 0)) return;
      this.#heard.set(room, frame.seq);
    }
    this.#parts.tell(frame);
  }
}

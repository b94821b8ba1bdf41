import type { RoomContext, RoomCore } from './room-core.ts';
import { type Frame, type FrameOf, isLogged } from './wire.ts';

/** After these errors, the server accepts no more frames from the connection. A new one with a fresh token may work. */
const reconnectCodes = new Set<string>([
  'UNAUTHENTICATED',
  'TOKEN_EXPIRED',
  'WRONG_USER',
  'CONNECTION_REMOVED',
]);

/**
 * How many sequence numbers to remember for each room that is not open. A repeat arrives soon after the first frame.
 */
const REMEMBERED_SEQS = 100;

/** Passes each frame to the room that it belongs to, and emits the events of rooms that are not open. */
export class FrameDispatcher {
  /** The recent sequence numbers of rooms that are not open, so that a repeated frame is emitted once. */
  readonly #recentSeqs = new Map<string, Set<number>>();
  /** The rooms of unanswered `leave` frames. Any other `left` means that the user was removed. */
  #leaves: string[] = [];
  readonly #rooms: ReadonlyMap<string, RoomCore>;
  readonly #context: RoomContext;

  /** @param rooms the open rooms by id */
  constructor(rooms: ReadonlyMap<string, RoomCore>, context: RoomContext) {
    this.#rooms = rooms;
    this.#context = context;
  }

  /** Records that the client left a room. */
  leaveSent(room: string): void {
    this.#leaves.push(room);
  }

  /** Forgets the requests of the previous socket. */
  reset(): void {
    this.#leaves = [];
  }

  /** @param frame undefined if API Gateway reported that a function failed, without naming the frame */
  dispatch(frame: Frame | undefined): void {
    if (frame === undefined) for (const core of [...this.#rooms.values()]) core.retryLater();
    else if (frame.type === 'error') this.#refuse(frame);
    else if (frame.type === 'pong') this.#check(frame);
    else if (frame.type === 'inbox' || frame.type === 'block') this.#context.onEvent(frame);
    else if ('room_id' in frame && frame.room_id !== undefined) {
      const core = this.#rooms.get(String(frame.room_id));
      if (this.#answersLeave(frame)) {
        if (core) this.#rejoin(core);
        return;
      }
      core?.receive(frame);
      if (!core || /^(joined|left|room_deleted|preferences)$/.test(frame.type)) this.#emitOnce(frame);
    }
  }

  /**
   * Loads the changes that a `pong` shows as missed. Joins a room that has no `seq` there again, to learn why the user
   * may no longer read it.
   */
  #check({ rooms = [] }: FrameOf<'pong'>): void {
    for (const { room_id, seq } of rooms) {
      const core = this.#rooms.get(String(room_id));
      if (!core?.sync.isLive) continue;
      if (seq === undefined) this.#rejoin(core);
      else core.sync.announce(seq);
    }
  }

  #answersLeave(frame: Frame): boolean {
    const index = frame.type === 'left' ? this.#leaves.indexOf(String(frame.room_id)) : -1;
    if (index >= 0) this.#leaves.splice(index, 1);
    return index >= 0;
  }

  /** Joins a room again. After `leave` and `join`, the server may handle the two frames in either order. */
  #rejoin(core: RoomCore): void {
    core.disconnect();
    core.connect();
    core.updateState();
    this.#context.onState();
  }

  #refuse(error: FrameOf<'error'>): void {
    const { code, room_id, client_id } = error;
    if (reconnectCodes.has(code)) this.#context.connection.reconnect();
    else if (room_id !== undefined) this.#rooms.get(String(room_id))?.refuse(error);
    else {
      // Without a client id, the frame may belong to any room's request in flight.
      for (const core of [...this.#rooms.values()]) if (core.refuse(error) && client_id !== undefined) return;
    }
  }

  /** Emits a frame unless it is a repeat. Frames have no guaranteed order, so one may arrive after a newer one. */
  #emitOnce(frame: Frame): void {
    if (frame.type === 'hidden') return;
    if (isLogged(frame)) {
      const room = String(frame.room_id);
      const seqs = this.#recentSeqs.get(room) ?? new Set();
      if (seqs.has(frame.seq)) return;
      this.#recentSeqs.set(room, seqs.add(frame.seq));
      const [first] = seqs;
      if (seqs.size > REMEMBERED_SEQS && first !== undefined) seqs.delete(first);
    }
    this.#context.onEvent(frame);
  }
}

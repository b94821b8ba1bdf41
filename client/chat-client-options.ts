import type { Token } from './credential.ts';
import type { State } from './link.ts';
import type { ChatStorage, PendingChange } from './outbox.ts';
import type { RoomEvents } from './room-core.ts';
import type { SocketClass } from './socket.ts';
import type { Activity, Change, FrameOf, Id } from './wire.ts';

export interface ChatClientOptions {
  /** The edge's name, such as `https://chat.example.com` or `http://localhost:8000`. */
  readonly url: string;
  /** A token, or a function that gives a fresh one: it is asked on each reconnect, and before the old one runs out. */
  readonly token: Token;
  /** Where changes that are not answered yet outlive a reload. Without it they outlive reconnects only. */
  readonly storage?: ChatStorage;
  /** In place of the global ones. */
  readonly WebSocket?: SocketClass;
  readonly fetch?: typeof fetch;
}

type Elsewhere = Change | Activity | FrameOf<'joined'> | FrameOf<'left'>;

/** What happens in all of one's rooms, by the name that the wire has for it; each has its `room_id`. */
export type ClientEvents = { [Told in Elsewhere as Told['type']]: Told & { room_id: Id } } & {
  /** From now on all of one's rooms are heard of; comes after each reconnect. */
  inbox: FrameOf<'inbox'>;
  /** The client's state is another. */
  state: State;
  /** What waits for an answer is another. */
  pendingChanges: readonly PendingChange[];
  /** A change was refused, in whichever room; also where the page that asked for it is gone, or shows another room. */
  failed: RoomEvents['failed'] & { readonly room_id: Id };
};

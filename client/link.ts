import type { ChatClientError } from './errors.ts';
import type { Outbox, PendingChange } from './outbox.ts';
import type { Rest } from './rest.ts';
import type { ChangeRequest, ClientFrame, Frame, FrameOf } from './wire.ts';

/** What a page can show: of the client as a whole, and of each room. */
export type State = 'connecting' | 'catching-up' | 'live' | 'offline' | 'refused';

/** What a room hears from its client. */
export interface Receiver {
  /** The socket is open. */
  up(): void;
  /** The socket is gone. */
  down(): void;
  hear(frame: Frame): void;
  /** Whether a refusal was of something that this room asked for. */
  refuse(error: FrameOf<'error'>): boolean;
  /** The server failed at something that was in flight. */
  fault(): void;
  /** Asks for an answer, and for the room's last number. Whether it went out; not from a room that is refused. */
  ping(): boolean;
  /** What was asked for here and is not answered yet, in its order. */
  pendingChanges(): readonly PendingChange[];
  /** Takes over what an earlier page left pendingChanges. */
  restore(left: readonly PendingChange[]): void;
  /** The client's state is another. */
  changed(): void;
  end(error: ChatClientError): void;
  /** Wanted again before it had left. */
  stay(): void;
}

/** What a room has of its client. */
export interface Link {
  readonly user: string | undefined;
  /** The state without that of the rooms: `live` while the socket is open. */
  readonly state: State;
  /** Why the client is offline or refused. */
  readonly error: ChatClientError | undefined;
  readonly outbox: Outbox;
  readonly rest: Rest;
  /** Whether the socket took a frame. */
  send(frame: ClientFrame): boolean;
  /** Something was not answered in time. */
  doubt(): void;
  /** A room's state is another. */
  changed(): void;
  /** What a room has heard, in its order. */
  tell(frame: Frame): void;
  /** What waits in a room is another. */
  waits(): void;
  /** A change was refused. */
  failed(frame: ChangeRequest, error: ChatClientError): void;
  forget(): void;
}

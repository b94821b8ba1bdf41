import type { ChatClientError } from './errors.ts';
import type { PendingChange } from './outbox.ts';
import type { Activity, Change, ChangeRequest, FrameOf, Id, RoomChange } from './wire.ts';

/** The state of the client, and of each room. A page can show this word to its user. */
export type State = 'connecting' | 'catching-up' | 'live' | 'offline' | 'refused';

/** The events of a room. Events that come from the server have the names and fields of their frames. */
export type RoomEvents = { [Event in Change | RoomChange | Activity as Event['type']]: Event } & {
  /** The room's state changed. */
  state: State;
  /** The server refused a change. The promise of the change rejects too, unless the change was made before a reload. */
  failed: {
    /** The change. */
    readonly frame: ChangeRequest;
    /** Why the server refused it. */
    readonly error: ChatClientError;
  };
};

/** The events of a client: those of all the user's rooms, each with its `room_id`, and the client's own. */
export type ClientEvents = {
  [Event in
    | Change
    | RoomChange
    | Activity
    | FrameOf<'joined' | 'left' | 'room_deleted' | 'preferences'> as Event['type']]: Event & {
    /** The id of the room. */
    room_id: Id;
  };
} & {
  /** Emitted after each connect: from now on, the client receives events from all the user's rooms. */
  inbox: FrameOf<'inbox'>;
  /**
   * The user blocked another user, or ended the block, on any device. The client loads the open rooms and the list of
   * rooms again.
   */
  block: FrameOf<'block'>;
  /** The client's state changed. */
  state: State;
  /** The list of pending changes changed. */
  pendingChanges: readonly PendingChange[];
  /** The server refused a change in any room, open or not. */
  failed: RoomEvents['failed'] & {
    /** The id of the room. */
    readonly room_id: Id;
  };
};

type Listener<T> = (value: T) => void;

/** Typed events, and subscriptions to any change. */
export class Observable<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #subscribers = new Set<() => void>();

  /**
   * Calls `listener` on each event with this name. Returns a function that removes the listener. An error that a
   * listener throws is reported as uncaught and does not affect other listeners.
   */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /**
   * Calls `listener` after each change: of a client's state, or of anything in a room. Returns a function that ends it.
   */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#subscribers.add(listener);
    this.onSubscribe();
    return () => void this.#subscribers.delete(listener);
  };

  /**
   * Called for each new subscriber.
   * @internal
   */
  protected onSubscribe(): void {}

  /** Calls the listeners of an event. @internal */
  protected emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(value as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Calls all subscribers. @internal */
  protected notify(): void {
    for (const listener of [...this.#subscribers]) listener();
  }
}

/** Resolves when the state is `live`. Rejects with `reason()` if it is `refused`, or the client or room is closed. */
export function whenLive(
  target: { readonly state: State; subscribe(listener: () => void): () => void },
  reason: () => ChatClientError | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const { state } = target;
      const error = reason();
      const isFinal = state === 'refused' || (state === 'offline' && error?.code === 'CLOSED');
      if (state !== 'live' && !isFinal) return;
      unsubscribe();
      if (state === 'live') resolve();
      else reject(error);
    };
    const unsubscribe = target.subscribe(check);
    check();
  });
}

import type { ChatClient, ChatClientError, Id, Room } from '../index.ts';
import { createStore, oncePer, type Store } from './store.ts';
import { learn, usersOf } from './users.ts';

/** A room stays open at least this long, in milliseconds: React may render a component long before it mounts it. */
const MIN_OPEN_MS = 5_000;
/** Several changes within this time cause one reload, in milliseconds. */
const RELOAD_DELAY_MS = 300;

/** How many components or tasks keep each room open. */
const holds = new WeakMap<Room, number>();

/**
 * Keeps a room open while no component shows it, for example during an upload.
 * @returns a function that ends the hold. The room is left after its last hold ends.
 * @example room.upload(file).then((uploaded) => room.send('', uploaded)).finally(keepRoomOpen(room));
 */
export function keepRoomOpen(room: Room): () => void {
  const add = (change: number) => holds.set(room, (holds.get(room) ?? 0) + change);
  add(1);
  return () => {
    add(-1);
    // A component that unmounts may mount again at once, as in strict mode.
    setTimeout(() => holds.get(room) || room.leave());
  };
}

/** A room that components show. */
export interface RoomView {
  readonly room: Room;
  /** Why the details could not be loaded. */
  readonly failure?: ChatClientError;
  /** Loads the details again. */
  readonly reload: () => Promise<void>;
}

/** Loads the details of each room when it becomes live, and when its members change. */
const roomsOf = oncePer((client: ChatClient) =>
  oncePer((room: Room): Store<RoomView> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = (): Promise<void> =>
      room.details().then(
        ({ members }) => {
          learn(client, members);
          store.set(view);
        },
        (failure) => store.set({ ...view, failure }),
      );
    const view: RoomView = { room, reload };
    const store = createStore(view);
    const onState = () => void (room.state === 'live' && reload());
    room.subscribe(() => store.set(store.value));
    room.on('state', onState);
    const reloadSoon = () => {
      // A room that catches up loads its details when it is live.
      if (room.state !== 'live') return;
      clearTimeout(timer);
      timer = setTimeout(onState, RELOAD_DELAY_MS);
    };
    room.on('member_added', reloadSoon);
    room.on('presence', ({ user_id, status }) => {
      // A user who goes offline here may be online in another room, and a new user's name is unknown.
      if (status === 'offline' || !usersOf(client).value.has(String(user_id))) reloadSoon();
    });
    onState();
    setTimeout(keepRoomOpen(room), MIN_OPEN_MS);
    return store;
  }),
);

/** Opens a room for components. */
export const openRoom = (client: ChatClient, id: Id): Store<RoomView> => roomsOf(client)(client.room(id));

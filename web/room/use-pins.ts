import { type ChatClient, type Message, pins, type Room } from '../../client/index.ts';
import { useChatClient } from '../../client/react/index.ts';
import { createStore, oncePer, type Store } from '../../client/react/store.ts';
import { useEffect, useSyncExternalStore } from '../react.ts';

interface Pins {
  /** The pinned messages, the last pinned first; undefined until they are loaded. */
  readonly messages?: readonly Message[];
  readonly error?: Error;
}

const pinsOf = oncePer((_client: ChatClient) => oncePer((_room: Room): Store<Pins> => createStore({})));

/** Returns the pinned messages of a room, and keeps them up to date while the component is mounted. */
export function usePins(room: Room): Pins {
  const client = useChatClient();
  const store = pinsOf(client)(room);
  useEffect(() => {
    const load = () =>
      void pins(client, room.id).then(
        (messages) => store.set({ messages }),
        (error) => store.set({ ...store.value, error }),
      );
    load();
    const events = ['message_pinned', 'message_unpinned', 'message_edited', 'message_deleted'] as const;
    const stops = events.map((event) => room.on(event, load));
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, room, store]);
  return useSyncExternalStore(store.subscribe, () => store.value);
}

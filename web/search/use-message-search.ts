import {
  type ChatClient,
  type FoundMessages,
  type Message,
  type Room,
  searchMessages,
} from '../../client/index.ts';
import { createStore, oncePer, type Store } from '../../client/react/store.ts';
import { useSyncExternalStore } from '../react.ts';
import { useRoomContext } from '../room/room-context.ts';
import { searchedWords } from './highlight.ts';

/** How many pages are searched at most until one has a result. */
const MAX_PAGES = 5;

/** A search of a room and its results so far. */
export interface MessageSearch {
  readonly query: string;
  /** The messages that were found, the newest first. */
  readonly messages: readonly Message[];
  /** How far back the search has looked. */
  readonly searchedTo: FoundMessages['searched_to'];
  /** Where to search further back: null at the beginning of the room, undefined before the first answer. */
  readonly next: string | null | undefined;
  readonly isBusy: boolean;
  readonly error?: unknown;
}

const noSearch: MessageSearch = {
  ...{ query: '', messages: [], searchedTo: null, next: undefined, isBusy: false },
};

/** The last search of each room, so that its results are still there after the user went to one of them. */
const searchOf = oncePer((_client: ChatClient) =>
  oncePer((_room: Room): Store<MessageSearch> => createStore(noSearch)),
);

/** Searches further back, until a page has a result. A later search ends this one. */
async function searchFurther(client: ChatClient, room: Room, store: Store<MessageSearch>): Promise<void> {
  const { error: _, ...before } = store.value;
  let search: MessageSearch = { ...before, isBusy: true };
  store.set(search);
  for (let page = 1; search.isBusy; page++) {
    const current = search;
    try {
      const cursor = current.next ?? undefined;
      const found = await searchMessages(client, room.id, current.query, { cursor });
      search = {
        query: current.query,
        messages: [...current.messages, ...found.messages],
        searchedTo: found.searched_to ?? current.searchedTo,
        next: found.next_cursor,
        isBusy: found.messages.length === 0 && found.next_cursor !== null && page < MAX_PAGES,
      };
    } catch (error) {
      search = { ...current, isBusy: false, error };
    }
    if (store.value !== current) return;
    store.set(search);
  }
}

/** Returns the search of the open room, and functions that search for a text and further back. */
export function useMessageSearch() {
  const { client, room } = useRoomContext();
  const store = searchOf(client)(room);
  const search = useSyncExternalStore(store.subscribe, () => store.value);
  const further = () => void searchFurther(client, room, store);
  const start = (text: string) => {
    const query = text.trim();
    const { value } = store;
    if (query === value.query && value.error === undefined) return;
    store.set({ ...noSearch, query });
    if (searchedWords(query).length > 0) further();
  };
  return { search, start, further };
}

import { blocks, blockUser, type ChatClient, unblockUser } from '../../client/index.ts';
import { useChatClient } from '../../client/react/index.ts';
import { createStore, oncePer } from '../../client/react/store.ts';
import { useEffect, useSyncExternalStore } from '../react.ts';

const none: ReadonlySet<string> = new Set();

/** The users whom the signed-in user has blocked. Loaded when a component needs them, and after each change. */
const blockedBy = oncePer((client: ChatClient) => {
  const store = createStore(none);
  let loading: Promise<void> | undefined;
  // One load at a time, so that the latest list is the last one.
  const load = () => {
    loading = Promise.resolve(loading)
      .then(() => blocks(client))
      .then(
        (users) => store.set(new Set(users.map(({ user_id }) => String(user_id)))),
        () => {
          loading = undefined;
        },
      );
    return loading;
  };
  // Another device may have changed the list, even while this one was offline.
  for (const event of ['block', 'inbox'] as const) client.on(event, () => loading && load());
  return { store, load, loadOnce: () => loading ?? load() };
});

/**
 * Returns the users whom the signed-in user has blocked, and functions that block and unblock.
 * @param isNeeded whether to load the list
 */
export function useBlockedUsers(isNeeded = true) {
  const client = useChatClient();
  const { store, load, loadOnce } = blockedBy(client);
  const blocked = useSyncExternalStore(store.subscribe, () => store.value);
  useEffect(() => {
    if (isNeeded) void loadOnce();
  }, [isNeeded, client]);
  const thenLoad = (request: typeof blockUser) => async (user: string) => {
    await request(client, user);
    await load();
  };
  return { blocked, block: thenLoad(blockUser), unblock: thenLoad(unblockUser) };
}

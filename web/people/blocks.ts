import { blocks, blockUser, type ChatClient, unblockUser } from '../../client/index.ts';
import { useChatClient } from '../../client/react/index.ts';
import { createStore, oncePer } from '../../client/react/store.ts';
import { useEffect, useSyncExternalStore } from '../react.ts';

const none: ReadonlySet<string> = new Set();

/** The users whom the signed-in user has blocked. Loaded when a component needs them. */
const blockedBy = oncePer((client: ChatClient) => {
  const store = createStore(none);
  let hasBegun = false;
  const load = () => {
    if (hasBegun) return;
    hasBegun = true;
    blocks(client).then(
      (users) => store.set(new Set(users.map(({ user_id }) => String(user_id)))),
      () => {
        hasBegun = false;
      },
    );
  };
  return { store, load };
});

/**
 * Returns the users whom the signed-in user has blocked, and functions that block and unblock.
 * @param isNeeded whether to load the list
 */
export function useBlockedUsers(isNeeded = true) {
  const client = useChatClient();
  const { store, load } = blockedBy(client);
  const blocked = useSyncExternalStore(store.subscribe, () => store.value);
  useEffect(() => {
    if (isNeeded) load();
  }, [isNeeded, client]);
  return {
    blocked,
    block: async (user: string) => {
      await blockUser(client, user);
      store.set(new Set(store.value).add(user));
    },
    unblock: async (user: string) => {
      await unblockUser(client, user);
      store.set(new Set([...store.value].filter((each) => each !== user)));
    },
  };
}

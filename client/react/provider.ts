import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useSyncExternalStore,
} from 'react';
import type { ChatClient, ChatClientError, State } from '../index.ts';
import { type User, usersOf } from './users.ts';

// Results before anything is loaded, and while a server renders the component.
export const nobody: readonly never[] = [];
export const nothing = new Map<never, never>();

const ChatContext = createContext<ChatClient | undefined>(undefined);

/** Provides a client to the hooks, and connects it. */
export function ChatProvider({
  client,
  children,
}: {
  /** The client of the signed-in user. */
  readonly client: ChatClient;
  /** The components that use the hooks. */
  readonly children?: ReactNode;
}): ReactElement {
  useEffect(() => client.connect(), [client]);
  return createElement(ChatContext.Provider, { value: client }, children);
}

/** Returns the client of the `ChatProvider`. @throws Error outside of a `ChatProvider` */
export function useChatClient(): ChatClient {
  const client = useContext(ChatContext);
  if (!client) throw new Error('No chat client: render this in a ChatProvider.');
  return client;
}

/** Returns the value that `read` returns, and renders again when it changes. */
export const useSubscribed = <T>(
  subscribe: (listener: () => void) => () => void,
  read: () => T,
  initial?: T,
): T => useSyncExternalStore(subscribe, read, () => initial as T);

/** Returns the client's state, and why it is `offline` or `refused`. */
export function useConnection(): {
  /** The client's state. */
  readonly state: State;
  /** Why the state is `offline` or `refused`. */
  readonly error: ChatClientError | undefined;
} {
  const client = useChatClient();
  return {
    state: useSubscribed<State>(client.subscribe, () => client.state, 'connecting'),
    error: useSubscribed(client.subscribe, () => client.error),
  };
}

/** Returns the users whose names the client knows, by id. */
export function useUsers(): ReadonlyMap<string, User> {
  const users = usersOf(useChatClient());
  return useSubscribed<ReadonlyMap<string, User>>(users.subscribe, () => users.value, nothing);
}

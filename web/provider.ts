import type { ComponentChildren, FunctionComponent } from 'preact';
import type { ChatClient } from '../client/index.ts';
import { ChatProvider as ReactChatProvider } from '../client/react/index.ts';

/** The provider of the hooks, with Preact's types. */
export const ChatProvider = ReactChatProvider as unknown as FunctionComponent<{
  readonly client: ChatClient;
  readonly children: ComponentChildren;
}>;

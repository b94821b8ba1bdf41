/**
 * The custom elements `<parley-chat>` and `<parley-room>`. `docs/web-components.md` is their guide. These are the types,
 * in a file of their own, so that they need no Preact.
 * @module @your-org/parley/elements
 */
import type { ChatClient, ChatClientError, State, Token } from '../client/index.ts';

/** An element that shows a chat. It connects while it is in a document and has a `url` and a `token`. */
export interface ParleyElement extends HTMLElement {
  /** The chat's address. */
  url: string;
  /** A token, or a function that returns a fresh one. */
  token: Token | undefined;
  /** The user's id, if the token is not a JWT that contains it. Empty otherwise. */
  user: string;
  /** The id of the room that `<parley-room>` shows. */
  room: string;
  /** The client of the element, while it is connected. */
  readonly client: ChatClient | undefined;
}

/** The event `parley-state`: the state of an element's connection changed. */
export type ParleyStateEvent = CustomEvent<{
  /** The new state. */
  readonly state: State;
  /** Why the state is `offline` or `refused`. */
  readonly error: ChatClientError | undefined;
}>;

declare global {
  interface HTMLElementTagNameMap {
    'parley-chat': ParleyElement;
    'parley-room': ParleyElement;
  }
  interface HTMLElementEventMap {
    'parley-state': ParleyStateEvent;
  }
}

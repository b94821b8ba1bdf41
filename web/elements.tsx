import { type ComponentChildren, render } from 'preact';
import { ChatClient, type Token, webStorage } from '../client/index.ts';
import { useChatClient, useConnection } from '../client/react/index.ts';
import type { ParleyElement, ParleyStateEvent } from './element-types.ts';
import { ChatProvider } from './provider.ts';
import { RoomDrafts } from './room/room-drafts.ts';
import { RoomPane } from './room/room-pane.tsx';
import { useLocalNavigation } from './rooms/navigation.ts';
import { forgetUser } from './session/forget-user.ts';
import { browserStorage } from './session/storage.ts';
import { Shell } from './shell.tsx';
import { matchLanguage, setLanguage } from './texts/language.ts';
import { LocalizedElement } from './texts/localized.tsx';
import { ConnectionBanner } from './ui/banners.tsx';

/** The page's styles, as text. The build fills it in. */
declare const STYLES: string;

let sheet: CSSStyleSheet | undefined;

/** Returns the styles, which all elements share. */
function sharedStyles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
  }
  return sheet;
}

// Server rendering may import this module. Node.js has no `HTMLElement`, so the module defines no elements there.
const ElementBase = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

interface ContentProps {
  readonly drafts: RoomDrafts;
}

function ChatContent({ drafts }: ContentProps) {
  // This stays mounted when the language changes, so that the room stays open.
  const navigation = useLocalNavigation();
  return (
    <LocalizedElement>
      <Shell drafts={drafts} navigation={navigation} />
    </LocalizedElement>
  );
}

function RoomContent({ drafts, room }: ContentProps & { readonly room: string }) {
  const me = useChatClient().user;
  // The user is known once the client has connected.
  useConnection();
  const reload = () => {};
  return (
    <div class="single">
      <ConnectionBanner />
      {me && room ? (
        <RoomPane key={room} draft={drafts.of(room)} id={room} me={me} onLeft={reload} onAccepted={reload} />
      ) : null}
    </div>
  );
}

interface OpenChat {
  readonly url: string;
  readonly user: string;
  readonly client: ChatClient;
  readonly drafts: RoomDrafts;
}

/** The behaviour of both elements. They differ in their content. */
abstract class ChatElement extends ElementBase implements ParleyElement {
  static readonly observedAttributes: readonly string[] = ['url', 'token', 'user', 'room', 'lang'];
  #token: Token | undefined;
  #chat: OpenChat | undefined;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sharedStyles()];
    // Properties that a page has set before this script was loaded hide the accessors.
    for (const name of ['url', 'token', 'user', 'room'] as const) {
      const value = Object.getOwnPropertyDescriptor(this, name)?.value;
      if (value === undefined) continue;
      Reflect.deleteProperty(this, name);
      // An element must not have attributes before its constructor ends.
      queueMicrotask(() => Reflect.set(this, name, value));
    }
  }

  get client(): ChatClient | undefined {
    return this.#chat?.client;
  }

  get url(): string {
    return this.getAttribute('url') ?? '';
  }

  set url(url: string) {
    this.setAttribute('url', url);
  }

  get token(): Token | undefined {
    return this.#token ?? this.getAttribute('token') ?? undefined;
  }

  set token(token: Token | undefined) {
    this.#token = token;
    this.#update();
  }

  get user(): string {
    return this.getAttribute('user') ?? '';
  }

  set user(user: string) {
    this.setAttribute('user', user);
  }

  get room(): string {
    return this.getAttribute('room') ?? '';
  }

  set room(room: string) {
    this.setAttribute('room', room);
  }

  connectedCallback(): void {
    this.#showLanguage();
    this.#update();
  }

  disconnectedCallback(): void {
    // An element that a page moves is disconnected and connected again at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  attributeChangedCallback(name: string): void {
    if (name === 'lang') this.#showLanguage();
    this.#update();
  }

  protected abstract content(drafts: RoomDrafts): ComponentChildren;

  #update(): void {
    const { url, user } = this;
    if (this.#chat && (this.#chat.url !== url || this.#chat.user !== user)) this.#close();
    if (!this.isConnected || !url || this.token === undefined) return;
    this.#chat ??= this.#open(url, user);
    const { client, drafts } = this.#chat;
    // A new token may be accepted.
    if (client.state === 'refused') client.connect();
    if (!this.shadowRoot) return;
    render(<ChatProvider client={client}>{this.content(drafts)}</ChatProvider>, this.shadowRoot);
  }

  /** Shows the language of the attribute `lang`, of an element around this one, or that the browser prefers. */
  #showLanguage(): void {
    const { lang } = this.closest<HTMLElement>('[lang]') ?? this;
    setLanguage(lang ? matchLanguage([lang]) : matchLanguage()).catch(() => {});
  }

  #open(url: string, user: string): OpenChat {
    const storage = browserStorage('localStorage');
    const client = new ChatClient({
      url,
      ...(user && { user }),
      ...(storage && { storage: webStorage(storage) }),
      // Reads the property each time, because a page may replace the function.
      token: () => (typeof this.token === 'function' ? this.token() : (this.token ?? '')),
    });
    client.on('state', (state) => {
      const event: ParleyStateEvent = new CustomEvent('parley-state', {
        detail: { state, error: client.error },
      });
      this.dispatchEvent(event);
    });
    const drafts = new RoomDrafts(client, url);
    // A page signs its user out with `client.close({ forget: true })`.
    const close = client.close.bind(client);
    client.close = (options) => {
      drafts.close(options);
      if (options?.forget) forgetUser(client.user);
      close(options);
    };
    return { url, user, client, drafts };
  }

  #close(): void {
    if (this.shadowRoot) render(null, this.shadowRoot);
    this.#chat?.client.close();
    this.#chat = undefined;
  }
}

/** A whole chat: the room list and the open room. */
class ParleyChat extends ChatElement {
  protected content(drafts: RoomDrafts) {
    return <ChatContent drafts={drafts} />;
  }
}

/** One room. Its attribute `room` has the room's id. */
class ParleyRoom extends ChatElement {
  protected content(drafts: RoomDrafts) {
    return (
      <LocalizedElement>
        <RoomContent drafts={drafts} room={this.room} />
      </LocalizedElement>
    );
  }
}

if (globalThis.customElements && !customElements.get('parley-chat')) {
  customElements.define('parley-chat', ParleyChat);
  customElements.define('parley-room', ParleyRoom);
}

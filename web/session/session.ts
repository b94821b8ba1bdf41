import { ChatClientError } from '../../client/errors.ts';
import { claimsOf } from '../../client/rest.ts';
import { codeError } from '../texts/texts.ts';
import { type PageStorage, pageStorage } from './storage.ts';

/** The tokens of a sign-in or of a renewal. */
export interface Tokens {
  /** Empty if the browser sends the session cookie of the team's site instead. */
  readonly token: string;
  /** The user's id. Undefined if the token is a JWT with the id in its claim `sub`. */
  readonly user?: string | undefined;
  /** Gets further tokens. Absent after a sign-in with a token, and if a renewal leaves the previous one valid. */
  readonly refreshToken?: string | undefined;
  /** The name that the page shows; undefined after signing in with a token. */
  readonly name?: string | undefined;
}

/** A signed-in user. Several tabs can share one session. */
export interface Session extends Tokens {
  /** The same in all tabs that share the session. */
  readonly id: string;
  /** Whether the team's own issuer, not the chat, renews the token. */
  readonly byIssuer: boolean;
  /** When the token was received, in milliseconds since the epoch by this device's clock. */
  readonly receivedAt: number;
}

export interface SessionsOptions {
  /** Gets fresh tokens. @throws ChatClientError SESSION_ENDED if the user must sign in again, UNREACHABLE */
  readonly refresh: (session: Session & { readonly refreshToken: string }) => Promise<Tokens>;
  /** Ends the session of a refresh token. */
  readonly revoke: (session: Session) => Promise<void>;
  readonly tab?: PageStorage;
  readonly browser?: PageStorage;
  readonly now?: () => number;
}

/** The key of the tab's session in its own storage, and of the session for new tabs in the browser's storage. */
const KEY = 'parley:session';
/** The tab's value after its user signed out or switched accounts. A reload then does not open another session. */
const NONE = 'none';
/** A token is renewed this long before it expires, or in the last part of its life if that is shorter. */
const RENEW_BEFORE_MS = 5 * 60_000;
const LAST_PART = 0.6;

/** Temporary failures of a renewal. All others end the session. */
const temporary = new Set<string>(['UNREACHABLE', 'RATE_LIMITED', 'INTERNAL', 'KEYS_UNAVAILABLE']);

type TabMessage =
  | { readonly type: 'renewed'; readonly session: Session }
  | { readonly type: 'ended'; readonly id: string };

const newId = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join('-');

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a stored session, even one that an earlier release stored. Returns undefined for any other value. */
function readSession(value: unknown): Session | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const stored = value as Partial<Record<keyof Session, unknown>>;
  const token = textOf(stored.token);
  // A header cannot contain other characters.
  if (!token || !/^[!-~]+$/.test(token)) return undefined;
  return {
    id: textOf(stored.id) ?? newId(),
    token,
    refreshToken: textOf(stored.refreshToken),
    user: textOf(stored.user),
    name: textOf(stored.name),
    byIssuer: stored.byIssuer === true,
    receivedAt: Number(stored.receivedAt) || 0,
  };
}

/** Stores a session. In a full storage, removes the previous one, so that a reload does not open it. */
function store(storage: PageStorage, session: Session | typeof NONE): void {
  if (!storage.set(KEY, session)) storage.remove(KEY);
}

/**
 * Runs an action while no other tab runs one of the same name. Pages without HTTPS have no locks, and a browser that
 * blocks storage refuses them.
 */
async function exclusively<T>(name: string, action: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  let result: Promise<T> | undefined;
  const run = () => {
    result ??= action();
    return result;
  };
  try {
    await locks?.request(name, run);
  } catch {
    // The action has reported its own failure.
  }
  return run();
}

/**
 * The session of this tab. The tab's storage holds it, so it survives a reload. The browser's storage holds the session
 * of the last sign-in, which new tabs use. Signing in in one tab therefore does not change the user of other tabs.
 */
export class Sessions {
  current: Session | undefined;
  /** Called when another tab has ended the session of this one. */
  onEnded: () => void = () => {};
  /** The token that the chat has rejected. */
  #rejected: string | undefined;
  /** The renewals in progress, by the session's id. */
  readonly #renewals = new Map<string, Promise<Session>>();
  /** The ids of the sessions that ended while this tab was open. */
  readonly #ended = new Set<string>();
  readonly #options: SessionsOptions;
  readonly #tab: PageStorage;
  readonly #browser: PageStorage;
  readonly #now: () => number;
  readonly #tabs: BroadcastChannel | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#tab = options.tab ?? pageStorage('sessionStorage');
    this.#browser = options.browser ?? pageStorage('localStorage');
    this.#now = options.now ?? Date.now;
    this.current = this.#load();
    this.#tabs = this.#connectTabs();
  }

  /** The session of the browser's last sign-in, which new tabs use. */
  get shared(): Session | undefined {
    return readSession(this.#browser.get(KEY));
  }

  /** Whether a user has left the session in this tab. The issuer must then ask for credentials at the next sign-in. */
  get wasLeft(): boolean {
    return this.#tab.get(KEY) === NONE;
  }

  /** Starts the session of a user who has just signed in. */
  start(tokens: Tokens, byIssuer = false): Session {
    const session: Session = { ...tokens, id: newId(), byIssuer, receivedAt: this.#now() };
    this.#keep(session);
    store(this.#browser, session);
    return session;
  }

  /** Continues the session of the last sign-in in this tab. */
  join(): Session | undefined {
    const { shared } = this;
    if (shared) this.#keep(shared);
    return shared;
  }

  /** Leaves the session in this tab. Other tabs keep it. */
  leave(): void {
    this.current = undefined;
    store(this.#tab, NONE);
  }

  /** Ends the session in all tabs, and revokes its refresh token. */
  async end(): Promise<void> {
    const session = this.current;
    this.leave();
    if (!session) return;
    this.#ended.add(session.id);
    if (this.shared?.id === session.id) this.#browser.remove(KEY);
    this.#tell({ type: 'ended', id: session.id });
    await this.#options.revoke(session).catch(() => undefined);
  }

  /** Stops listening to other tabs. */
  close(): void {
    this.#tabs?.close();
  }

  /** Records that the chat has rejected a token, so that `token()` renews it. */
  reject(token: string): void {
    if (token === this.current?.token) this.#rejected = token;
  }

  /**
   * Returns a token for the chat, and renews it if it expires soon or was rejected.
   * @throws ChatClientError UNAUTHENTICATED if the user must sign in again, UNREACHABLE
   */
  async token(): Promise<string> {
    const session = this.current;
    if (!session) {
      throw codeError('UNAUTHENTICATED');
    }
    if (!session.refreshToken || this.#isUsable(session, RENEW_BEFORE_MS)) return session.token;
    try {
      return (await this.#renewOnce(session)).token;
    } catch (error) {
      if (error instanceof ChatClientError && !temporary.has(error.code)) {
        throw codeError('UNAUTHENTICATED');
      }
      // The token may still be valid for some minutes.
      if (this.#isUsable(session, 0)) return session.token;
      throw error;
    }
  }

  /** Whether a token can be used for `beforeMs` more, and was not rejected. The device's clock may be wrong. */
  #isUsable({ token, receivedAt }: Session, beforeMs: number): boolean {
    if (token === this.#rejected) return false;
    const { exp, iat = receivedAt / 1000 } = claimsOf(token);
    if (exp === undefined) return true;
    const life = (exp - iat) * 1000;
    const age = this.#now() - receivedAt;
    return age >= 0 && age < life - Math.min(beforeMs, life * LAST_PART);
  }

  #renewOnce(session: Session): Promise<Session> {
    const { id } = session;
    const renewal = this.#renewals.get(id) ?? this.#renew(session).finally(() => this.#renewals.delete(id));
    this.#renewals.set(id, renewal);
    return renewal;
  }

  #renew(session: Session): Promise<Session> {
    return exclusively(`${KEY}:${session.id}`, async () => {
      // Another tab may have renewed it meanwhile.
      const newest = [this.current, this.shared].reduce<Session>(
        (newer, each) => (each?.id === session.id && each.receivedAt > newer.receivedAt ? each : newer),
        session,
      );
      const { refreshToken } = newest;
      if (refreshToken === undefined || this.#isUsable(newest, RENEW_BEFORE_MS)) {
        if (this.current?.id === newest.id) this.#keep(newest);
        return newest;
      }
      const tokens = await this.#options.refresh({ ...newest, refreshToken });
      const renewed = {
        ...newest,
        token: tokens.token,
        refreshToken: tokens.refreshToken ?? refreshToken,
        name: tokens.name ?? newest.name,
        receivedAt: this.#now(),
      };
      if (this.#ended.has(session.id)) {
        // The user has signed out meanwhile. That revoked the previous refresh token, and not this one.
        await this.#options.revoke(renewed).catch(() => undefined);
        return renewed;
      }
      // Other tabs need the renewed session even if the user has left it in this tab.
      if (this.shared?.id === renewed.id) store(this.#browser, renewed);
      if (this.current?.id === renewed.id) this.#keep(renewed);
      this.#tell({ type: 'renewed', session: renewed });
      return renewed;
    });
  }

  #load(): Session | undefined {
    const stored = this.#tab.get(KEY);
    if (stored === NONE) return undefined;
    const own = readSession(stored);
    const { shared } = this;
    const isNewer = !own || (shared?.id === own.id && shared.receivedAt > own.receivedAt);
    const session = isNewer ? shared : own;
    if (session) this.#keep(session);
    return session;
  }

  #keep(session: Session): void {
    this.current = session;
    store(this.#tab, session);
  }

  #tell(message: TabMessage): void {
    this.#tabs?.postMessage(message);
  }

  /** Listens to other tabs. The storage that tabs share holds only the session of the last sign-in. */
  #connectTabs(): BroadcastChannel | undefined {
    try {
      const tabs = new BroadcastChannel(KEY);
      tabs.onmessage = ({ data }: MessageEvent<TabMessage>) => {
        const { current } = this;
        if (data.type === 'ended') {
          // Each tab has its own view of the storage, which may change after the message arrives.
          if (data.id === this.shared?.id) this.#browser.remove(KEY);
          this.#ended.add(data.id);
          if (data.id !== current?.id) return;
          this.leave();
          this.onEnded();
        } else if (data.session.id === current?.id && data.session.receivedAt > current.receivedAt) {
          this.#keep(data.session);
        }
      };
      return tabs;
    } catch {
      return undefined;
    }
  }
}

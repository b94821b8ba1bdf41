import { ChatClientError } from '../../client/index.ts';
import { type PageStorage, pageStorage } from './storage.ts';

/** The tokens of a sign-in or of a renewal. */
export interface Tokens {
  /** Empty if the browser sends the session cookie of the team's site instead. */
  readonly token: string;
  /** The user's id. Undefined if the token is a JWT whose claim `sub` it is. */
  readonly user?: string | undefined;
  /** Gets further tokens. Absent after signing in with a token, and if the previous one stays valid. */
  readonly refreshToken?: string | undefined;
  /** The name that the page shows; undefined after signing in with a token. */
  readonly name?: string | undefined;
}

/** A signed-in user. Several tabs can share one session. */
export interface Session extends Tokens {
  /** The same in all tabs that share the session. */
  readonly id: string;
  /** Whether the team's own issuer renews the token, and not the chat. */
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

/** The tab's storage has the session of the tab, and the browser's storage the session with which new tabs open. */
const KEY = 'parley:session';
/** The tab's value after its user signed out or switched accounts. A reload then does not open another session. */
const NONE = 'none';
/** A token is renewed this long before it expires, or in the last part of its life if that is shorter. */
const RENEW_BEFORE_MS = 5 * 60_000;
const LAST_PART = 0.6;

/** Failures of a renewal that may pass. All others end the session. */
const passing: ReadonlySet<string> = new Set(['UNREACHABLE', 'RATE_LIMITED', 'INTERNAL', 'KEYS_UNAVAILABLE']);

type TabMessage =
  | { readonly type: 'renewed'; readonly session: Session }
  | { readonly type: 'ended'; readonly id: string };

/** Decodes the claims of a JWT. Returns `{}` for any other token. */
export function claimsOf(token: string): {
  readonly sub?: string;
  readonly iat?: number;
  readonly exp?: number;
  readonly [name: string]: unknown;
} {
  try {
    const bytes = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0))));
  } catch {
    return {};
  }
}

const newId = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join('-');

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a stored session, also one that an earlier release stored. Returns undefined for any other value. */
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

/** Runs an action while no other tab runs one of the same name. Pages without HTTPS have no locks. */
function exclusively<T>(name: string, action: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  return locks ? (locks.request(name, action) as Promise<T>) : action();
}

/**
 * The session of this tab. The tab's storage holds it, so it survives a reload. The browser's storage holds the session
 * of the last sign-in, with which a new tab opens. So each tab keeps its user when somebody else signs in in another.
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

  /** The session that a new tab opens with. */
  get shared(): Session | undefined {
    return readSession(this.#browser.get(KEY));
  }

  /** Whether a user has left this tab. The next sign-in must then not reuse what the issuer remembers. */
  get wasLeft(): boolean {
    return this.#tab.get(KEY) === NONE;
  }

  /** Starts the session of a user who has just signed in. */
  start(tokens: Tokens, byIssuer = false): Session {
    const session: Session = { ...tokens, id: newId(), byIssuer, receivedAt: this.#now() };
    this.#keep(session);
    this.#browser.set(KEY, session);
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
    this.#tab.set(KEY, NONE);
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

  /** Notes that the chat has rejected a token, so that `token` gets another one. */
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
      throw new ChatClientError('UNAUTHENTICATED', 'You are signed out. Sign in again.');
    }
    if (!session.refreshToken || this.#isUsable(session, RENEW_BEFORE_MS)) return session.token;
    try {
      return (await this.#renewOnce(session)).token;
    } catch (error) {
      if (error instanceof ChatClientError && !passing.has(error.code)) {
        throw new ChatClientError('UNAUTHENTICATED', 'Your session has ended. Sign in again.');
      }
      // The token may still be valid for some minutes.
      if (this.#isUsable(session, 0)) return session.token;
      throw error;
    }
  }

  /** Whether a token was not rejected, and does not expire within `beforeMs`. The device's clock may be wrong. */
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
        // The user signed out meanwhile, which revoked the refresh token before this one.
        await this.#options.revoke(renewed).catch(() => undefined);
        return renewed;
      }
      // The user may have left the session in this tab. Other tabs need the renewed one all the same.
      if (this.shared?.id === renewed.id) this.#browser.set(KEY, renewed);
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
    const session = isNewer ? (shared ?? own) : own;
    if (session) this.#keep(session);
    return session;
  }

  #keep(session: Session): void {
    this.current = session;
    this.#tab.set(KEY, session);
  }

  #tell(message: TabMessage): void {
    this.#tabs?.postMessage(message);
  }

  /** Listens to other tabs. A session that is not the last sign-in is in no storage that they share. */
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

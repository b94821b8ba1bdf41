import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClientError } from '../../client/index.ts';
import { claimsOf } from '../../client/rest.ts';
import { policyText } from '../../web/session/new-password.tsx';
import { Sessions, type SessionsOptions } from '../../web/session/session.ts';
import type { PageStorage } from '../../web/session/storage.ts';

const KEY = 'parley:session';
const MINUTE = 60_000;
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that the issuer made at `iat`, in seconds, and that is valid for an hour. */
const tokenOf = (sub: string, iat: number) => `e30.${encode({ sub, iat, exp: iat + 3600 })}.x`;

function memory(initial: Record<string, unknown> = {}): PageStorage {
  const values = new Map(Object.entries(initial));
  return {
    get: (key) => values.get(key),
    set: (key, value) => {
      values.set(key, structuredClone(value));
      return true;
    },
    remove: (key) => void values.delete(key),
  };
}

/** Tabs of one browser, whose refresh tokens rotate. Their clock can be moved. */
function openBrowser({ skewMs = 0, browser = memory() } = {}) {
  let now = 1_800_000_000_000;
  let valid = 'r0';
  let refreshes = 0;
  const refresh = vi.fn<SessionsOptions['refresh']>(async ({ refreshToken }) => {
    if (refreshToken !== valid) throw new ChatClientError('SESSION_ENDED', 'ended');
    refreshes += 1;
    valid = `r${refreshes}`;
    return { token: tokenOf('1', now / 1000), refreshToken: valid };
  });
  const revoke = vi.fn<SessionsOptions['revoke']>(async () => {});
  return {
    refresh,
    revoke,
    browser,
    wait: (ms: number) => {
      now += ms;
    },
    signIn: (tab: Sessions) =>
      tab.start({ token: tokenOf('1', now / 1000), refreshToken: 'r0', name: 'alice' }),
    openTab: (tab = memory(), shared = browser) => {
      const sessions = new Sessions({ refresh, revoke, tab, browser: shared, now: () => now + skewMs });
      onTestFinished(() => sessions.close());
      return sessions;
    },
  };
}

/** Holds the next renewal until the function that it returns is called. */
function holdOnce(refresh: ReturnType<typeof openBrowser>['refresh']): () => void {
  const renew = refresh.getMockImplementation() ?? expect.unreachable();
  const { promise, resolve } = Promise.withResolvers<void>();
  refresh.mockImplementationOnce(async (session) => {
    await promise;
    return renew(session);
  });
  return resolve;
}

/** Messages between tabs arrive in later turns of the event loop. */
const delivered = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a token', () => {
  test.each([
    ['a correct clock', 0],
    ['a clock that is three hours ahead', 180 * MINUTE],
    ['a clock that is three hours behind', -180 * MINUTE],
  ])('is used for 55 of its 60 minutes, then renewed, with %s', async (_which, skewMs) => {
    const { openTab, signIn, wait, refresh } = openBrowser({ skewMs });
    const tab = openTab();
    const { token } = signIn(tab);
    wait(54 * MINUTE);
    expect(await tab.token()).toBe(token);
    wait(2 * MINUTE);
    expect(await tab.token()).not.toBe(token);
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(tab.current?.name).toBe('alice');
  });

  test('is renewed after the clock was set back', async () => {
    const { openTab, signIn, wait } = openBrowser();
    const tab = openTab();
    const { token } = signIn(tab);
    wait(-1000);
    expect(await tab.token()).not.toBe(token);
  });

  test('is renewed once for requests at the same time, and after the chat rejects it', async () => {
    const { openTab, signIn, wait, refresh } = openBrowser();
    const tab = openTab();
    const { token } = signIn(tab);
    wait(1000);
    tab.reject('another token');
    expect(await tab.token()).toBe(token);
    tab.reject(token);
    tab.reject('an earlier token');
    const [first, second] = await Promise.all([tab.token(), tab.token()]);
    expect(first).not.toBe(token);
    expect(second).toBe(first);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('that cannot be renewed for lack of a network is used until it expires', async () => {
    const { openTab, signIn, wait, refresh } = openBrowser();
    const tab = openTab();
    const { token } = signIn(tab);
    refresh.mockRejectedValue(new ChatClientError('UNREACHABLE', 'no network'));
    wait(58 * MINUTE);
    expect(await tab.token()).toBe(token);
    wait(3 * MINUTE);
    await expect(tab.token()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('of an ended session asks the user to sign in again', async () => {
    const { openTab, signIn, wait, refresh } = openBrowser();
    const tab = openTab();
    signIn(tab);
    refresh.mockRejectedValue(new ChatClientError('SESSION_ENDED', 'revoked'));
    wait(58 * MINUTE);
    await expect(tab.token()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('whose claims are not an object is used, so that the chat rejects it', async () => {
    const token = 'e30.bnVsbA.x';
    expect(
      await openBrowser()
        .openTab(memory({ [KEY]: { token, refreshToken: 'r' } }))
        .token(),
    ).toBe(token);
  });

  test('of a previous session is not kept in a full storage', async () => {
    const { openTab, signIn } = openBrowser();
    const tab = memory();
    signIn(openTab(tab));
    const full = { ...tab, set: () => false };
    openTab(full, full).leave();
    expect(openTab(tab, memory()).current).toBeUndefined();
  });

  test('without a refresh token is used until the chat rejects it', async () => {
    const { openTab, wait } = openBrowser();
    const tab = openTab();
    tab.start({ token: 'opaque' });
    wait(600 * MINUTE);
    expect(await tab.token()).toBe('opaque');
  });
});

describe('tabs', () => {
  test('that share a session renew it once, even if the refresh token rotates', async () => {
    const { openTab, signIn, wait, refresh } = openBrowser();
    const first = openTab();
    signIn(first);
    const second = openTab();
    wait(56 * MINUTE);
    const tokens = await Promise.all([first.token(), second.token()]);
    expect(tokens[0]).toBe(tokens[1]);
    expect(refresh).toHaveBeenCalledTimes(1);
    wait(56 * MINUTE);
    await second.token();
    await expect.poll(() => first.current?.refreshToken).toBe('r2');
  });

  test('share a renewal even if the session is not the last sign-in', async () => {
    const { openTab, signIn, wait, browser } = openBrowser();
    const first = openTab();
    signIn(first);
    const second = openTab();
    openTab().start({ token: tokenOf('2', 0), name: 'bob' });
    wait(56 * MINUTE);
    await first.token();
    await expect.poll(() => second.current?.refreshToken).toBe('r1');
    expect(browser.get(KEY)).toMatchObject({ name: 'bob' });
  });

  test('open with the tokens that another tab has renewed', async () => {
    const { openTab, signIn, wait } = openBrowser();
    const storage = memory();
    const closed = openTab(storage);
    signIn(closed);
    closed.close();
    wait(56 * MINUTE);
    await openTab().token();
    expect(openTab(storage).current?.refreshToken).toBe('r1');
  });

  test('keep their user when another user signs in in another tab, even after a reload', () => {
    const { openTab, signIn, browser } = openBrowser();
    const tab = memory();
    signIn(openTab(tab));
    const other = openTab();
    expect(other.current?.name).toBe('alice');
    other.leave();
    other.start({ token: tokenOf('2', 0), name: 'bob' });
    expect(openTab(tab).current?.name).toBe('alice');
    expect(openTab().current?.name).toBe('bob');
    expect(browser.get(KEY)).toMatchObject({ name: 'bob' });
  });

  test('that share a session end together, and others do not', async () => {
    const { openTab, signIn, revoke, browser } = openBrowser();
    const [storage, first] = [memory(), openTab()];
    const { id } = signIn(first);
    const second = openTab(storage);
    const other = openTab();
    other.start({ token: tokenOf('2', 0), name: 'bob' });
    const ended = vi.fn();
    [second.onEnded, other.onEnded] = [ended, () => expect.unreachable()];
    await first.end();
    await delivered();
    expect(ended).toHaveBeenCalledTimes(1);
    expect(revoke).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id }));
    // A reload does not open bob's session in a tab that alice has left.
    expect([second.current, openTab(storage).current]).toEqual([undefined, undefined]);
    expect(browser.get(KEY)).toMatchObject({ name: 'bob' });
    await expect(first.token()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('forget the session that ended, even if the shared storage changes late', async () => {
    const { openTab, signIn, browser } = openBrowser();
    const first = openTab();
    signIn(first);
    // Each tab is a process with its own view of the storage, which may follow after the message.
    const late = memory({ [KEY]: browser.get(KEY) });
    const second = openTab(memory(), late);
    const shared = new Promise((resolve) => {
      second.onEnded = () => resolve(second.shared);
    });
    await first.end();
    expect(await shared).toBeUndefined();
  });

  test.each([
    ['in the tab that renews it', true],
    ['in another tab', false],
  ])('do not return to a session that ended %s during its renewal, and revoke it', async (_where, isSame) => {
    const { openTab, signIn, wait, browser, refresh, revoke } = openBrowser();
    const tab = openTab();
    signIn(tab);
    const other = openTab();
    wait(56 * MINUTE);
    const released = holdOnce(refresh);
    const renewal = tab.token();
    await (isSame ? tab : other).end();
    await delivered();
    released();
    await renewal;
    expect([tab.current, other.current, browser.get(KEY)]).toEqual([undefined, undefined, undefined]);
    expect(revoke.mock.calls).toEqual([
      [expect.objectContaining({ refreshToken: 'r0' })],
      [expect.objectContaining({ refreshToken: 'r1' })],
    ]);
  });

  test('keep a session that one of them left during its renewal', async () => {
    const { openTab, signIn, wait, refresh } = openBrowser();
    const first = openTab();
    signIn(first);
    const second = openTab();
    wait(56 * MINUTE);
    const released = holdOnce(refresh);
    const renewal = first.token();
    first.leave();
    released();
    await renewal;
    await delivered();
    expect([first.current, second.current?.refreshToken]).toEqual([undefined, 'r1']);
    expect(await second.token()).toBe(first.shared?.token);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('do not use the renewal of a session that they left', async () => {
    const { openTab, signIn, wait, refresh } = openBrowser();
    const tab = openTab();
    signIn(tab);
    wait(56 * MINUTE);
    const released = holdOnce(refresh);
    const renewal = tab.token();
    tab.leave();
    const bob = tab.start({ token: tokenOf('2', 0), refreshToken: 'b0' });
    tab.reject(bob.token);
    refresh.mockResolvedValueOnce({ token: 'renewed for bob' });
    expect(await tab.token()).toBe('renewed for bob');
    released();
    expect(claimsOf(await renewal).sub).toBe('1');
    expect(tab.current).toMatchObject({ id: bob.id, token: 'renewed for bob', refreshToken: 'b0' });
  });
});

test.each([null, 7, 'text', {}, { token: '' }, { token: 7 }, { token: 'a\nb' }, []])(
  'a stored %o is not a session',
  (value) => {
    const tab = openBrowser({ browser: memory({ [KEY]: value }) }).openTab(memory({ [KEY]: value }));
    expect([tab.current, tab.shared]).toEqual([undefined, undefined]);
  },
);

test('a session that an earlier release stored is read', async () => {
  const tab = openBrowser().openTab(memory({ [KEY]: { token: 'a.b.c', name: 'alice' } }));
  expect(tab.current).toMatchObject({ token: 'a.b.c', name: 'alice' });
  expect(await tab.token()).toBe('a.b.c');
});

test.each([
  [{ min_length: 12, characters: ['digit', 'symbol'] }, 'with a digit and a symbol such as ! or -.'],
  [{ min_length: 12, characters: ['uppercase'] }, 'with an uppercase letter.'],
  [{ min_length: 12, characters: [] }, 'Use at least 12 characters.'],
])('says the rules %o in words', (policy, text) => {
  expect(policyText(policy)).toContain(text);
});

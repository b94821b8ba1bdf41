import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message, RoomSummary } from '../../client/index.ts';
import { SettingsStore } from '../../web/notifications/notification-settings.ts';
import { contentOf, isWanted, unreadIn } from '../../web/notifications/rules.ts';

const message = (more: Partial<Message> = {}): Message => ({
  message_id: 7,
  text: 'Lunch?',
  sender_id: 2,
  sender_name: 'Ben',
  sender_email: '',
  status: 'send',
  created_at: '2026-03-02T09:15:00.000Z',
  updated_at: '2026-03-02T09:15:00.000Z',
  ...more,
});

function room(notify: RoomSummary['preferences']['notify'] = 'all', more: Partial<RoomSummary> = {}) {
  const preferences = { notify, pinned: false, hidden: false };
  return {
    ...{ id: 5, name: 'Team', request: false, unread: 3, mentioned: 1, preferences },
    ...more,
  } as RoomSummary;
}

describe('a message notifies', () => {
  test.each([
    ['all', message(), true],
    ['mentions', message(), false],
    ['mentions', message({ mentions: [3, 1] }), true],
    ['none', message({ mentions: [1] }), false],
    ['all', message({ sender_id: 1 }), false],
    // A guest may claim the user's id.
    ['all', message({ sender_id: 1, guest: true }), true],
  ] as const)('with the choice %s and %o: %j', (notify, received, isNotified) => {
    expect(isWanted(received, room(notify), '1')).toBe(isNotified);
  });

  test('in no room that a stranger has added the user to', () => {
    expect(isWanted(message({ mentions: [1] }), room('all', { request: true }), '1')).toBe(false);
  });
});

test('a room counts in the title as the user wants to be notified', () => {
  expect((['all', 'mentions', 'none'] as const).map((notify) => unreadIn(room(notify)))).toEqual([3, 1, 0]);
});

describe('a notification', () => {
  const shown = (received: Message, of = room(), preview = true) =>
    contentOf(received, of, { me: '1', nameOf: (id, known) => known ?? String(id), preview });

  test('shows the room, the sender and the text without markers', () => {
    expect(shown(message({ text: '**Lunch** at `noon`?' }))).toEqual({
      ...{ room: '5', title: 'Team', body: 'Ben: Lunch at noon?' },
    });
  });

  test('says that the user was mentioned', () => {
    expect(shown(message({ mentions: [1] }))).toMatchObject({ body: 'Ben mentioned you: Lunch?' });
  });

  test('of a direct room has the sender as its title, and only the text below', () => {
    const direct = room('all', { id: 'direct:1:2', name: 'Ben' });
    expect(shown(message(), direct)).toEqual({ room: 'direct:1:2', title: 'Ben', body: 'Lunch?' });
  });

  test('of a file names it', () => {
    const file = { text: '', type: 'file', file: 'plan.pdf' } as const;
    expect(shown(message(file)).body).toBe('Ben: File: plan.pdf');
    expect(shown(message({ ...file, type: 'image' })).body).toBe('Ben: Picture');
  });

  test('shows neither sender nor text if the user hides them', () => {
    expect(shown(message({ mentions: [1] }), room(), false)).toEqual({
      ...{ room: '5', title: 'Parley', body: 'New message' },
    });
  });
});

describe('the settings', () => {
  const stored = new Map<string, string>();
  const defaults = { shown: false, sound: false, preview: true, suggested: true };
  beforeEach(() => {
    stored.clear();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  test('are kept for each user', () => {
    new SettingsStore('1').set({ shown: true, preview: false });
    expect(new SettingsStore('1').value).toEqual({ ...defaults, shown: true, preview: false });
    expect(new SettingsStore('2').value).toEqual(defaults);
  });

  test.each(['', '{', 'null', '7', '[]', '{"shown":"yes","sound":1}'])(
    'are the defaults where the storage has %j',
    (broken) => {
      stored.set('parley:notifications:1', broken);
      expect(new SettingsStore('1').value).toEqual(defaults);
    },
  );

  test('last until the page is closed if the storage is blocked', () => {
    vi.stubGlobal('localStorage', {
      getItem() {
        throw new DOMException('blocked', 'SecurityError');
      },
      setItem() {
        throw new DOMException('full', 'QuotaExceededError');
      },
    });
    const settings = new SettingsStore('1');
    settings.set({ sound: true });
    expect(settings.value).toEqual({ ...defaults, sound: true });
  });
});

import { notificationSettingsKey } from '../session/forget-user.ts';
import { pageStorage } from '../session/storage.ts';

/** What a user has chosen for notifications in this browser. */
export interface NotificationSettings {
  /** Whether new messages cause notifications, if the browser permits them. */
  readonly shown: boolean;
  /** Whether new messages cause a sound. */
  readonly sound: boolean;
  /** Whether notifications show the sender and the text. */
  readonly preview: boolean;
  /** Whether the page still suggests turning notifications on. */
  readonly suggested: boolean;
}

const defaults: NotificationSettings = { shown: false, sound: false, preview: true, suggested: true };

/** Returns the settings in a stored value. The storage may hold anything. */
function healed(stored: unknown): NotificationSettings {
  const values = Object.entries(defaults).map(([name, value]) => {
    const found: unknown = Object(stored)[name];
    return [name, typeof found === 'boolean' ? found : value];
  });
  return Object.fromEntries(values) as NotificationSettings;
}

/** The settings of one user. Without a storage, they last as long as this object. */
export class SettingsStore {
  /** Each change replaces this object. */
  value: NotificationSettings;
  readonly #key: string;
  readonly #storage = pageStorage('localStorage');
  readonly #listeners = new Set<() => void>();

  constructor(user: string) {
    this.#key = notificationSettingsKey(user);
    this.value = healed(this.#storage.get(this.#key));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    // Another tab of the user may change them.
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== this.#key) return;
      this.value = healed(this.#storage.get(this.#key));
      listener();
    };
    addEventListener('storage', onStorage);
    return () => {
      this.#listeners.delete(listener);
      removeEventListener('storage', onStorage);
    };
  };

  set(change: Partial<NotificationSettings>): void {
    this.value = { ...this.value, ...change };
    this.#storage.set(this.#key, this.value);
    for (const listener of [...this.#listeners]) listener();
  }
}

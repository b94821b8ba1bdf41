import type { ChatClient, Message, RoomSummary } from '../../client/index.ts';
import { isUser } from '../../client/wire.ts';
import type { NameOf } from '../rooms/names.ts';
import { isInFront, onFront } from '../ui/in-front.ts';
import { onArrival } from './arrivals.ts';
import type { SettingsStore } from './notification-settings.ts';
import { contentOf, isWanted, type NotificationContent } from './rules.ts';
import { playSound } from './sound.ts';

/** How long a tab holds the lock of a shown message, in milliseconds. Other tabs may receive the message later. */
const CLAIM_MS = 10_000;

/** How long a message waits until the room list has its room, in milliseconds. */
const LIST_MS = 5_000;

/** The parts of the page that a notifier needs. */
export interface NotifiedPage {
  readonly client: ChatClient;
  readonly settings: SettingsStore;
  /** Returns the id of the open room. */
  readonly current: () => string | undefined;
  open(room: string): void;
  nameOf: NameOf;
}

const permits = (): boolean => globalThis.Notification?.permission === 'granted';

/** Runs an action with the service worker. Does nothing without one: reading the property throws if it is blocked. */
async function withWorker(action: (worker: ServiceWorkerRegistration) => Promise<void>): Promise<void> {
  try {
    const worker = await navigator.serviceWorker?.ready;
    if (worker) await action(worker);
  } catch {
    // A notification is not worth an error.
  }
}

/** Closes notifications of the service worker, which outlive the page: those of a room, or all. */
function closeInWorker(filter: { readonly tag?: string } = {}): void {
  void withWorker(async (worker) => {
    for (const notification of await worker.getNotifications(filter)) notification.close();
  });
}

/**
 * Shows notifications and plays a sound for new messages. Tabs of the same user coordinate by locks of the browser,
 * which end with their tab. A lock for each message lets one tab show it. Another lock names the room that the user is
 * reading.
 */
export class Notifier {
  readonly #page: NotifiedPage;
  readonly #shown = new Map<string, Notification>();
  readonly #stops: (() => void)[] = [];
  /** Whether the user has signed out. A message that is still being looked up then shows nothing. */
  #isStopped = false;
  /** The room that the user is reading in this tab. `end` tells other tabs that the user has stopped. */
  #reading: { readonly room: string; readonly end: () => void } | undefined;

  constructor(page: NotifiedPage) {
    this.#page = page;
    const { client } = page;
    this.#stops.push(
      onArrival(client, page.current, (room, messages) => void this.#receive(room, messages)),
      // The user has read the room, perhaps on another device.
      client.on('message_seen', (event) => {
        if (isUser(event, client.user)) this.#close(String(event.room_id));
      }),
    );
    this.#stops.push(onFront(this.update));
    this.update();
  }

  /** Called when the open room changed, or the page came to the front or left it. */
  readonly update = (): void => {
    const current = isInFront() ? this.#page.current() : undefined;
    if (this.#reading?.room === current) return;
    this.#reading?.end();
    this.#reading = current === undefined ? undefined : { room: current, end: this.#holdReading(current) };
    if (current !== undefined) this.#close(current);
  };

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#isStopped = true;
    this.#reading?.end();
    for (const notification of this.#shown.values()) notification.close();
    closeInWorker();
  }

  #lockName(...parts: readonly (string | number)[]): string {
    return ['parley', this.#page.client.user, ...parts].join(' ');
  }

  /** Tells other tabs that the user is reading a room here. Returns a function that ends this. */
  #holdReading(room: string): () => void {
    let end = () => {};
    const reading = new Promise<void>((resolve) => {
      end = resolve;
    });
    const name = this.#lockName('reading', room);
    // Fails in browsers that block the data of sites.
    navigator.locks?.request(name, { mode: 'shared' }, () => reading).catch(() => {});
    return end;
  }

  /** Shows the last of the messages that the user wants to be notified about. */
  async #receive(id: string, messages: readonly Message[]): Promise<void> {
    const { client, settings } = this.#page;
    if (!settings.value.shown && !settings.value.sound) return;
    const room = await this.#summary(id);
    const { user = '' } = client;
    const message = room && messages.findLast((each) => isWanted(each, room, user));
    if (!message || this.#reading?.room === id) return;
    if (!(await this.#claim(id, message.message_id)) || this.#isStopped) return;
    const { shown, sound, preview } = settings.value;
    const { nameOf } = this.#page;
    if (shown && permits()) this.#show(contentOf(message, room, { me: user, nameOf, preview }));
    if (sound) playSound();
  }

  /** Resolves to a room of the list. The list loads again after a message of a room that it does not have. */
  #summary(id: string): Promise<RoomSummary | undefined> {
    const { roomList } = this.#page.client;
    const find = () => roomList.state.rooms.find((room) => String(room.id) === id);
    const known = find();
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        stop();
        resolve(find());
      };
      const timer = setTimeout(end, LIST_MS);
      const stop = roomList.subscribe(() => {
        if (find()) end();
      });
    });
  }

  /** Resolves to whether this tab shows the message: no other does, and the user is not reading the room in another. */
  async #claim(room: string, message: number): Promise<boolean> {
    const { locks } = navigator;
    // An insecure page has no locks, and no notifications either. A browser that blocks the data of sites denies them.
    const query = await locks?.query().catch(() => undefined);
    if (!query) return true;
    const { held = [] } = query;
    if (held.some(({ name }) => name === this.#lockName('reading', room))) return false;
    return new Promise((resolve) => {
      const name = this.#lockName('message', room, message);
      const claim = locks.request(name, { ifAvailable: true }, async (lock) => {
        resolve(lock !== null);
        if (lock) await new Promise((release) => setTimeout(release, CLAIM_MS));
      });
      claim.catch(() => resolve(true));
    });
  }

  #show({ room, title, body }: NotificationContent): void {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=apple-touch-icon], link[rel=icon]')?.href;
    // A later message of the room replaces the notification. The page plays its own sound.
    const options = {
      body,
      tag: room,
      renotify: true,
      silent: true,
      data: { room },
      ...(icon && { icon }),
    };
    try {
      const notification = new Notification(title, options);
      this.#shown.set(room, notification);
      notification.onclick = () => {
        focus();
        this.#page.open(room);
        notification.close();
      };
    } catch {
      // Browsers of phones only show notifications of a service worker, which handles the click.
      void withWorker((worker) => worker.showNotification(title, options));
    }
  }

  #close(room: string): void {
    this.#shown.get(room)?.close();
    this.#shown.delete(room);
    closeInWorker({ tag: room });
  }
}

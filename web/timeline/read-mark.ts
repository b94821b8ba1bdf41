import type { ChatClient, Room } from '../../client/index.ts';
import { isInFront } from '../ui/in-front.ts';
import { entryOf } from './entry.ts';

/** How long the read mark waits before it moves again, in milliseconds. */
const SEEN_PAUSE_MS = 1_000;

/** Returns the id of the newest message of another member below `below`; 0 if none is loaded. */
function newestOf(room: Room, me: string, below = Number.POSITIVE_INFINITY): number {
  const isOther = (message: Room['messages'][number]) =>
    message.message_id !== undefined && message.message_id < below && entryOf(message).author !== me;
  return room.messages.findLast(isOther)?.message_id ?? 0;
}

/** The unread count of a room in the room list. */
type Unread = Pick<NonNullable<ChatClient['roomList']['state']['rooms'][number]>, 'unread' | 'unread_capped'>;

const othersIn = (room: Room, me: string): Room['messages'] =>
  room.messages.filter((message) => message.message_id !== undefined && entryOf(message).author !== me);

/** What the user has read in the open room. */
export class ReadMark {
  readonly #room: Room;
  readonly #me: string;
  #shown = 0;
  #sent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: Room, me: string) {
    this.#room = room;
    this.#me = me;
  }

  /** The last message that the user has read, in this room or on another device. */
  get id(): number {
    return Math.max(this.#shown, this.#room.seenBy.get(this.#me) ?? 0);
  }

  /** Whether there are unread messages below `below`. */
  hasUnread(below?: number): boolean {
    return newestOf(this.#room, this.#me, below) > this.id;
  }

  /**
   * Starts from the server's read mark. For a new member or a guest, who have none, starts before the unread messages
   * that the room list counts. Returns false if it needs older messages to find that place.
   */
  start({ unread, unread_capped }: Unread): boolean {
    // If the list did not count all unread messages, the user has read nothing that is known.
    if (this.id > 0 || unread_capped) return true;
    const others = othersIn(this.#room, this.#me);
    if (others.length < unread && this.#room.hasMore) return false;
    const first = unread > 0 ? others.slice(-unread)[0]?.message_id : undefined;
    this.#shown = first === undefined ? newestOf(this.#room, this.#me) : first - 1;
    return true;
  }

  /**
   * Marks messages as read that were on the screen. If the first unread message is not loaded, the mark stays where it
   * is until the user goes to the end. Returns whether the mark moves.
   */
  show(id: number, atEnd: boolean): boolean {
    if (id <= this.id || !isInFront() || this.#room.state !== 'live') return false;
    const oldest = this.#room.messages[0]?.message_id ?? 0;
    if (!atEnd && this.#room.hasMore && oldest > this.id + 1) return false;
    this.#shown = id;
    if (this.#timer === undefined) this.#send();
    return true;
  }

  /** Sends a mark that waits for the pause at once, because the user leaves the room or the page. */
  stop(): void {
    const isWaiting = this.#timer !== undefined && this.#shown > this.#sent;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (isWaiting) this.#sendNow();
  }

  #sendNow(): void {
    this.#sent = this.#shown;
    this.#room.seen(this.#sent).catch(() => {});
  }

  #send(): void {
    this.#sendNow();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#shown > this.#sent) this.#send();
    }, SEEN_PAUSE_MS);
  }
}

import type { Message, Room } from '../../client/index.ts';
import type { PendingMessage } from '../../client/pending-changes.ts';

/** A message as a client shows it. */
export interface Shown {
  readonly text: string;
  readonly deleted: boolean;
  /** `<emoji> <user>`, sorted. */
  readonly reactions: readonly string[];
}

export const tombstone: Shown = { text: '', deleted: true, reactions: [] };

/** What one client shows of one room. */
export interface Copy {
  readonly messages: ReadonlyMap<number, Shown>;
  /** It holds every message from this id on; 0 where it holds them all. */
  readonly from: number;
}

export const isStored = (message: Message | PendingMessage): message is Message =>
  message.message_id !== undefined;

const shownOf = ({ text, deleted, reactions = {} }: Message): Shown => ({
  text,
  deleted: deleted === true,
  reactions: Object.entries(reactions)
    .flatMap(([emoji, users]) => users.map((user) => `${emoji} ${user}`))
    .sort(),
});

/** The copy that a room of the client shows; where older ones are not loaded, it begins with the first that is there. */
export function copyOf({ messages, hasMore }: Pick<Room, 'messages' | 'hasMore'>): Copy {
  const stored = messages.filter(isStored);
  return {
    messages: new Map(stored.map((message) => [message.message_id, shownOf(message)])),
    from: hasMore ? (stored[0]?.message_id ?? Infinity) : 0,
  };
}

/** What is wrong with what a room shows, whatever the log says: each message has one place, and none is pending. */
export function checkShown({ messages }: Pick<Room, 'messages'>): readonly string[] {
  const pending = messages.filter((message) => !isStored(message));
  const ids = messages.filter(isStored).map(({ message_id }) => message_id);
  const swapped = ids.filter((id, index) => id <= (ids[index - 1] ?? 0));
  return [
    ...pending.map(({ text }) => `"${text}" is pending, and all was answered`),
    ...swapped.map((id) => `message ${id} is there twice, or not in its place`),
  ];
}

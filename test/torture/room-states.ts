import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Message, type Room, reactorsOf } from '../../client/index.ts';
import type { PendingMessage } from '../../client/pending-changes.ts';
import type { TestDatabase } from '../support/rooms.ts';
import type { Operation } from './operations.ts';

/** An item of the chat table. It is read without the code of `functions/`, so that bugs there do not hide. */
export type Item = Readonly<Record<string, unknown>> & { readonly room: string; readonly item: string };

/** An entry of a room's log. */
export type Entry = Item & { readonly kind: string; readonly seq: number };

/** A room in the chat table. */
export interface StoredRoom {
  /** The highest sequence number that the room has assigned. */
  readonly seq: number;
  /** Sequence number → entry, void entries included. */
  readonly log: ReadonlyMap<number, Entry>;
  /** `<user> <client id>` → the sequence number of the change with this idempotency key. */
  readonly claims: ReadonlyMap<string, number>;
  readonly items: readonly Item[];
}

/** Reads the whole chat table. Returns the rooms by id. */
export async function readRooms(
  { client, chat }: TestDatabase,
  rooms: readonly string[],
): Promise<ReadonlyMap<string, StoredRoom>> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: chat.name })) {
    items.push(...Items.map((item) => unmarshall(item) as Item));
  }
  return new Map(rooms.map((room) => [room, storedRoom(items.filter((item) => item.room === room))]));
}

/** Builds a room from its items in the chat table. */
export function storedRoom(items: readonly Item[]): StoredRoom {
  const log = items.filter(({ item }) => item.startsWith('log#')) as Entry[];
  const claims = items.filter(({ item }) => item.startsWith('sent#'));
  return {
    seq: Number(items.find(({ item }) => item === 'room')?.['seq'] ?? 0),
    log: new Map(log.map((entry) => [Number(entry.item.slice('log#'.length)), entry])),
    claims: new Map(claims.map(({ item, seq }) => [item.split('#').slice(1).join(' '), Number(seq)])),
    items,
  };
}

/** The parts of a message that the checker compares. */
export interface MessageState {
  readonly text: string;
  readonly deleted: boolean;
  /** `<emoji> <user>`, sorted. */
  readonly reactions: readonly string[];
}

export const tombstone: MessageState = { text: '', deleted: true, reactions: [] };

/** Returns the messages as the table stores them, by id. */
export function storedMessages({ log }: StoredRoom): ReadonlyMap<number, MessageState> {
  const messages = [...log].filter(([, { kind }]) => kind === 'message');
  return new Map(messages.map(([id, entry]) => [id, storedMessage(entry)]));
}

function storedMessage(entry: Entry): MessageState {
  const deleted = entry['deletedAt'] !== undefined;
  const reactions = Object.entries(entry).flatMap(([name, value]) => {
    const [, user] = /^reacted#user#([^#]+)$/.exec(name) ?? [];
    const { on = {} } = Object(value) as { on?: object };
    return user === undefined ? [] : Object.keys(on).map((emoji) => `${emoji} ${user}`);
  });
  return { text: String(entry['text'] ?? ''), deleted, reactions: deleted ? [] : reactions.sort() };
}

/** An operation that the log contains, with its sequence number. */
export interface StoredOperation {
  readonly operation: Operation;
  readonly seq: number;
}

/** Returns the operations that a room's log contains, in the order of the log. */
export function storedOperations(
  room: string,
  operations: readonly Operation[],
  { claims, log }: StoredRoom,
): readonly StoredOperation[] {
  return operations
    .filter((operation) => operation.room === room)
    .flatMap((operation) => {
      const seq = claims.get(`${operation.user} ${operation.clientId}`);
      const kind = seq === undefined ? undefined : log.get(seq)?.kind;
      return seq === undefined || kind === undefined || kind === 'void' ? [] : [{ operation, seq }];
    })
    .sort((one, other) => one.seq - other.seq);
}

/**
 * Computes the correct messages of a room, by id. Takes the order from the log, but the texts from the operations. A
 * delete is final. The last edit counts, and the last reaction of each user with each emoji.
 */
export function expectedMessages(operations: readonly StoredOperation[]): ReadonlyMap<number, MessageState> {
  const messages = new Map<number, MessageState>();
  for (const { operation, seq } of operations) {
    const { kind, text = '', message: id = 0 } = operation;
    const before = messages.get(id);
    if (kind === 'send') messages.set(seq, { text, deleted: false, reactions: [] });
    else if (kind === 'delete') messages.set(id, tombstone);
    else if (before === undefined || before.deleted) continue;
    else if (kind === 'edit') messages.set(id, { ...before, text });
    else messages.set(id, { ...before, reactions: withReaction(before.reactions, operation) });
  }
  return messages;
}

function withReaction(reactions: readonly string[], { emoji, user, remove }: Operation): readonly string[] {
  const own = `${emoji} ${user}`;
  const others = reactions.filter((each) => each !== own);
  return remove ? others : [...others, own].sort();
}

/** The messages that a client shows in a room. */
export interface RoomCopy {
  readonly messages: ReadonlyMap<number, MessageState>;
  /** The copy contains all messages from this id on. 0 if it contains the complete history. */
  readonly from: number;
}

export const isStored = (message: Message | PendingMessage): message is Message =>
  message.message_id !== undefined;

/** Returns the client's copy of a room. */
export function copyOf({ messages, hasMore }: Pick<Room, 'messages' | 'hasMore'>): RoomCopy {
  const stored = messages.filter(isStored);
  return {
    messages: new Map(stored.map((message) => [message.message_id, messageState(message)])),
    from: hasMore ? (stored[0]?.message_id ?? Infinity) : 0,
  };
}

const messageState = ({ text, deleted, reactions = {} }: Message): MessageState => ({
  text,
  deleted: deleted === true,
  reactions: Object.entries(reactions)
    .flatMap(([emoji, users]) => reactorsOf(users).users.map((user) => `${emoji} ${user}`))
    .sort(),
});

/** Checks that a room shows each message once, in order, and none as pending. Returns the violations. */
export function checkTimeline({ messages }: Pick<Room, 'messages'>): readonly string[] {
  const pending = messages.filter((message) => !isStored(message));
  const ids = messages.filter(isStored).map(({ message_id }) => message_id);
  const misplaced = ids.filter((id, index) => id <= (ids[index - 1] ?? 0));
  return [
    ...pending.map(({ text }) => `"${text}" is still pending`),
    ...misplaced.map((id) => `message ${id} is shown twice or out of order`),
  ];
}

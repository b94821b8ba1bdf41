import type { ChatClient, Id, Message, PendingMessage } from '../index.ts';
import { actorId } from '../wire.ts';
import { createStore, oncePer } from './store.ts';

/** A user whose name the client knows. */
export interface User {
  /** The user's name. */
  readonly name: string;
}

/** A message as the hooks return it: stored, or still pending. */
export type ChatMessage = Message | PendingMessage;

/** The users whose names the server has sent so far, by id. */
export const usersOf = oncePer((_client: ChatClient) => createStore<ReadonlyMap<string, User>>(new Map()));

/** Adds the names of users. */
export function learn(
  client: ChatClient,
  members: readonly { readonly user_id: Id; readonly username: string | null }[],
): void {
  const users = usersOf(client);
  const all = new Map(users.value);
  for (const { user_id, username: name } of members) if (name) all.set(String(user_id), { name });
  users.set(all);
}

const named = new WeakMap<ChatMessage, ChatMessage>();

/** Returns the message with its author's name, the same object while the name stays the same. */
export function withName<M extends ChatMessage>(message: M, users: ReadonlyMap<string, User>): M {
  const { sender_id, sender_email, guest } = message;
  const sender_name =
    users.get(actorId(sender_id, guest))?.name ?? message.sender_name ?? sender_email?.split('@')[0];
  const known = named.get(message) ?? message;
  if (!sender_name || known.sender_name === sender_name) return known as M;
  const next = { ...message, sender_name };
  named.set(message, next);
  return next;
}

const unescapeId = (text = '') => text.replaceAll('%3A', ':').replaceAll('%25', '%');

/** Returns the other member of a direct room, from its id such as `direct:1:2`; undefined for other rooms. */
export function otherMember(room: Id, me: string | undefined): string | undefined {
  const [kind, ...users] = String(room).split(':').map(unescapeId);
  return kind === 'direct' ? users.find((user) => user !== me) : undefined;
}

import type { ChatClient, Id, Member, Message, PendingMessage, Presence } from '../index.ts';
import { withPresence } from '../participants.ts';
import { actorId } from '../wire.ts';
import { createStore, oncePer } from './store.ts';

/** A user whose name the client knows. */
export interface User {
  /** The user's name. */
  readonly name: string;
  /** The https address of the user's picture, if they have one. */
  readonly avatar_url: string | null;
}

/** A message as the hooks return it: stored, or still pending. */
export type ChatMessage = Message | PendingMessage;

/** The users whose names the server has sent so far, by id. */
export const usersOf = oncePer((_client: ChatClient) => createStore<ReadonlyMap<string, User>>(new Map()));

/** The presence of users in any room, as far as the server has sent it, by id. */
export const presenceOf = oncePer((client: ChatClient) => {
  const store = createStore<ReadonlyMap<string, Presence>>(new Map());
  client.on('presence', (frame) => {
    const { room_id, user_id, status } = frame;
    // The hooks show one presence for all rooms. A user who leaves a group may still be online elsewhere, so only a
    // frame from the direct room with this user counts as offline.
    if (status === 'offline' && otherMember(room_id, client.user) !== String(user_id)) return;
    store.set(withPresence(store.value, frame));
  });
  return store;
});

type Known = Pick<Member, 'user_id' | 'username' | 'avatar_url'> &
  Partial<Pick<Member, 'online' | 'last_seen'>>;

/** Adds the names and the presence of users. */
export function learn(client: ChatClient, members: readonly Known[]): void {
  const users = usersOf(client);
  const presence = presenceOf(client);
  const all = new Map(users.value);
  const present = new Map(presence.value);
  for (const { user_id, username: name, avatar_url, online, last_seen } of members) {
    if (name) all.set(String(user_id), { name, avatar_url });
    if (last_seen) present.set(String(user_id), { status: online ? 'online' : 'offline', last_seen });
  }
  users.set(all);
  presence.set(present);
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

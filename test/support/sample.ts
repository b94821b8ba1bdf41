import type { Session } from '../../functions/domain/connection.ts';
import type { Draft } from '../../functions/domain/draft.ts';
import type { User } from '../../functions/domain/member.ts';
import type { Deletion, Edit, Message, Reaction } from '../../functions/domain/message.ts';

export const alice: User = { id: '1', username: 'alice', email: 'alice@example.com', userType: 'student' };
export const bob: User = { id: '2', username: 'bob', email: 'bob@example.com', userType: 'student' };

/** 2025-02-16T12:34:56.789Z, the time in the examples of the contracts S0 and S1. */
export const NOON = Date.UTC(2025, 1, 16, 12, 34, 56, 789);

export const connectionOf = (user: User, overrides: Partial<Session> = {}): Session => ({
  id: `${user.username}-socket=`,
  room: '1',
  shard: 0,
  user,
  dialect: 'action',
  reads: 'auto',
  connectedAt: NOON - 60_000,
  tokenExpiresAt: NOON + 3_600_000,
  ...overrides,
});

export const messageOf = (overrides: Partial<Message> = {}): Message => ({
  id: 1,
  room: '1',
  author: alice,
  text: 'Hello, how are you?',
  type: 'text',
  status: 'sent',
  createdAt: '2025-02-16T12:34:56.789Z',
  updatedAt: '2025-02-16T12:34:56.789Z',
  revision: 1,
  ...overrides,
});

/** A new message of alice that is not stored yet. */
export const draft: Draft = { room: '7', by: alice, text: 'hi', type: 'text' };

/** Returns a connection of the demo user carol that opened a minute ago. */
export const carolSocket = (overrides: Partial<Session> = {}): Session =>
  connectionOf(
    { id: '3', username: 'carol', email: 'carol@example.com', userType: 'teacher' },
    { connectedAt: Date.now() - 60_000, tokenExpiresAt: Date.now() + 3_600_000, ...overrides },
  );

const changed = { message: 1, by: '1', at: '2025-02-16T12:34:56.789Z' };

export const editOf = (overrides: Partial<Edit> = {}): Edit => ({
  kind: 'edit',
  text: 'Hello!',
  seq: 2,
  ...changed,
  ...overrides,
});

export const deletionOf = (overrides: Partial<Deletion> = {}): Deletion => ({
  kind: 'delete',
  seq: 2,
  ...changed,
  ...overrides,
});

export const reactionOf = (overrides: Partial<Reaction> = {}): Reaction => ({
  kind: 'react',
  emoji: '👍',
  removed: false,
  seq: 2,
  ...changed,
  ...overrides,
});

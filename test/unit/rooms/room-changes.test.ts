import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Poster } from '../../../functions/delivery/poster.ts';
import type { Connection } from '../../../functions/domain/connection.ts';
import type {
  MemberUpdate,
  NewChange,
  RoomChange,
  RoomUpdate,
} from '../../../functions/domain/room-change.ts';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { logRoomChange } from '../../../functions/log/change-room.ts';
import { latestMessages } from '../../../functions/log/history.ts';
import { changeSettings } from '../../../functions/rooms/settings.ts';
import { getMissed, listConnections, putConnection } from '../../../functions/store/connections.ts';
import { logKey, memberKey } from '../../../functions/store/keys.ts';
import { listLog } from '../../../functions/store/log.ts';
import { applyMemberUpdate } from '../../../functions/store/member-updates.ts';
import { getMember } from '../../../functions/store/members.ts';
import { applyRoomUpdate } from '../../../functions/store/room-settings.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { connectionOf } from '../../support/sample.ts';

let app: EmbeddedApp;
/** The frames that each socket got. */
let frames: Map<string, { readonly type: string; readonly [field: string]: unknown }[]>;

const poster: Poster = {
  async post(id, frame) {
    frames.set(id, [...(frames.get(id) ?? []), JSON.parse(frame)]);
    return 'delivered';
  },
  isOpen: async () => true,
  close: async () => true,
};

beforeEach(async () => {
  frames = new Map();
  app = await openEmbeddedApp({ poster });
  await app.makeRoom('lunch', 'ann', 'ben', 'cat');
});
afterEach(() => app.database.close());

const userOf = (id: string) => ({ id, username: `name-${id}`, email: '', userType: '' });

/** Opens a socket of a user in the room. */
async function open(
  id: string,
  user: string,
  options: Partial<Connection> = { changes: 'all' },
): Promise<void> {
  const times = { connectedAt: app.context.now() - 60_000, tokenExpiresAt: app.context.now() + 3_600_000 };
  await putConnection(
    app.database.db,
    connectionOf(userOf(user), { id, room: 'lunch', ...times, ...options }),
  );
}

const log = (fields: NewChange<RoomUpdate>) =>
  logRoomChange<RoomUpdate>('lunch', fields, { id: 'ann' }, app.context);

async function lunch() {
  const room = await getRoom(app.database.db, 'lunch');
  if (!room) throw new Error('The room is missing.');
  return room;
}

const changesSince = async (since: number): Promise<readonly RoomChange[]> => {
  const { changes } = await catchUp(await lunch(), since, { id: 'ben' }, app.context);
  return changes.flatMap((event) => (event.kind === 'RoomChanged' ? event.change : []));
};

describe('renaming a room', () => {
  test('stores the name, and posts it to sockets in the room and inboxes that asked for changes', async () => {
    await open('in-room', 'ben');
    await open('inbox', 'cat', { changes: 'all', via: 'inbox', home: { room: '#cat', shard: 0 } });
    await open('earlier', 'ben', {});
    const answer = await app.ask('ann', 'PATCH /chats/lunch/', { name: 'Brunch' });
    expect(answer).toMatchObject({ status: 200, body: { id: 'lunch', name: 'Brunch', seq: 1 } });
    expect(await app.listed('ben', 'lunch')).toMatchObject({ name: 'Brunch', unread: 0, last_at: null });
    const frame = { type: 'room_updated', room: { name: 'Brunch' }, by: 'ann', seq: 1 };
    expect(frames.get('in-room')).toEqual([frame]);
    expect(frames.get('inbox')).toEqual([{ ...frame, room_id: 'lunch' }]);
    expect(frames.has('earlier')).toBe(false);
    expect(await changesSince(0)).toMatchObject([{ kind: 'room', changes: { name: 'Brunch' }, by: 'ann' }]);
  });

  test('by a backend names it as the author', async () => {
    await open('in-room', 'ben');
    await app.askAdmin('PATCH /rooms/lunch/', { name: 'Brunch' });
    expect(frames.get('in-room')).toMatchObject([{ type: 'room_updated', by: 'service:orders', seq: 1 }]);
  });

  test('to the same name is not logged', async () => {
    await app.ask('ann', 'PATCH /chats/lunch/', { name: 'Brunch' });
    expect(await app.ask('ann', 'PATCH /chats/lunch/', { name: 'Brunch' })).toMatchObject({
      status: 200,
      body: { name: 'Brunch', seq: 1 },
    });
  });

  test('is refused to plain members, strangers and in direct rooms', async () => {
    await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['ben'] });
    const answers = await Promise.all([
      app.ask('ben', 'PATCH /chats/lunch/', { name: 'x' }),
      app.ask('dan', 'PATCH /chats/lunch/', { name: 'x' }),
      app.ask('ann', 'PATCH /chats/direct:ann:ben/', { name: 'x' }),
    ]);
    expect(answers.map(({ status, body }) => [status, body['error']])).toEqual([
      [403, 'NOT_A_MODERATOR'],
      [403, 'NOT_A_MEMBER'],
      [409, 'FIXED_ROOM'],
    ]);
    expect((await lunch()).seq).toBe(0);
  });

  test('does not hide messages, nor count as one', async () => {
    await app.ask('ann', 'POST /chats/lunch/send_message/', { content: 'one' });
    for (const name of ['a', 'b', 'c']) await app.ask('ann', 'PATCH /chats/lunch/', { name });
    await app.ask('ann', 'POST /chats/lunch/send_message/', { content: 'two' });
    const page = await latestMessages(app.database.db, 'lunch', lunch(), { limit: 2 });
    expect(page).toMatchObject({ messages: [{ text: 'two' }, { text: 'one' }], hasMore: false });
    expect(await app.listed('ben', 'lunch')).toMatchObject({ unread: 2, last_message: { content: 'two' } });
  });
});

describe('an update of a room', () => {
  test('that was logged and not applied is applied by the next sync', async () => {
    await log({ kind: 'room', changes: { name: 'Brunch' } });
    expect(await lunch()).toMatchObject({ name: 'lunch', seq: 1 });
    expect(await changesSince(0)).toHaveLength(1);
    expect(await lunch()).toMatchObject({ name: 'Brunch' });
  });

  test('never replaces a later one, and keeps its other settings', async () => {
    const { change: older } = await log({ kind: 'room', changes: { name: 'Brunch', description: 'Daily' } });
    const { change: newer } = await log({ kind: 'room', changes: { name: 'Dinner' } });
    await applyRoomUpdate(app.database.db, 'lunch', newer);
    await applyRoomUpdate(app.database.db, 'lunch', older);
    expect(await lunch()).toMatchObject({ name: 'Dinner', description: 'Daily' });
  });

  test('back to the default removes the setting', async () => {
    const updates = [{ archived: true, slowMode: 5 }, { archived: false }] as const;
    for (const changes of updates) {
      await applyRoomUpdate(app.database.db, 'lunch', (await log({ kind: 'room', changes })).change);
    }
    const room = await lunch();
    expect(room).not.toHaveProperty('archived');
    expect(room).toMatchObject({ slowMode: 5 });
  });

  test('keep all fields and numbers when they run at the same time', async () => {
    const names = ['a', 'b', 'c', 'd'].map((name) => app.ask('ann', 'PATCH /chats/lunch/', { name }));
    await Promise.all(names);
    const { entries } = await listLog(app.database.db, 'lunch', { limit: 10 });
    const updates = entries.filter((entry) => entry.kind === 'room');
    expect(updates.map(({ seq }) => seq)).toEqual([4, 3, 2, 1].slice(0, updates.length));
    expect((await lunch()).name).toBe(updates[0]?.changes.name);
  });
});

describe('changes of members', () => {
  const kindsOf = (socket: string) =>
    (frames.get(socket) ?? []).filter(({ type }) => type.startsWith('member_'));

  test('are logged and posted to the room, once for each member', async () => {
    await open('in-room', 'ben');
    const members = '/chats/lunch/members/';
    await app.ask('ann', `POST ${members}`, { user_id: 'dan', role: 'moderator' });
    await app.ask('ann', `POST ${members}`, { user_id: 'dan' });
    await app.ask('ann', `PATCH ${members}dan/`, { role: 'member' });
    await app.ask('ann', `PATCH ${members}dan/`, { role: 'member' });
    await app.ask('ann', `PATCH ${members}dan/`, { muted_seconds: 60 });
    await app.ask('ann', `PATCH ${members}dan/`, { muted_until: null });
    await app.ask('ann', `DELETE ${members}dan/`);
    await app.ask('cat', `DELETE ${members}cat/`);
    const mutedUntil = new Date(app.context.now() + 60_000).toISOString();
    expect(kindsOf('in-room')).toEqual([
      { type: 'member_added', user_id: 'dan', role: 'moderator', by: 'ann', seq: 1 },
      { type: 'member_changed', user_id: 'dan', role: 'member', by: 'ann', seq: 2 },
      { type: 'member_changed', user_id: 'dan', muted_until: mutedUntil, by: 'ann', seq: 3 },
      { type: 'member_changed', user_id: 'dan', muted_until: null, by: 'ann', seq: 4 },
      { type: 'member_removed', user_id: 'dan', by: 'ann', seq: 5 },
      { type: 'member_removed', user_id: 'cat', by: 'cat', seq: 6 },
    ]);
    expect((await changesSince(0)).map(({ kind, seq }) => [kind, seq])).toEqual(
      [1, 2, 3, 4, 5, 6].map((seq) => ['member', seq]),
    );
  });

  test('by a backend are logged, but not the first members of a new room', async () => {
    await app.askAdmin('PUT /rooms/dinner/', { members: [{ user_id: 'ann' }, { user_id: 'ben' }] });
    expect((await app.askAdmin('GET /rooms/dinner/')).body).toMatchObject({ seq: 0 });
    await app.askAdmin('POST /rooms/dinner/members/', { members: [{ user_id: 'cat' }, { user_id: 'ben' }] });
    expect((await app.askAdmin('GET /rooms/dinner/')).body).toMatchObject({ seq: 1 });
  });

  test('do not count as unread for the new member', async () => {
    await app.ask('ann', 'POST /chats/lunch/send_message/', { content: 'one' });
    await app.ask('ann', 'POST /chats/lunch/members/', { user_id: 'dan' });
    await app.ask('ann', 'POST /chats/lunch/send_message/', { content: 'two' });
    expect(await app.listed('dan', 'lunch')).toMatchObject({ unread: 1 });
  });
});

describe('a change of a member that was logged and not applied', () => {
  const logMember = async (fields: Omit<NewChange<MemberUpdate>, 'kind'>): Promise<MemberUpdate> =>
    (await logRoomChange<MemberUpdate>('lunch', { kind: 'member', ...fields }, { id: 'ann' }, app.context))
      .change;
  const apply = (update: MemberUpdate) =>
    applyMemberUpdate(app.database.db, 'lunch', update, app.context.now());
  const memberIn = (user: string) => getMember(app.database.db, 'lunch', user);
  const write = (user: string) => app.ask(user, 'POST /chats/lunch/send_message/', { content: 'hello' });

  test('is applied by the next sync', async () => {
    await logMember({ user: 'dan', change: 'added', role: 'moderator' });
    await logMember({
      user: 'ben',
      change: 'changed',
      role: 'moderator',
      mutedUntil: app.context.now() + 60_000,
    });
    await logMember({ user: 'cat', change: 'removed' });
    await changesSince(0);
    expect(await memberIn('dan')).toMatchObject({ role: 'moderator', addedAt: 1 });
    expect(await memberIn('ben')).toMatchObject({
      role: 'moderator',
      mutedUntil: app.context.now() + 60_000,
    });
    expect(await memberIn('cat')).toBeUndefined();
    expect(await write('cat')).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    expect(await app.listed('cat', 'lunch')).toBeUndefined();
  });

  test('does not bring back a member who was removed later', async () => {
    const added = await logMember({ user: 'dan', change: 'added', role: 'member' });
    await apply(added);
    const role = await logMember({ user: 'dan', change: 'changed', role: 'owner' });
    await apply(await logMember({ user: 'dan', change: 'removed' }));
    await Promise.all([apply(added), apply(role)]);
    await changesSince(0);
    expect(await memberIn('dan')).toBeUndefined();
    expect(await app.listed('dan', 'lunch')).toBeUndefined();
  });

  test('does not remove a member who was added again later, nor change the new membership', async () => {
    const muted = await logMember({ user: 'cat', change: 'changed', mutedUntil: app.context.now() + 60_000 });
    const removed = await logMember({ user: 'cat', change: 'removed' });
    await apply(removed);
    await apply(await logMember({ user: 'cat', change: 'added', role: 'moderator' }));
    await Promise.all([apply(removed), changesSince(0)]);
    expect(await memberIn('cat')).toMatchObject({ role: 'moderator', addedAt: 3 });
    expect(muted.seq).toBe(1);
  });

  test('never replaces a later change of the same kind', async () => {
    const [mute, unmute] = [
      await logMember({ user: 'ben', change: 'changed', mutedUntil: app.context.now() + 60_000 }),
      await logMember({ user: 'ben', change: 'changed', mutedUntil: 0 }),
    ];
    const [moderator, owner] = [
      await logMember({ user: 'ben', change: 'changed', role: 'moderator' }),
      await logMember({ user: 'ben', change: 'changed', role: 'owner' }),
    ];
    for (const update of [owner, unmute, mute, moderator]) await apply(update);
    expect(await memberIn('ben')).toMatchObject({ role: 'owner', mutedUntil: 0 });
    // The mute that outlives the membership is also the later one.
    await apply(await logMember({ user: 'ben', change: 'removed' }));
    await apply(await logMember({ user: 'ben', change: 'added', role: 'member' }));
    expect(await memberIn('ben')).toMatchObject({ role: 'member', mutedUntil: 0 });
  });

  test('is not applied after a day, because the items of removed members expire', async () => {
    await logMember({ user: 'dan', change: 'added', role: 'member' });
    app.wait(25 * 3_600_000);
    await changesSince(0);
    expect(await memberIn('dan')).toBeUndefined();
  });

  test('closes the sockets of a removed member when the removal is repeated', async () => {
    await apply(await logMember({ user: 'cat', change: 'removed' }));
    await open('left-over', 'cat');
    expect(await app.ask('ann', 'DELETE /chats/lunch/members/cat/')).toMatchObject({ status: 404 });
    expect(await listConnections(app.database.db, { id: 'lunch', shards: 1 }, app.context.now())).toEqual([]);
  });

  test('a removed member looks to an earlier release like a user who declined the room', async () => {
    await app.ask('ann', 'DELETE /chats/lunch/members/cat/');
    const item = await app.database.db.chat.get(memberKey('lunch', 'cat'));
    expect(item).toMatchObject({ declined: true, removedSeq: 1 });
    expect(item?.['expiresAt'] * 1000).toBeGreaterThan(app.context.now() + 86_400_000);
    expect(item).not.toHaveProperty('user');
  });
});

describe('the stored entries of changes', () => {
  test('have no attribute that an earlier release or an index would take for something else', async () => {
    await app.ask('ann', 'POST /chats/lunch/send_message/', { content: 'pin me' });
    await app.ask('ann', 'PUT /chats/lunch/pins/1/');
    await app.ask('ann', 'POST /chats/lunch/members/', { user_id: 'dan' });
    await app.ask('ann', 'PATCH /chats/lunch/', { name: 'Brunch' });
    const items = await Promise.all([2, 3, 4].map((seq) => app.database.db.chat.get(logKey('lunch', seq))));
    expect(items).toMatchObject([
      { kind: 'pin', pinned: 1 },
      { kind: 'member', member: 'dan' },
      { kind: 'room', changes: { name: 'Brunch' } },
    ]);
    // `message` would make an earlier release change that message, and `user` belongs to the index of a user's rooms.
    for (const item of items)
      expect(Object.keys(item ?? {})).not.toEqual(expect.arrayContaining(['message']));
    for (const item of items) expect(Object.keys(item ?? {})).not.toEqual(expect.arrayContaining(['user']));
  });

  test('are noted for a socket that is still opening', async () => {
    const opening = { changes: 'all', connectedAt: app.context.now() } as const;
    const gone: Poster = { ...poster, post: async () => 'gone' };
    await open('opening', 'ben', opening);
    const context = { ...app.context, poster: gone };
    const ann = { ...userOf('ann') };
    await changeSettings('lunch', { name: 'Brunch' }, ann, context);
    const place = { room: 'lunch', shard: 0, id: 'opening' };
    expect(await getMissed(app.database.db, place)).toEqual(new Set([1]));
  });
});

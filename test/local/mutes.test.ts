import { beforeEach, describe, expect, test } from 'vitest';
import { Budgets } from '../../functions/delivery/budgets.ts';
import type { Context } from '../../functions/delivery/context.ts';
import { guestNamed, namelessId, type User } from '../../functions/domain/member.ts';
import type { Room } from '../../functions/domain/room.ts';
import { checkWriteAccess } from '../../functions/rooms/access.ts';
import { addMember, changeMember, removeMember } from '../../functions/rooms/members.ts';
import type { AdmissionContext } from '../../functions/rooms/new-room.ts';
import { type Database, openDatabase } from '../../functions/store/database.ts';
import { memberKey, muteKey, visitorKey } from '../../functions/store/keys.ts';
import * as store from '../../functions/store/members.ts';
import { putRoom } from '../../functions/store/rooms.ts';
import { sdkDynamoDb } from '../../functions/store/sdk-dynamodb.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { noFiles, noLimit } from '../support/mock-database.ts';
import { alice, bob, NOON } from '../support/sample.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { countWaves, intercepted } from '../support/waves.ts';
import { useAwsHost } from './aws-host.ts';
import { clientOf, rooms, serve } from './dynamodb-host.ts';

/** A table with the keys of the table `connections`. */
const connections = {
  ...rooms,
  logicalId: 'Connections',
  name: 'connections',
  attributeDefinitions: [
    { AttributeName: 'room', AttributeType: 'S' as const },
    { AttributeName: 'connection', AttributeType: 'S' as const },
  ],
  keySchema: [
    { AttributeName: 'room', KeyType: 'HASH' as const },
    { AttributeName: 'connection', KeyType: 'RANGE' as const },
  ],
  indexes: [],
};

const MINUTE = 60_000;
const dave: User = { id: '4', username: 'dave', email: 'dave@example.com', userType: '' };
const limit = { messages: 2, windowMs: 10_000 };

let db: Database;
let now: number;

useAwsHost();

beforeEach(async () => {
  now = NOON;
  const embedded = await openTestDatabase();
  await createTables(embedded, [connections]);
  const client = sdkDynamoDb(clientOf(await serve(embedded)));
  db = openDatabase(client, { chat: 'rooms', connections: 'connections' });
  await Promise.all([putGroup('1', 'members'), putGroup('2', 'open')]);
});

/** Creates a room that Alice owns, with Bob as a member. */
async function putGroup(id: string, access: Room['access']): Promise<void> {
  await putRoom(db, { id, name: '', kind: 'group', access });
  await store.addMember(db, { id, seq: 0 }, alice.id, 'owner');
  await store.addMember(db, { id, seq: 0 }, bob.id, 'member');
}

const contextOf = (database: Database): Context & AdmissionContext => ({
  db: database,
  fanOut: async () => undefined,
  files: noFiles,
  rates: noLimit,
  budgets: new Budgets(false),
  roomLimits: { create: null, invite: null },
  now: () => now,
  poster: { post: async () => 'delivered', isOpen: async () => true, close: async () => true },
});

const mute = (room: string, user: string, ms = MINUTE) =>
  changeMember({ room, user, mutedUntil: ms === 0 ? 0 : now + ms }, alice, contextOf(db));

const remove = (room: string, user: string, caller = alice) =>
  removeMember({ room, user }, caller, contextOf(db));

const add = (room: string, user: string) => addMember({ room, user, role: 'member' }, alice, contextOf(db));

/** Writes to a room as a user or a guest. Returns the code of the refusal, or undefined. */
async function write(room: string, user: User, id = 'socket=', database = db): Promise<string | undefined> {
  const rates = { group: limit, direct: limit };
  const request = { room, by: { user, id }, counted: 'send' as const, now };
  return checkWriteAccess({ db: database, rates, budgets: new Budgets(false) }, request).then(
    () => undefined,
    (error) => error.code,
  );
}

const mutedUntil = async (room: string, user: string) => (await store.getMember(db, room, user))?.mutedUntil;

describe('the mute of a member', () => {
  test.each([
    ['leaves and is added again', () => remove('1', bob.id, bob)],
    ['is removed and added again', () => remove('1', bob.id)],
  ])('lasts when the member %s', async (_how, end) => {
    await mute('1', bob.id);
    await end();
    expect(await write('1', bob)).toBe('NOT_A_MEMBER');
    const { member } = await add('1', bob.id);
    expect(member.mutedUntil).toBe(NOON + MINUTE);
    expect(await write('1', bob)).toBe('MUTED');
    now += MINUTE;
    expect(await write('1', bob)).toBeUndefined();
  });

  test('that an earlier release stored lasts too', async () => {
    await db.chat.update(memberKey('1', bob.id), {
      update: 'SET mutedUntil = :until',
      values: { ':until': NOON + MINUTE },
    });
    await remove('1', bob.id);
    expect((await add('1', bob.id)).member.mutedUntil).toBe(NOON + MINUTE);
  });

  test('that was lifted stays lifted', async () => {
    await mute('1', bob.id);
    await mute('1', bob.id, 0);
    await remove('1', bob.id);
    await add('1', bob.id);
    expect(await write('1', bob)).toBeUndefined();
  });

  test('ends for a member who was added again when a moderator lifts it', async () => {
    await mute('1', bob.id);
    await remove('1', bob.id);
    await add('1', bob.id);
    await mute('1', bob.id, 0);
    expect(await write('1', bob)).toBeUndefined();
    await remove('1', bob.id);
    await add('1', bob.id);
    expect(await write('1', bob)).toBeUndefined();
  });

  test('lasts when the member leaves an open room and writes as a visitor', async () => {
    await mute('2', bob.id);
    await remove('2', bob.id, bob);
    expect(await write('2', bob)).toBe('MUTED');
    await mute('2', bob.id, 0);
    expect(await write('2', bob)).toBeUndefined();
  });

  test('is one expiring item that is neither listed as a member nor in the index of members', async () => {
    await mute('1', bob.id);
    await mute('1', bob.id, 2 * MINUTE);
    await remove('1', bob.id);
    expect(await db.chat.get(muteKey('1', bob.id))).toEqual({
      ...muteKey('1', bob.id),
      mutedUntil: NOON + 2 * MINUTE,
      expiresAt: Math.ceil((NOON + 2 * MINUTE) / 1000),
      muteSeq: 2,
    });
    expect((await store.listMembers(db, '1', 10)).members.map(({ user }) => user)).toEqual([alice.id]);
    expect(await store.listRoomsOf(db, bob.id, 10)).toEqual(['2']);
    await add('1', bob.id);
    await mute('1', bob.id, 0);
    // The end of the mute is kept for an hour, so that the mute cannot come back.
    expect(await db.chat.get(muteKey('1', bob.id))).toEqual({
      ...muteKey('1', bob.id),
      mutedUntil: 0,
      expiresAt: Math.ceil((NOON + 60 * MINUTE) / 1000),
      muteSeq: 5,
    });
  });

  test('of one room does not hold in another', async () => {
    await mute('1', bob.id);
    expect(await write('2', bob)).toBeUndefined();
  });

  test.each([
    ['sets', 0, MINUTE],
    ['lifts', MINUTE, 0],
  ])('that a moderator %s while the user is being added is not lost', async (_how, before, after) => {
    await remove('2', bob.id);
    if (before > 0) await mute('2', bob.id, before);
    let puts = 0;
    const racing = intercepted(db, async (operation) => {
      if (operation === 'PutItem' && ++puts === 1) await mute('2', bob.id, after);
    });
    await addMember({ room: '2', user: bob.id, role: 'member' }, alice, contextOf(racing));
    expect(await mutedUntil('2', bob.id)).toBe(after === 0 ? 0 : NOON + after);
  });
});

describe('the mute of a visitor of an open room', () => {
  test('refuses their writes until it ends, even after the row of the visitor has expired', async () => {
    expect(await write('2', dave)).toBeUndefined();
    expect(await mute('2', dave.id, 120 * MINUTE)).toMatchObject({
      user: dave.id,
      role: 'member',
      mutedUntil: NOON + 120 * MINUTE,
    });
    expect(await write('2', dave)).toBe('MUTED');
    await db.chat.remove(visitorKey('2', dave.id));
    now += 119 * MINUTE;
    expect(await write('2', dave)).toBe('MUTED');
    now += MINUTE;
    expect(await write('2', dave)).toBeUndefined();
  });

  test('lasts when the visitor becomes a member', async () => {
    await mute('2', dave.id);
    expect((await add('2', dave.id)).member.mutedUntil).toBe(NOON + MINUTE);
    expect(await write('2', dave)).toBe('MUTED');
  });

  test('refuses a guest by the connection that the rate limit counts, under any name', async () => {
    await mute('2', namelessId('a='));
    const nameless: User = { ...guestNamed('x'), id: namelessId('a='), username: 'guest' };
    expect(await write('2', nameless, 'a=')).toBe('MUTED');
    expect(await write('2', guestNamed('ann'), 'a=')).toBe('MUTED');
    expect(await write('2', guestNamed('ann'), 'b=')).toBeUndefined();
  });

  test('applies to guests of that name, but not to the user with that id', async () => {
    await mute('2', 'guest:4');
    expect(await write('2', guestNamed(dave.id), 'a=')).toBe('MUTED');
    expect(await write('2', guestNamed(dave.id), 'b=')).toBe('MUTED');
    expect(await write('2', guestNamed('ann'), 'a=')).toBeUndefined();
    expect(await write('2', dave)).toBeUndefined();
  });

  test('does not apply to a guest who claims the id of a muted user', async () => {
    await mute('2', dave.id);
    expect(await write('2', guestNamed(dave.id))).toBeUndefined();
  });

  test('needs a moderator, an open room, and no role', async () => {
    const notMember = { code: 'NO_SUCH_MEMBER' };
    await expect(mute('1', dave.id)).rejects.toMatchObject(notMember);
    await expect(
      changeMember({ room: '2', user: dave.id, role: 'member' }, alice, contextOf(db)),
    ).rejects.toMatchObject(notMember);
    await expect(
      changeMember({ room: '2', user: dave.id, mutedUntil: NOON + 1 }, bob, contextOf(db)),
    ).rejects.toMatchObject({ code: 'NOT_A_MODERATOR' });
    await expect(
      changeMember({ room: '2', user: dave.id, mutedUntil: NOON + 1 }, dave, contextOf(db)),
    ).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    for (const room of ['1', '2']) expect(await db.chat.get(muteKey(room, dave.id))).toBeUndefined();
  });

  test('adds no round trip to a write, and a refused write stores nothing', async () => {
    const counted = countWaves(db);
    await write('2', dave, 'a=', counted.db);
    await write('2', guestNamed('ann'), 'a=', counted.db);
    expect(counted.calls.map((wave) => wave.toSorted())).toEqual([
      ['UpdateItem'],
      ['GetItem'],
      ['BatchGetItem'],
      ['UpdateItem'],
      ['BatchGetItem'],
      ['UpdateItem'],
    ]);
    await mute('2', 'guest:ann');
    await db.chat.remove(visitorKey('2', namelessId('a=')));
    const refused = countWaves(db);
    expect(await write('2', guestNamed('ann'), 'a=', refused.db)).toBe('MUTED');
    expect(refused.calls.map((wave) => wave.toSorted())).toEqual([['BatchGetItem']]);
    expect(await db.chat.get(visitorKey('2', namelessId('a=')))).toBeUndefined();
  });
});

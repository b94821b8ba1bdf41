import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CountedRoom, openCountedRoom } from '../../../bench/counted-room.ts';
import { checkWriteAccess, setMute } from '../../../functions/store/members.ts';

const ROOM = 'a-room';
const NOW = Date.now();

let room: CountedRoom;

beforeAll(async () => {
  room = await openCountedRoom(2);
});

afterAll(() => room.close());

const check = (user: string, evenIfMuted = false) =>
  checkWriteAccess(room.context.db, ROOM, user, null, NOW, evenIfMuted);

test('a write that no rate limit counts is checked by one read, without a write', async () => {
  const counts = await room.count(() => check('user-0'));
  expect(counts).toMatchObject({ writeUnits: 0, readUnits: 1 });
  expect(counts.trips).toHaveLength(1);
});

test('a write that no rate limit counts is refused for a muted member and for a user who is not a member', async () => {
  await setMute(room.context.db, ROOM, 'user-1', NOW + 60_000);
  await expect(check('user-1')).rejects.toMatchObject({ code: 'MUTED' });
  await expect(check('user-1', true)).resolves.toMatchObject({ user: 'user-1' });
  await expect(check('nobody')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
});

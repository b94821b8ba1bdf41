import { afterEach, beforeEach, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { settleLog } from '../../../functions/log/settle.ts';
import type { Database } from '../../../functions/store/database.ts';
import { logKey, roomKey } from '../../../functions/store/keys.ts';
import { takeNumber, takeSeq } from '../../../functions/store/log.ts';
import { getRoomWithMute } from '../../../functions/store/mutes.ts';
import { getRoom, getRooms, putRoom } from '../../../functions/store/rooms.ts';

let database: CountingDatabase;
let db: Database;
beforeEach(async () => {
  database = await CountingDatabase.open();
  db = database.db;
});
afterEach(() => database.close());

test('a room does not exist while it is being imported, and its id is taken', async () => {
  await db.chat.put({ ...roomKey('lunch'), importing: 'backup-1' });
  expect(await getRoom(db, 'lunch')).toBeUndefined();
  expect(await getRooms(db, ['lunch'])).toEqual([]);
  expect(await getRoomWithMute(db, 'lunch', ['ann'])).toEqual({ room: undefined, mutedUntil: 0 });
  await expect(takeNumber(db, 'lunch', 0)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  await expect(takeSeq(db, 'lunch', 0)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  expect(await putRoom(db, { id: 'lunch', name: '', kind: 'group', access: 'members' })).toBe(false);
});

test('settles a log with a billion void numbers in one page', async () => {
  const top = 1_000_000_000;
  await db.chat.put({ ...logKey('lunch', top), kind: 'void', seq: top, from: 1 });
  const { entries, upTo } = await settleLog(db, 'lunch', { since: 0, upTo: top + 2, limit: 200 });
  expect(upTo).toBe(top + 2);
  // The two numbers above the run had no entry.
  expect(entries.map((entry) => entry.kind === 'void' && entry.seq)).toEqual([top, top + 1, top + 2]);
});

import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openInbox } from '../../../functions/connections/inbox.ts';
import { deliver } from '../../../functions/delivery/deliver.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { inboxOf } from '../../../functions/domain/room.ts';
import { listShards, putConnection } from '../../../functions/store/connections.ts';
import { memberKey, roomKey } from '../../../functions/store/keys.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

const HOUR = 3_600_000;

let app: EmbeddedApp;
beforeAll(async () => {
  app = await openEmbeddedApp();
  await fillRooms('ann', 5_000);
});
afterAll(() => app.database.close());

/** Stores many rooms of a user at once; `room-0` changed last. */
async function fillRooms(user: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => `room-${index}`);
  const room = { name: '', kind: 'group', access: 'members', seq: 0, shards: 1 };
  await app.database.fill('chat', [
    ...ids.map((id, index) => marshall({ ...roomKey(id), ...room, lastAt: 1_000_000 - index })),
    ...ids.map((id) => marshall({ ...memberKey(id, user), user, role: 'member', readTo: 0 })),
  ]);
}

describe('a user in 5,000 rooms', () => {
  test('is added to no other room', async () => {
    const refused = { status: 409, body: { error: 'ROOM_LIMIT' } };
    const direct = { kind: 'direct', members: ['ann'] };
    expect(await app.ask('eve', 'POST /chats/', direct)).toMatchObject(refused);
    expect(await app.ask('ann', 'POST /chats/', { name: 'one more' })).toMatchObject(refused);
    await app.makeRoom('lunch', 'eve');
    expect(await app.ask('eve', 'POST /chats/lunch/members/', { user_id: 'ann' })).toMatchObject(refused);
  });

  test('pages through all of them by latest activity, and has the latest 1,000 in an inbox', async () => {
    const ids: unknown[] = [];
    let cursor: unknown = '';
    // The keys are not in the order of activity, so two pages show that the list does not use the order of the keys.
    for (let page = 0; page < 2; page++) {
      const query: string = cursor === '' ? '' : `&cursor=${String(cursor)}`;
      const { body } = await app.ask('ann', `GET /chats/?limit=50${query}`);
      ids.push(...(body['chats'] as Json[]).map(({ id }) => id));
      cursor = body['next_cursor'];
    }
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => `room-${index}`));
    const last = Buffer.from(JSON.stringify([1_000_000 - 4_998, 'room-4998'])).toString('base64url');
    const { body } = await app.ask('ann', `GET /chats/?cursor=${last}`);
    expect(body).toMatchObject({ chats: [{ id: 'room-4999' }], next_cursor: null });

    const posted: Event[] = [];
    const poster = {
      ...app.context.poster,
      post: async (_id: string, frame: string) => {
        posted.push(JSON.parse(frame) as Event);
        return 'delivered' as const;
      },
    };
    const now = app.context.now();
    const user = { id: 'ann', username: 'ann', email: '', userType: '' };
    const inbox = connectionOf(user, { room: inboxOf('ann'), connectedAt: now, tokenExpiresAt: now + HOUR });
    const context = { ...app.context, poster };
    await putConnection(app.database.db, inbox);
    await openInbox(inbox, context, (event) => deliver(event, [inbox], context));
    expect(posted).toMatchObject([{ type: 'inbox', rooms: 1_000 }]);
    const covers = async (room: string) => (await listShards(app.database.db, room, [0], now)).length;
    expect(await Promise.all(['room-0', 'room-999', 'room-1000'].map(covers))).toEqual([1, 1, 0]);
  });
});

import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { announceOnline, openInbox } from '../../../functions/connections/inbox.ts';
import { connect, disconnect } from '../../../functions/connections/lifecycle.ts';
import { directRoomId, inboxOf } from '../../../functions/domain/room.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { alice, connectionOf, NOON } from '../../support/sample.ts';

test('connect removes the row and marks the user offline if it cannot request a welcome', async () => {
  const { db, dynamodb } = mockDatabase();
  dynamodb.onAnyCommand().resolves({});
  const denied = new Error('AccessDenied');
  const connecting = connect(connectionOf(alice), { db, now: () => NOON }, () => Promise.reject(denied));
  await expect(connecting).rejects.toBe(denied);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
  expect(dynamodb.commandCalls(DeleteItemCommand)).toHaveLength(1);
  const [arrival, departure] = dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
  expect(arrival?.UpdateExpression).toContain('ADD #online');
  expect(departure?.UpdateExpression).toContain('DELETE #online');
  expect(departure?.ExpressionAttributeValues?.[':open']).toEqual(
    arrival?.ExpressionAttributeValues?.[':open'],
  );
});

describe('an inbox in a direct room', () => {
  const room = directRoomId('ann', 'bob');
  let app: EmbeddedApp;
  let posts: { readonly to: string; readonly frame: Json }[];
  beforeEach(async () => {
    posts = [];
    const poster = {
      post: async (to: string, frame: string) => {
        posts.push({ to, frame: JSON.parse(frame) as Json });
        return 'delivered' as const;
      },
      close: async () => true,
      isOpen: async (id: string) => id !== 'closed',
    };
    app = await openEmbeddedApp({ poster });
    await app.makeRoom('r', 'ann', 'bob');
    await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['bob'] });
  });
  afterEach(() => app.database.close());

  const open = async (user: string, id: string, place: string) => {
    const now = app.context.now();
    const times = { connectedAt: now - 60_000, tokenExpiresAt: now + 3_600_000 };
    const session = connectionOf({ ...alice, id: user }, { ...times, id, room: place });
    await connect(session, app.context, async () => {});
    return session;
  };

  const openInboxOf = async (user: string, id: string) =>
    openInbox(await open(user, id, inboxOf(user)), app.context, async () => ({ gone: [] }));

  test('that closed without a notice keeps nobody online', async () => {
    await openInboxOf('ann', 'closed');
    await open('ann', 'tab', room);
    await open('bob', 'bob', room);
    await disconnect({ user: 'ann', id: 'tab' }, app.context);
    expect(posts).toMatchObject([{ to: 'bob', frame: { type: 'presence', status: 'offline' } }]);
    const { body } = await app.ask('bob', `GET /chats/${room}/`);
    expect(body['members']).toMatchObject([{ user_id: 'ann', online: false }, { user_id: 'bob' }]);
  });

  test('that closes before it is announced is not announced afterwards', async () => {
    await open('bob', 'bob', room);
    const rows = await openInboxOf('ann', 'inbox');
    await announceOnline(rows, app.context.now(), app.context);
    await disconnect({ user: 'ann', id: 'inbox' }, app.context);
    await announceOnline(rows, app.context.now(), app.context);
    expect(posts.map(({ frame }) => frame['status'])).toEqual(['online', 'offline']);
  });

  test('that closes while it is announced is offline by the times of the two frames', async () => {
    await open('bob', 'bob', room);
    const rows = await openInboxOf('ann', 'inbox');
    const { db } = app.context;
    const query: typeof db.connections.query = async (request) => {
      const page = await db.connections.query(request);
      app.wait(5);
      await disconnect({ user: 'ann', id: 'inbox' }, app.context);
      app.wait(5);
      return page;
    };
    const connections = Object.assign(Object.create(db.connections), { query });
    await announceOnline(rows, app.context.now(), { ...app.context, db: { ...db, connections } });
    const frames = posts.map(({ frame }) => frame);
    expect(frames.map(({ status }) => status)).toEqual(['offline', 'online']);
    const [offline, online] = frames.map(({ last_seen }) => String(last_seen));
    expect(Date.parse(String(online))).toBeLessThan(Date.parse(String(offline)));
  });
});

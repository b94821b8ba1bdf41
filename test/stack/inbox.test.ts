import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Chatter, enter, enterInbox, heard, join, said } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { newRoom, openRoom, userConnections } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let stack: TestStack;
let alice: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  alice = await askingAs(stack, 'alice');
});

afterAll(() => stack.stop());

const tell = (room: string, content: string) =>
  alice(`POST /chats/${room}/send_message/`, { content, broadcast: true });

const bearer = async (username: string) => ({ Authorization: `Bearer ${await stack.token(username)}` });

/** Waits until all frames in flight have reached the socket. */
async function caughtUp(who: Chatter): Promise<void> {
  await stack.settled();
  who.send({ action: 'ping' });
  await who.take('pong');
}

describe('a socket without a room is an inbox', () => {
  test('with a header or a subprotocol, at the stage’s URL and through the edge', async () => {
    const headers = await bearer('bob');
    const edge = stack.stack.edgeUrl.replace(/^http/, 'ws');
    for (const url of [stack.socketUrl, `${edge}/ws/`, `${edge}/ws/chat/`, `${edge}/ws/chat`]) {
      const byHeader = await connect(url, { headers });
      expect(await byHeader.next()).toMatchObject({ type: 'inbox', rooms: expect.any(Number) });
      const protocols = ['Bearer', await stack.token('bob')];
      const byProtocol = await connect(url, { protocols });
      expect(byProtocol.protocol).toBe('Bearer');
      expect(await byProtocol.next()).toMatchObject({ type: 'inbox', rooms: expect.any(Number) });
      await Promise.all([byHeader.close(), byProtocol.close()]);
    }
    const direct = await connect(`${edge}/ws/chat/?firts_user=1&second_user=2/`, { headers });
    expect(await direct.next()).toEqual([]);
    await direct.close();
  });

  test('is refused without a token and in other dialects', async () => {
    const headers = await bearer('bob');
    for (const query of ['', '?dialect=action', '?dialect=operation']) {
      await expect(connect(`${stack.socketUrl}${query}`)).rejects.toMatchObject({ status: 401 });
    }
    for (const dialect of ['content', 'operation']) {
      const asked = connect(`${stack.socketUrl}?dialect=${dialect}`, { headers });
      await expect(asked).rejects.toMatchObject({ status: 403 });
    }
    const refused = await connect(`${stack.socketUrl}?token=${await stack.token('bob')}`);
    expect(await refused.next()).toMatchObject({ type: 'error', code: 4003 });
    await refused.closed;
  });

  test('cannot be addressed as a room by a handshake or a frame', async () => {
    const dave = await enterInbox(stack, 'dave');
    for (const room of ['%234', '%231']) {
      await expect(enter(stack, 'dave', `room=${room}`)).rejects.toMatchObject({ status: 403 });
    }
    for (const action of ['join', 'history', 'typing', 'ping']) {
      dave.send({ action, room_id: '#4', typing: true });
      expect(await dave.take('error')).toMatchObject({ code: 'NOT_A_MEMBER' });
    }
    for (const asked of ['GET /chats/%234/', 'GET /chats/%234/messages/']) {
      const answer = await (await askingAs(stack, 'dave'))(asked);
      expect(answer).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    }
    await dave.close();
  });
});

describe('an inbox receives', () => {
  test('each message of its user’s rooms once, with room_id, and none of other rooms', async () => {
    const rooms = await Promise.all([1, 2, 3].map(() => newRoom(stack, 'alice', 'carol')));
    const foreign = await newRoom(stack, 'alice');
    const carol = await enterInbox(stack, 'carol');
    await tell(foreign, 'not for carol');
    for (const room of rooms) await tell(room, `to ${room}`);
    for (const room of rooms) {
      expect(await carol.next(said(`to ${room}`))).toMatchObject({ room_id: room, seq: 1 });
    }
    await caughtUp(carol);
    expect(heard(carol, 'chat_message')).toHaveLength(3);
    await carol.close();
  });

  test('only new messages: no edit, delete, reaction, receipt, typing or presence', async () => {
    const room = await newRoom(stack, 'alice', 'bob', 'carol');
    const carol = await enterInbox(stack, 'carol');
    const here = await enter(stack, 'alice', `room=${room}`);
    const bob = await enter(stack, 'bob', `room=${room}`);
    const { message_id } = await here.say('hello');
    here.send({ action: 'edit', message_id, text: 'hello again' });
    await bob.take('message_edited');
    bob.send({ action: 'react', message_id, emoji: '👍' });
    bob.send({ action: 'typing', typing: true });
    bob.send({ action: 'seen', message_id });
    await Promise.all(['message_reacted', 'typing', 'message_seen'].map((type) => here.take(type)));
    here.send({ action: 'delete', message_id });
    await bob.take('message_deleted');
    await Promise.all([bob.close(), here.close()]);
    await caughtUp(carol);
    expect(carol.frames()).toEqual([
      { type: 'inbox', rooms: expect.any(Number) },
      expect.objectContaining({ type: 'chat_message', room_id: room }),
      { type: 'pong', seq: 0 },
    ]);
    await carol.close();
  });

  test('and causes no presence change when it opens or closes', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const here = await enter(stack, 'alice', `room=${room}`);
    const carol = await enterInbox(stack, 'carol');
    await carol.close();
    await vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(1), {
      timeout: 10_000,
    });
    const at = await enter(stack, 'carol', `room=${room}`);
    expect(await here.take('presence')).toMatchObject({ user_id: 3, status: 'online' });
    const inbox = await enterInbox(stack, 'carol');
    await at.close();
    expect(await here.take('presence')).toMatchObject({ user_id: 3, status: 'offline' });
    await stack.settled();
    expect(heard(here, 'presence')).toHaveLength(2);
    await Promise.all([here.close(), inbox.close()]);
  });

  test('with `changes=all` edits and deletes too', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const carol = await enterInbox(stack, 'carol', '?changes=all');
    const here = await enter(stack, 'alice', `room=${room}`);
    const { message_id } = await here.say('hello');
    here.send({ action: 'edit', message_id, text: 'hello again' });
    expect(await carol.take('message_edited')).toMatchObject({ room_id: room, text: 'hello again', seq: 2 });
    here.send({ action: 'react', message_id, emoji: '👍' });
    here.send({ action: 'delete', message_id });
    expect(await carol.take('message_deleted')).toMatchObject({ room_id: room, message_id });
    expect(heard(carol, 'message_reacted')).toEqual([]);
    await Promise.all([here.close(), carol.close()]);
  });

  test('with `changes=all` the presence of others in direct rooms, wherever they connect and leave', async () => {
    await Promise.all([3, 1].map((id) => alice('POST /chats/', { kind: 'direct', members: [id] })));
    const room = 'direct:1:3';
    const here = await enterInbox(stack, 'alice', '?changes=all');
    const news = async (status: string) =>
      expect(await here.take('presence')).toMatchObject({ room_id: room, user_id: 3, status });
    const first = await enterInbox(stack, 'carol');
    await news('online');
    const second = await enterInbox(stack, 'carol');
    const elsewhere = await newRoom(stack, 'alice', 'carol');
    await join(second, elsewhere);
    await join(second, room);
    second.send({ action: 'leave', room_id: room });
    await second.take('left');
    await first.close();
    await vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(2));
    await second.close();
    await news('offline');
    await stack.settled();
    const frames = heard(here, 'presence').map(({ status }) => status);
    expect(frames).toEqual(['online', 'offline']);
    const { body } = await alice(`GET /chats/${room}/`);
    expect(body['members']).toMatchObject([{ user_id: 1 }, { user_id: 3, online: false }]);
    await here.close();
  });

  test('and its messages count as delivered, not as read', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const carol = await enterInbox(stack, 'carol');
    const here = await enter(stack, 'alice', `room=${room}`);
    await here.say('look when you can');
    await here.take('mark_message_as_delivered');
    await stack.settled();
    expect(heard(here, 'mark_message_as_read')).toEqual([]);
    await Promise.all([here.close(), carol.close()]);
  });

  test('the read marks that its own user sends from another device, and no other read marks', async () => {
    const room = await newRoom(stack, 'alice', 'bob', 'carol');
    const inbox = await enterInbox(stack, 'carol');
    const devices = await Promise.all(
      ['bob', 'carol'].map((name) => enter(stack, name, `room=${room}&reads=manual`)),
    );
    await tell(room, 'read me');
    for (const device of devices) {
      const { message_id } = await device.take('chat_message');
      device.send({ action: 'seen', message_id });
      await device.take('message_seen');
    }
    const seen = { type: 'message_seen', message_id: 1, user_id: 3, room_id: room };
    expect(await inbox.take('message_seen')).toEqual(seen);
    await caughtUp(inbox);
    expect(heard(inbox, 'message_seen')).toEqual([seen]);
    await Promise.all([inbox, ...devices].map((each) => each.close()));
  });

  test('no read marks of a guest who uses the name of the inbox’s user', async () => {
    const room = await openRoom(stack);
    await alice(`POST /chats/${room}/members/`, { user_id: 3 });
    const inbox = await enterInbox(stack, 'carol');
    const guest = await connect(`${stack.socketUrl}?room=${room}`);
    await tell(room, 'open to all');
    await inbox.next(said('open to all'));
    // The addition of Carol has the number 1.
    guest.send({ operation: 'seen', user: '3', message_id: '2' });
    await guest.next((frame) => (frame as { operation?: string }).operation === 'seen');
    await caughtUp(inbox);
    expect(heard(inbox, 'message_seen')).toEqual([]);
    await Promise.all([guest.close(), inbox.close()]);
  });
});

describe('the rooms of an open inbox', () => {
  test.each([
    ['made with its user', 0, async () => (await alice('POST /chats/', { members: [3] })).body['id']],
    [
      'that its user is added to',
      1,
      async () => {
        const room = await newRoom(stack, 'alice');
        await alice(`POST /chats/${room}/members/`, { user_id: 3 });
        return room;
      },
    ],
  ])('grow by a room %s', async (_how, seq, make) => {
    const carol = await enterInbox(stack, 'carol');
    const room = String(await make());
    expect(await carol.take('joined')).toEqual({ type: 'joined', room_id: room, seq });
    await tell(room, 'welcome');
    expect(await carol.next(said('welcome'))).toMatchObject({ room_id: room });
    await alice(`POST /chats/${room}/members/`, { user_id: 3 });
    await caughtUp(carol);
    expect(heard(carol, 'joined')).toHaveLength(1);
    expect(heard(carol, 'chat_message')).toHaveLength(1);
    await carol.close();
  });

  test('grow by a direct room when its first message arrives', async () => {
    const carol = await enterInbox(stack, 'carol');
    const dave = await askingAs(stack, 'dave');
    await dave('POST /chats/', { kind: 'direct', members: [3] });
    expect(await carol.take('joined')).toMatchObject({ room_id: 'direct:3:4' });
    await carol.close();
  });

  test('lose a room as soon as its user is removed from it', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const carol = await enterInbox(stack, 'carol');
    await alice(`DELETE /chats/${room}/members/3/`);
    expect(await carol.take('left')).toEqual({ type: 'left', room_id: room });
    await tell(room, 'without carol');
    await caughtUp(carol);
    expect(heard(carol, 'chat_message')).toEqual([]);
    expect(await userConnections(stack, room)).toEqual([]);
    await carol.close();
  });

  test('lose all rows when it closes', async () => {
    const rooms = await Promise.all([1, 2, 3].map(() => newRoom(stack, 'alice', 'carol')));
    const carol = await enterInbox(stack, 'carol');
    for (const room of rooms) expect(await userConnections(stack, room)).toMatchObject([{ via: 'inbox' }]);
    await carol.close();
    for (const room of [...rooms, '#3']) {
      await vi.waitFor(async () => expect(await userConnections(stack, room)).toEqual([]), {
        timeout: 10_000,
      });
    }
  });
});

describe('on an inbox', () => {
  test('a frame must name its room, or is refused', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const carol = await enterInbox(stack, 'carol');
    carol.send({ message: 'to whom?', client_id: 'c-1' });
    const refused = await carol.take('error');
    expect(refused).toMatchObject({ code: 'ROOM_REQUIRED', client_id: 'c-1' });
    expect(refused['message']).toContain('room_id');
    expect(refused).not.toHaveProperty('room_id');
    for (const frame of [{ action: 'history' }, { action: 'typing', typing: true }]) {
      carol.send(frame);
      expect(await carol.take('error')).toMatchObject({ code: 'ROOM_REQUIRED' });
    }
    const { message_id } = await carol.say('to you', { room_id: room });
    carol.send({ action: 'edit', message_id, text: 'to you all', room_id: room });
    expect(await carol.take('message_edited')).toMatchObject({ room_id: room, text: 'to you all' });
    carol.send({ action: 'history', room_id: room });
    expect(await carol.take('history')).toMatchObject({ room_id: room, messages: [{ text: 'to you all' }] });
    await carol.close();
  });

  test('a ping is answered, and with a room it returns the room’s sequence number', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    await tell(room, 'one');
    const carol = await enterInbox(stack, 'carol');
    carol.send({ action: 'ping' });
    expect(await carol.take('pong')).toEqual({ type: 'pong', seq: 0 });
    carol.send({ action: 'ping', room_id: room });
    expect(await carol.take('pong')).toEqual({ type: 'pong', seq: 1, room_id: room });
    await carol.close();
  });

  test('a ping that names rooms returns the sequence numbers of those that the user may read', async () => {
    const own = await newRoom(stack, 'alice', 'carol');
    const open = await openRoom(stack);
    const foreign = await newRoom(stack, 'alice');
    await tell(own, 'one');
    const carol = await enterInbox(stack, 'carol');
    carol.send({ action: 'ping', rooms: [own, open, foreign, own, 'missing'] });
    expect(await carol.take('pong')).toEqual({
      type: 'pong',
      seq: 0,
      rooms: [
        { room_id: own, seq: 1 },
        { room_id: open, seq: expect.any(Number) },
        { room_id: foreign },
        { room_id: 'missing' },
      ],
    });
    carol.send({ action: 'ping', rooms: Array.from({ length: 51 }, (_, id) => id) });
    expect(await carol.take('error')).toMatchObject({ code: 'BAD_FRAME' });
    await carol.close();
  });

  test('a joined room sends all events, and after leaving only new messages', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const here = await enter(stack, 'alice', `room=${room}`);
    const carol = await enterInbox(stack, 'carol');
    await join(carol, room);
    expect(await here.take('presence')).toMatchObject({ user_id: 3, status: 'online' });
    here.send({ action: 'typing', typing: true });
    expect(await carol.take('typing')).toMatchObject({ room_id: room });
    await here.say('once');
    await here.take('mark_message_as_read');
    carol.send({ action: 'leave', room_id: room });
    await carol.take('left');
    expect(await here.take('presence')).toMatchObject({ user_id: 3, status: 'offline' });
    here.send({ action: 'typing', typing: false });
    await here.take('typing', ({ typing }) => typing === false);
    await here.say('twice');
    await carol.next(said('twice'));
    await caughtUp(carol);
    expect(heard(carol, 'typing')).toHaveLength(1);
    expect(heard(carol, 'chat_message').map(({ message }) => message?.['text'])).toEqual(['once', 'twice']);
    expect(await userConnections(stack, room)).toContainEqual(
      expect.objectContaining({ via: 'inbox', reads: 'manual' }),
    );
    await Promise.all([here.close(), carol.close()]);
  });

  test('an open room can be joined and left without membership', async () => {
    const room = await openRoom(stack);
    const carol = await enterInbox(stack, 'carol');
    await tell(room, 'not yet');
    await join(carol, room);
    await tell(room, 'now');
    await carol.next(said('now'));
    carol.send({ action: 'leave', room_id: room });
    await carol.take('left');
    expect(await userConnections(stack, room)).toEqual([]);
    await tell(room, 'no more');
    await caughtUp(carol);
    expect(heard(carol, 'chat_message')).toHaveLength(1);
    await carol.close();
  });
});

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { putConnection } from '../../functions/store/connections.ts';
import { getMember } from '../../functions/store/members.ts';
import { type Chatter, enter, said, typed } from '../support/chat.ts';
import { databaseOf, newRoom, userConnections } from '../support/rooms.ts';
import { bob as bobUser, connectionOf } from '../support/sample.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

/** Stores a row of bob's whose socket has ended without `$disconnect`. */
const leaveRow = (room: string, overrides: Partial<Parameters<typeof putConnection>[1]> = {}) => {
  const open = { connectedAt: Date.now() - 60_000, tokenExpiresAt: Date.now() + 3_600_000 };
  const row = connectionOf(bobUser, { id: 'EAAAAAAAAAAAAAA=', room, ...open, ...overrides });
  return putConnection(databaseOf(stack), row);
};

const readTo = async (room: string) => (await getMember(databaseOf(stack), room, bobUser.id))?.readTo;

/** Returns the presence events about bob that a connection received. */
const heard = (person: Chatter) =>
  person
    .frames()
    .filter(typed('presence', ({ user_id }) => user_id === 2))
    .map((frame) => (frame as { status: string }).status);

async function roomOfAlice(): Promise<{ room: string; alice: Chatter }> {
  const room = await newRoom(stack, 'alice', 'bob');
  return { room, alice: await enter(stack, 'alice', `room=${room}`) };
}

describe('a connection that ended without $disconnect', () => {
  test('is announced once, and counts as having read everything before the failed post', async () => {
    const { room, alice } = await roomOfAlice();
    await alice.say('one');
    await alice.say('two');
    await leaveRow(room);
    await Promise.all(['three', 'four'].map((text) => alice.say(text)));
    await vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(1), {
      timeout: 10_000,
    });
    await vi.waitFor(() => expect(heard(alice)).toEqual(['offline']));
    await stack.settled();
    expect(heard(alice)).toEqual(['offline']);
    expect([2, 3]).toContain(await readTo(room));
    await alice.close();
  });

  test('does not make its user present once its row has expired', async () => {
    const { room, alice } = await roomOfAlice();
    await leaveRow(room, { connectedAt: Date.now() - 131 * 60_000 });
    const bob = await enter(stack, 'bob', `room=${room}`);
    await alice.take('presence', ({ status }) => status === 'online');
    await bob.close();
    await alice.take('presence', ({ status }) => status === 'offline');
    expect(await userConnections(stack, room)).toHaveLength(1);
    await alice.close();
  });

  test('does not keep its user online when the other device disconnects', async () => {
    const { room, alice } = await roomOfAlice();
    const bob = await enter(stack, 'bob', `room=${room}`);
    await alice.take('presence', ({ status }) => status === 'online');
    await leaveRow(room);
    await bob.close();
    await alice.take('presence', ({ status }) => status === 'offline');
    await stack.settled();
    expect(heard(alice)).toEqual(['online', 'offline']);
    expect(await userConnections(stack, room)).toHaveLength(1);
    await alice.close();
  });

  test('does not take its user offline while another device is connected', async () => {
    const { room, alice } = await roomOfAlice();
    const bob = await enter(stack, 'bob', `room=${room}`);
    await alice.take('presence', ({ status }) => status === 'online');
    await leaveRow(room);
    await alice.say('anybody?');
    await vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(2), {
      timeout: 10_000,
    });
    await stack.settled();
    expect(heard(alice)).toEqual(['online']);
    await bob.close();
    await alice.take('presence', ({ status }) => status === 'offline');
    expect(heard(alice)).toEqual(['online', 'offline']);
    await alice.close();
  });
});

describe('a user with two devices goes offline when the last one disconnects', () => {
  test.each([
    ['the first', [0, 1]],
    ['the second', [1, 0]],
  ])('when %s disconnects first', async (_which, order) => {
    const { room, alice } = await roomOfAlice();
    const devices = [await enter(stack, 'bob', `room=${room}`), await enter(stack, 'bob', `room=${room}`)];
    const [goes, stays] = order.map((index) => devices[index]);
    // A device announces its user after its history has arrived, unless an older one is connected.
    await stack.settled();
    await goes?.close();
    await vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(2), {
      timeout: 10_000,
    });
    await stack.settled();
    expect(heard(alice)).toEqual(['online']);
    await stays?.close();
    await alice.take('presence', ({ status }) => status === 'offline');
    expect(heard(alice)).toEqual(['online', 'offline']);
    await alice.close();
  });

  test('when both disconnect at the same time', async () => {
    const { room, alice } = await roomOfAlice();
    const devices = [await enter(stack, 'bob', `room=${room}`), await enter(stack, 'bob', `room=${room}`)];
    await Promise.all(devices.map((device) => device.close()));
    await alice.take('presence', ({ status }) => status === 'offline');
    expect(heard(alice).at(-1)).toBe('offline');
    await alice.close();
  });
});

test('everything sent to a socket that reads at once counts as read when it closes', async () => {
  const { room, alice } = await roomOfAlice();
  const bob = await enter(stack, 'bob', `room=${room}`);
  await alice.say('one');
  await alice.say('two');
  await bob.next(said('two'));
  expect(await readTo(room)).toBe(0);
  await bob.close();
  await vi.waitFor(async () => expect(await readTo(room)).toBe(2), { timeout: 10_000 });
  await alice.say('three');
  expect(await readTo(room)).toBe(2);
  await alice.close();
});

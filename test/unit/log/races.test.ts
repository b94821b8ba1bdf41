import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { deleteMessage } from '../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { react } from '../../../functions/commands/react.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { sync } from '../../../functions/commands/sync.ts';
import { connect } from '../../../functions/connections/lifecycle.ts';
import { RoomCache } from '../../../functions/connections/room-cache.ts';
import { welcome } from '../../../functions/connections/welcome.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import type { Poster } from '../../../functions/delivery/poster.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { deleteConnection } from '../../../functions/store/connections.ts';
import { listLog, putMessage, takeSeq } from '../../../functions/store/log.ts';
import { addMember } from '../../../functions/store/members.ts';
import { getRoom, putRoom } from '../../../functions/store/rooms.ts';
import { usualOrLong } from '../../support/long.ts';
import { noFiles, noLimit } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';
import { Schedule } from '../../support/schedule.ts';

/** The pause before a reader voids a number ends at any point of the schedule. */
const pauses = vi.hoisted(() => ({ wait: async (): Promise<void> => undefined }));
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: () => pauses.wait(),
}));

const ORDERS = usualOrLong(40, 120);

let counting: CountingDatabase;

beforeAll(async () => {
  counting = await CountingDatabase.open();
});

afterAll(() => counting.close());

async function roomOf(seed: number, name: string): Promise<string> {
  const id = `${name}-${seed}`;
  await putRoom(counting.db, { id, name: 'r', kind: 'group', access: 'members' });
  const room = { id, seq: 0 };
  await Promise.all([alice, bob].map(({ id: user }) => addMember(counting.db, room, user, 'member')));
  return id;
}

/** Returns a context for commands, whose frames go to `poster`. */
const contextOf = (poster: Poster, overrides: Partial<Context> = {}): Context => ({
  db: counting.db,
  poster,
  fanOut: async () => undefined,
  files: noFiles,
  rates: noLimit,
  budgets: new Budgets(false),
  now: Date.now,
  ...overrides,
});

/** A schedule, and the frames that each connection gets. A post to a socket that is not open yet is lost. */
function stage(seed: number) {
  const schedule = new Schedule(seed);
  const open = new Set<string>();
  const frames: string[] = [];
  pauses.wait = () => schedule.step('pause', async () => undefined);
  const posterOf = (task: string): Poster => ({
    post: (id, frame) =>
      schedule.step(`${task} post`, async () => {
        if (!open.has(id)) return 'gone';
        frames.push(`${id} ${frame}`);
        return 'delivered';
      }),
    isOpen: async (id) => open.has(id),
    close: async () => true,
  });
  const context = (task: string, dies?: () => boolean) =>
    contextOf(posterOf(task), { db: schedule.database(counting.db, task, dies) });
  return { schedule, open, frames, context };
}

const socket = (user: typeof alice, id: string, room: string): Session =>
  connectionOf(user, {
    id,
    room,
    reads: 'manual',
    connectedAt: Date.now(),
    tokenExpiresAt: Date.now() + 3_600_000,
  });

const said = async (room: string) =>
  (await listLog(counting.db, room, { limit: 100 })).entries.flatMap((entry) =>
    entry.kind === 'message' ? entry.message : [],
  );

describe('whatever the order of the calls', () => {
  test.each([
    ['reads the history', false],
    ['has the history of an earlier connection', true],
  ])(
    'a connection that opens during a send gets the message, if `welcome` %s',
    async (_how, isKept) => {
      const throwing = (error: unknown) => {
        throw error;
      };
      for (let seed = 0; seed < ORDERS; seed++) {
        const room = await roomOf(seed, isKept ? 'kept' : 'opening');
        const { schedule, open, frames, context } = stage(seed);
        const rooms = new RoomCache();
        if (isKept) {
          const earlier = { ...context('earlier'), db: counting.db, rooms };
          const poster = {
            ...earlier.poster,
            isOpen: async () => true,
            post: async () => 'delivered' as const,
          };
          await connect(socket(bob, 'e=', room), earlier, async () => undefined);
          await welcome(socket(bob, 'e=', room), { ...earlier, poster }, throwing);
          await deleteConnection(counting.db, socket(bob, 'e=', room));
        }
        const sender = socket(alice, 'a=', room);
        const opening = socket(bob, 'b=', room);
        open.add(sender.id);
        const enter = async () => {
          await connect(opening, context('connect'), async () => undefined);
          open.add(opening.id);
          await welcome(opening, { ...context('welcome'), rooms }, throwing);
        };
        const send = { kind: 'SendMessage', text: 'hello', type: 'text' } as const;
        const ended = Promise.all([sendMessage(send, sender, context('send')), enter()]);
        await schedule.run();
        await ended;
        const got = frames.filter((frame) => frame.startsWith(opening.id) && frame.includes('hello'));
        expect(got, `seed ${seed}: ${schedule.ran.join(', ')}`).not.toEqual([]);
        expect(await said(room)).toHaveLength(1);
      }
    },
    120_000,
  );

  test('a message that a client sends on receiving the history is posted to it once', async () => {
    const room = await roomOf(0, 'eager');
    const opening = socket(bob, 'b=', room);
    const frames: string[] = [];
    let at = Date.now();
    const context: Context = contextOf(
      {
        async post(_id, frame) {
          frames.push(frame);
          at += 20;
          if (frame !== '[]') return 'delivered';
          await sendMessage({ kind: 'SendMessage', text: 'hello', type: 'text' }, opening, context);
          return 'delivered';
        },
        isOpen: async () => true,
        close: async () => true,
      },
      { now: () => at },
    );
    await connect(opening, context, async () => undefined);
    await welcome(opening, { ...context, rooms: new RoomCache() }, (error) => {
      throw error;
    });
    expect(frames.filter((frame) => frame.includes('hello'))).toHaveLength(1);
  });

  test.each([
    ['before its room and its history are read', 'reading'],
    ['after its room is read and before its history is read', 'between'],
    ['after its history is read', 'posting'],
  ])(
    'a message that is posted to a connection %s, but before it opens, reaches it once',
    async (_when, moment) => {
      const room = await roomOf(0, moment);
      const [sender, opening] = [socket(alice, 'a=', room), socket(bob, 'b=', room)];
      const frames: string[] = [];
      let isOpen = false;
      let isSent = false;
      const sendOnce = async () => {
        if (isSent) return;
        isSent = true;
        await sendMessage({ kind: 'SendMessage', text: 'hello', type: 'text' }, sender, context);
        isOpen = true;
      };
      const { chat } = counting.db;
      const query = chat.query.bind(chat);
      const queries = vi.spyOn(chat, 'query').mockImplementation(async (request) => {
        if (moment === 'between') await sendOnce();
        return query(request);
      });
      onTestFinished(() => queries.mockRestore());
      const context: Context = contextOf({
        async post(id, frame) {
          if (id !== opening.id) return 'delivered';
          if (!isOpen) {
            // The history is the first frame, and its first post comes too early.
            if (frame.startsWith('[')) await sendOnce();
            return 'gone';
          }
          frames.push(frame);
          return 'delivered';
        },
        // AWS does not document what a lookup answers for a connection that is still opening.
        async isOpen() {
          if (moment === 'reading') await sendOnce();
          return true;
        },
        close: async () => true,
      });
      await connect(opening, context, async () => undefined);
      await welcome(opening, { ...context, rooms: new RoomCache() }, (error) => {
        throw error;
      });
      // Receipts contain the text too.
      const showing = frames.filter((frame) => /^\[|"chat_message"/.test(frame) && frame.includes('hello'));
      expect(showing).toHaveLength(1);
    },
  );

  test('repeats store a message once and give both its number, while a reader voids open numbers', async () => {
    for (let seed = 0; seed < ORDERS; seed++) {
      const room = await roomOf(seed, 'repeats');
      const { schedule, open, frames, context } = stage(seed);
      const [desk, phone, reader] = [
        socket(alice, 'd=', room),
        socket(alice, 'p=', room),
        socket(bob, 'r=', room),
      ];
      for (const { id } of [desk, phone, reader]) open.add(id);
      const send = { kind: 'SendMessage', text: 'hello', type: 'text', clientId: 'c' } as const;
      const answers = Promise.all([
        sendMessage(send, desk, context('desk')),
        sendMessage(send, phone, context('phone')),
        sync({ kind: 'Sync', since: 0 }, reader, context('sync')),
      ]);
      await schedule.run();
      const [first, second] = await answers;
      const stored = await said(room);
      expect(stored, `seed ${seed}: ${schedule.ran.join(', ')}`).toHaveLength(1);
      for (const event of [...first, ...second]) {
        expect(event).toMatchObject({ kind: 'MessageSent', seq: stored[0]?.id });
      }
      const echoes = frames.filter((frame) => frame.includes('"chat_message"'));
      expect(echoes.length + first.length + second.length).toBeGreaterThanOrEqual(2);
    }
  }, 120_000);

  const target = { message: 1, clientId: 'c' } as const;
  test.each<[string, (session: Session, context: Context) => Promise<Event[]>]>([
    ['an edit', (...of) => editMessage({ kind: 'EditMessage', text: 'better', ...target }, ...of)],
    ['a reaction', (...of) => react({ kind: 'React', emoji: '👍', remove: false, ...target }, ...of)],
    ['a delete', (...of) => deleteMessage({ kind: 'DeleteMessage', ...target }, ...of)],
  ])(
    'a repeat of %s while its first attempt runs gets the number of the change',
    async (name, change) => {
      for (let seed = 0; seed < ORDERS; seed++) {
        const room = await roomOf(seed, name);
        const { schedule, open, context } = stage(seed);
        const [desk, phone] = [socket(alice, 'd=', room), socket(alice, 'p=', room)];
        await takeSeq(counting.db, room, NOON);
        await putMessage(counting.db, messageOf({ room }));
        for (const { id } of [desk, phone]) open.add(id);
        const answers = Promise.all([change(desk, context('desk')), change(phone, context('phone'))]);
        await schedule.run();
        const { entries } = await listLog(counting.db, room, { limit: 100 });
        const logged = entries.filter((entry) => entry.kind !== 'message' && entry.kind !== 'void');
        expect(logged).toHaveLength(1);
        for (const event of (await answers).flat()) {
          const order = `seed ${seed}: ${schedule.ran.join(', ')}`;
          expect(event, order).toMatchObject({ kind: 'MessageChanged', change: logged[0] });
          expect(event, order).not.toHaveProperty('unchanged');
        }
      }
    },
    120_000,
  );

  test('a send whose function ends at any point is stored once by its retry', async () => {
    for (let seed = 0; seed < ORDERS; seed++) {
      const room = await roomOf(seed, 'ends');
      const { schedule, open, context } = stage(seed);
      const sender = socket(alice, 'a=', room);
      open.add(sender.id);
      const send = { kind: 'SendMessage', text: 'hello', type: 'text', clientId: 'c' } as const;
      let calls = schedule.pick(8);
      void sendMessage(
        send,
        sender,
        context('first', () => calls-- <= 0),
      );
      if (schedule.pick(2) === 0) await schedule.run();
      const retried = Promise.all([
        sendMessage(send, sender, context('retry')),
        sync({ kind: 'Sync', since: 0 }, socket(bob, 'r=', room), context('sync')),
      ]);
      await schedule.run();
      await retried;
      const stored = await said(room);
      expect(stored, `seed ${seed}: ${schedule.ran.join(', ')}`).toHaveLength(1);
      expect((await getRoom(counting.db, room))?.seq).toBeLessThanOrEqual(4);
    }
  }, 120_000);
});

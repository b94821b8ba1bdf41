import { deleteMessage } from '../../functions/commands/delete-message.ts';
import { editMessage } from '../../functions/commands/edit-message.ts';
import { markSeen } from '../../functions/commands/mark-seen.ts';
import { react } from '../../functions/commands/react.ts';
import { sendMessage } from '../../functions/commands/send-message.ts';
import type { Context } from '../../functions/delivery/context.ts';
import type { User } from '../../functions/domain/member.ts';
import { changeMember } from '../../functions/rooms/members.ts';
import { changePin } from '../../functions/rooms/pins.ts';
import { changePreferences } from '../../functions/rooms/preferences.ts';
import { changeSettings } from '../../functions/rooms/settings.ts';
import { takeSeq } from '../../functions/store/log.ts';
import { putMember } from '../../functions/store/members.ts';
import { putRoom } from '../../functions/store/rooms.ts';
import type { Random } from '../torture/random.ts';
import { connectionOf } from './sample.ts';

const userOf = (id: string): User => ({ id, username: `name of ${id}`, email: '', userType: '' });

/** Ids of users and rooms, some of which a key or a URL escapes. */
const ids = ['ann', 'ben/1', 'cat#2', 'dee:3', '5', 'guest:eve'];

const emoji = ['👍', '❤️', '🎉', '#️⃣'];

const texts = ['Hello', 'Zeile 1\nZeile 2', '"quoted" \\ {"$set":[1]}', '😀'.repeat(50), 'שלום', '\u2028'];

export interface GeneratedRoom {
  readonly id: string;
  readonly users: readonly User[];
}

/** Makes a room, and changes it in many ways, as its members, moderators and guests do. */
export async function generateRoom(id: string, random: Random, context: Context): Promise<GeneratedRoom> {
  const { db } = context;
  const access = random.chance(0.5) ? 'open' : 'members';
  await putRoom(db, { id, name: `Room ${id}`, kind: 'group', access });
  const users = ids.slice(0, random.between(2, ids.length)).map(userOf);
  const [owner = userOf('ann')] = users;
  for (const { id: user } of users)
    await putMember(db, { id, seq: 0 }, user, user === owner.id ? 'owner' : 'member');
  const anyone = () => random.pick(users) ?? owner;
  const sessionOf = (user: User) => connectionOf(user, { room: id });
  let last = 0;
  const message = () => random.between(1, Math.max(1, last));
  const mentions = () => ids.slice(0, random.between(0, ids.length));
  const text = () => `${random.pick(texts)} ${random.between(0, 99)}`;

  const send = async () => {
    const isGuest = access === 'open' && random.chance(0.2);
    const author: User = isGuest ? { ...userOf('eve'), guest: true } : anyone();
    await sendMessage(
      {
        kind: 'SendMessage',
        text: text(),
        type: 'text',
        ...(random.chance(0.3) && last > 0 && { replyTo: message() }),
        ...(random.chance(0.2) && { clientId: `c-${random.between(0, 1e9)}` }),
        ...(random.chance(0.2) && { receiver: owner.id }),
        ...(random.chance(0.3) && { mentions: mentions() }),
        ...(random.chance(0.15) && { file: { kind: 'inline', data: 'aGVsbG8=', name: 'a b.txt' } as const }),
      },
      sessionOf(author),
      context,
    );
  };
  const steps: readonly (() => Promise<unknown>)[] = [
    send,
    send,
    () => editMessage({ kind: 'EditMessage', message: message(), text: text() }, sessionOf(owner), context),
    () => {
      const change = { message: message(), text: text(), mentions: mentions() };
      return editMessage({ kind: 'EditMessage', ...change }, sessionOf(owner), context);
    },
    () => deleteMessage({ kind: 'DeleteMessage', message: message() }, sessionOf(owner), context),
    ...Array.from({ length: 3 }, () => () => {
      const given = { emoji: random.pick(emoji) ?? '👍', remove: random.chance(0.3) };
      return react({ kind: 'React', message: message(), ...given }, sessionOf(anyone()), context);
    }),
    // A function took this number and stopped before it stored an entry.
    () => takeSeq(db, id, context.now()),
    () => markSeen({ kind: 'MarkSeen', message: message() }, sessionOf(anyone()), context),
    async () => {
      const { id: user } = anyone();
      if (user === owner.id) return;
      const change = random.chance(0.5)
        ? { role: 'moderator' as const }
        : { mutedUntil: context.now() + 1e9 };
      await changeMember({ room: id, user, ...change }, owner, context);
    },
    () => {
      const notify = random.pick(['all', 'mentions', 'none'] as const) ?? 'all';
      return changePreferences(id, { notify, pinned: random.chance(0.5) }, anyone(), context);
    },
    () => changePin({ room: id, message: message(), removed: random.chance(0.3) }, owner, context),
    () => {
      const description = `About ${random.between(0, 9)}`;
      const data = random.pick([{ plan: 'gold', fooBar: { snake_case: ['$set'] } }, null]) ?? null;
      return changeSettings(
        id,
        { description, avatarUrl: 'https://example.com/a.png', data },
        owner,
        context,
      );
    },
    () => {
      const data = { order: { $set: [1], __proto__x: 1.5, aB: 'x_y' } };
      return editMessage(
        { kind: 'EditMessage', message: message(), text: text(), data },
        sessionOf(owner),
        context,
      );
    },
    () => changePreferences(id, { hidden: random.chance(0.5) }, anyone(), context),
  ];
  for (let count = random.between(0, 60); count > 0; count--) {
    // Some steps are refused, such as an edit of a deleted message.
    await random
      .pick(steps)?.()
      .catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error)) throw error;
      });
    last = (await db.chat.get({ room: id.replaceAll('#', '%23'), item: 'room' }))?.['seq'] ?? last;
  }
  return { id, users };
}

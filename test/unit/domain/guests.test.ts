import { describe, expect, test } from 'vitest';
import {
  deliveryStatus,
  messagesToAcknowledge,
  receiptAudience,
} from '../../../functions/domain/audience.ts';
import {
  actorId,
  guestNamed,
  isSameActor,
  type Member,
  namelessId,
  type User,
} from '../../../functions/domain/member.ts';
import { checkMayChange, visitorIn } from '../../../functions/rooms/access.ts';
import { toConnection, toItem } from '../../../functions/store/connections.ts';
import { alice, bob, connectionOf, messageOf } from '../../support/sample.ts';

/** A guest who claims to be alice. */
const impostor = guestNamed(alice.id);

test.each(['system', ' System ', 'bot:orders', 'Bot:x', 'service:orders', 'guest:ann', ' GUEST:ann'])(
  'a guest cannot have a reserved id: %s',
  (name) => {
    expect(() => guestNamed(name)).toThrow(expect.objectContaining({ code: 'WRONG_USER' }));
  },
);

describe('the id of an actor', () => {
  test('differs between users and guests, whatever their ids are', () => {
    const ids = [
      '1',
      'guest:1',
      'guest:guest:1',
      'user:1',
      'user:guest:1',
      'user:user:guest:1',
      'guest:user:1',
    ];
    const actors = ids.flatMap((id) => [{ id }, { id, guest: true as const }]);
    expect(new Set(actors.map(actorId)).size).toBe(actors.length);
  });

  test('of a user is the user’s id', () => {
    for (const id of ['1', 'auth0|7', 'user:7', '']) expect(actorId({ id })).toBe(id);
  });
});

describe('a guest', () => {
  const nameless = (connection: string): User => ({
    ...impostor,
    id: namelessId(connection),
    username: 'guest',
  });

  test('cannot claim the id of a nameless guest', () => {
    expect(() => guestNamed(namelessId('a='))).toThrow(expect.objectContaining({ code: 'WRONG_USER' }));
  });

  test.each([
    ['   ', 'blanks'],
    ['\u3164', 'a character that fonts draw as nothing'],
    ['\u200d\ufe0f', 'joiners and selectors alone'],
    ['ali\u200bce', 'a zero-width space'],
    ['\u202eecila', 'a character that reverses the text'],
    ['alice\u200f', 'a direction mark'],
    ['ali\u2028ce', 'a line separator'],
    ['ali\u0007ce', 'a control character'],
    ['alice\u3164', 'a Hangul filler'],
    ['\u{e0061}\u{e007f}', 'tags alone'],
  ])('cannot have the name %j: %s', (name) => {
    expect(() => guestNamed(name)).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  });

  test.each(['eve', 'Anna Maria', 'نمی‌دانم', '👩‍🚀 Ann', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '日本'])('can have the name %s', (name) => {
    expect(guestNamed(name)).toMatchObject({ id: name, guest: true });
  });

  test('is not the user whose id they claim', () => {
    expect(isSameActor(impostor, alice)).toBe(false);
    expect(isSameActor(impostor, guestNamed(alice.id))).toBe(true);
    expect(isSameActor(nameless('a='), nameless('b='))).toBe(false);
  });

  test('may change only messages of the same guest', () => {
    const member = ({ id: user }: User): Member => ({ ...visitorIn('1', { id: user, guest: true }) });
    const message = messageOf({ author: nameless('a=') });
    expect(() => checkMayChange(message, member(nameless('a=')))).not.toThrow();
    for (const other of [nameless('b='), impostor]) {
      expect(() => checkMayChange(message, member(other))).toThrow('No access');
    }
  });
});

describe('the connection of a guest', () => {
  const guest = connectionOf({ ...impostor, id: namelessId('a='), username: 'guest' }, { id: 'a=' });

  test('is stored as a guest’s', () => {
    expect(toConnection(toItem(guest)).user).toEqual(guest.user);
    expect(toConnection(toItem(connectionOf(alice))).user).toEqual(alice);
  });

  test('that an earlier release stored is recognized by its id', () => {
    const { guest: _, ...row } = toItem(guest);
    expect(toConnection(row).user).toEqual(guest.user);
  });
});

describe('a message of a guest who claims a user’s id', () => {
  const theirs = connectionOf(alice);
  const message = messageOf({ author: impostor });

  test('is delivered to that user, who is not its author', () => {
    expect(deliveryStatus(impostor, [theirs])).toBe('read');
    expect(messagesToAcknowledge(theirs, [message])).toEqual([message]);
  });

  test('sends that user no receipts as its author', () => {
    const crowd = Array.from({ length: 60 }, (_, index) => connectionOf(bob, { id: `${index}=` }));
    expect(receiptAudience(impostor, [theirs, ...crowd])).toEqual([]);
    expect(receiptAudience(alice, [theirs, ...crowd])).toEqual([theirs]);
  });
});

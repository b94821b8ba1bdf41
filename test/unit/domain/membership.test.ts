import { describe, expect, test } from 'vitest';
import {
  checkIsGroup,
  checkMayAssignRoles,
  checkMayManage,
  checkOwnerRemains,
  type Member,
  type Role,
  roles,
} from '../../../functions/domain/member.ts';

const member = (user: string, role: Role): Member => ({
  room: '1',
  user,
  role,
  readTo: 0,
  addedAt: 0,
  mutedUntil: 0,
});

/** What a check says: nothing, or its code. */
function said(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('who has a say over whom', () => {
  const table: Record<Role, Record<Role, string | undefined>> = {
    owner: { owner: undefined, moderator: undefined, member: undefined },
    moderator: { owner: 'NOT_AN_OWNER', moderator: 'NOT_AN_OWNER', member: undefined },
    member: { owner: 'NOT_A_MODERATOR', moderator: 'NOT_A_MODERATOR', member: 'NOT_A_MODERATOR' },
  };
  test.each(roles.flatMap((actor) => roles.map((target) => ({ actor, target }))))(
    'a $actor over a $target',
    ({ actor, target }) => {
      expect(said(() => checkMayManage({ role: actor }, target))).toBe(table[actor][target]);
    },
  );
});

test('only owners give roles', () => {
  expect(roles.map((role) => said(() => checkMayAssignRoles({ role })))).toEqual([
    undefined,
    'NOT_AN_OWNER',
    'NOT_AN_OWNER',
  ]);
});

test('a direct room keeps its members', () => {
  expect(said(() => checkIsGroup({ kind: 'direct' }))).toBe('FIXED_MEMBERS');
  expect(said(() => checkIsGroup({ kind: 'group' }))).toBeUndefined();
});

describe('an owner', () => {
  const others = [member('2', 'moderator'), member('3', 'member')];
  const owner = member('1', 'owner');
  test('may not leave others without one', () => {
    expect(said(() => checkOwnerRemains(owner, [owner, ...others]))).toBe('LAST_OWNER');
  });
  test('may leave an empty room, or another owner', () => {
    expect(said(() => checkOwnerRemains(owner, [owner]))).toBeUndefined();
    expect(said(() => checkOwnerRemains(owner, [owner, ...others, member('4', 'owner')]))).toBeUndefined();
  });
});

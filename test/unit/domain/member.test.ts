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

/** Returns the code of the error that a check throws, if any. */
function codeOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('managing members', () => {
  const table: Record<Role, Record<Role, string | undefined>> = {
    owner: { owner: undefined, moderator: undefined, member: undefined },
    moderator: { owner: 'NOT_AN_OWNER', moderator: 'NOT_AN_OWNER', member: undefined },
    member: { owner: 'NOT_A_MODERATOR', moderator: 'NOT_A_MODERATOR', member: 'NOT_A_MODERATOR' },
  };
  test.each(roles.flatMap((actor) => roles.map((target) => ({ actor, target }))))(
    'as $actor, a $target',
    ({ actor, target }) => {
      expect(codeOf(() => checkMayManage({ role: actor }, target))).toBe(table[actor][target]);
    },
  );
});

test('only owners assign roles', () => {
  expect(roles.map((role) => codeOf(() => checkMayAssignRoles({ role })))).toEqual([
    undefined,
    'NOT_AN_OWNER',
    'NOT_AN_OWNER',
  ]);
});

test('the members of a direct room cannot change', () => {
  expect(codeOf(() => checkIsGroup({ kind: 'direct' }))).toBe('FIXED_MEMBERS');
  expect(codeOf(() => checkIsGroup({ kind: 'group' }))).toBeUndefined();
});

describe('the last owner', () => {
  const others = [member('2', 'moderator'), member('3', 'member')];
  const owner = member('1', 'owner');
  test('may not leave other members behind', () => {
    expect(codeOf(() => checkOwnerRemains(owner, [owner, ...others]))).toBe('LAST_OWNER');
  });
  test('may leave when no members remain, or another owner does', () => {
    expect(codeOf(() => checkOwnerRemains(owner, [owner]))).toBeUndefined();
    expect(codeOf(() => checkOwnerRemains(owner, [owner, ...others, member('4', 'owner')]))).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import type { Session } from '../../../functions/domain/connection.ts';
import { principalOf, sessionContext, sessionOf } from '../../../functions/gateway/session.ts';
import { authorizerContext } from '../../support/gateway-events.ts';
import { alice, connectionOf } from '../../support/sample.ts';

/** Returns the context as a function gets it from a gateway that drops empty values. */
function passed(session: Session): Record<string, string> {
  const context = { ...sessionContext(session), principalId: principalOf(session) };
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(texts.filter(([, value]) => value !== ''));
}

const received = (session: Session) =>
  sessionOf({ connectionId: session.id, connectedAt: session.connectedAt, authorizer: passed(session) });

const refused: Session = {
  ...connectionOf({ id: 'nobody', username: '', email: '', userType: '' }),
  room: '',
  reads: 'manual',
  refusal: 'NOT_A_MEMBER',
  user: { id: 'nobody', username: '', email: '', userType: '', guest: true },
};

describe('a session is restored from the authorizer’s context', () => {
  test.each<[string, Session]>([
    ['of a member', connectionOf(alice)],
    ['with receipts for the author only', connectionOf(alice, { receipts: 'author' })],
    ['that resumes from the start of the log', connectionOf(alice, { since: 0 })],
    [
      'without an email, a user type or a name',
      connectionOf({ ...alice, username: '', email: '', userType: '' }),
    ],
    ['that is refused, in no room', refused],
    [
      'with ids and names in other scripts',
      connectionOf({ ...alice, id: '日本', username: 'Zoë 👋', email: 'ü@example.com' }, { room: 'größe' }),
    ],
    ['with an id that looks encoded', connectionOf({ ...alice, id: '=?UTF-8?B?MQ==?=', username: '%41' })],
    ['with blanks at the ends of a name', connectionOf({ ...alice, username: ' alice ' })],
    [
      'with a name and a picture, one of them set by the team',
      connectionOf(
        { ...alice, name: 'Zoë Kay', avatarUrl: 'https://example.com/zoe.png' },
        { ofTeam: ['avatarUrl'] },
      ),
    ],
    ['with control characters in a name', connectionOf({ ...alice, username: 'a\u0000\nb' })],
  ])('%s', (_what, session) => {
    expect(received(session)).toEqual(session);
    for (const value of Object.values(passed(session)))
      expect(value).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
  });
});

test('values of plain ASCII stay as they are, so that the previous release can read them too', () => {
  expect(passed(connectionOf(alice))).toMatchObject({
    principalId: '1',
    room: '1',
    username: 'alice',
    email: 'alice@example.com',
  });
});

test('an earlier release’s context with unencoded text is read as it is', () => {
  const authorizer = authorizerContext({ username: 'Zoë', principalId: '日本' });
  expect(sessionOf({ connectionId: 'a=', connectedAt: 1, authorizer }).user).toMatchObject({
    id: '日本',
    username: 'Zoë',
  });
});

test.each(['dialect', 'principalId', 'room', 'shard', 'tokenExpiresAt'])(
  'a context without %s, which is never empty, belongs to no session',
  (name) => {
    const { [name]: _, ...authorizer } = authorizerContext() as Record<string, string>;
    expect(() => sessionOf({ connectionId: 'a=', connectedAt: 1, authorizer })).toThrow(
      `the event has no ${name}`,
    );
  },
);

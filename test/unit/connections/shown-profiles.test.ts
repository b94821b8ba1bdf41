import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../../functions/connections/lifecycle.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { profileFields, type ShownProfile } from '../../../functions/domain/profile.ts';
import { getUserState } from '../../../functions/store/accounts.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

const picture = (name: string) => `https://example.com/${name}.png`;

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('lunch', 'ben', 'ann');
});
afterEach(() => app.database.close());

/** Opens a socket of ann with a token of this name and picture, as the authorizer and `connect` do. */
async function open(token: ShownProfile): Promise<Session['user']> {
  const { db } = app.context;
  const { shown } = await getUserState(db, 'ann');
  const user = {
    id: 'ann',
    username: 'ann@example.com',
    email: 'ann@example.com',
    userType: '',
    ...token,
    ...shown,
  };
  const ofTeam = profileFields.filter((field) => shown[field] !== undefined);
  const session = { ...connectionOf(user), connectedAt: Date.now(), room: 'lunch', ofTeam };
  await connect(session, { db, now: Date.now, isListed: true }, async () => {});
  return user;
}

const memberAnn = async (caller = 'ben') => {
  const { body } = await app.ask(caller, 'GET /chats/lunch/members/');
  return (body['members'] as Json[]).find(({ user_id }) => user_id === 'ann');
};

test('members see the name and the picture of the last token', async () => {
  await open({ name: 'Ann', avatarUrl: picture('ann') });
  expect(await memberAnn()).toMatchObject({
    username: 'Ann',
    avatar_url: picture('ann'),
    profile_data: null,
  });
  await open({ name: 'Anna' });
  expect(await memberAnn()).toMatchObject({ username: 'Anna', avatar_url: null });
  await open({});
  expect(await memberAnn()).toMatchObject({ username: 'ann@example.com' });
});

test('the name and the picture of the admin API come first, and without them the token’s are back', async () => {
  await open({ name: 'Ann', avatarUrl: picture('ann') });
  const data = { pronouns: 'she' };
  const ofTeam = { name: 'Ann of Sales', avatar_url: picture('sales') };
  await app.askAdmin('PUT /users/ann/', { ...ofTeam, data, attributes: { secret: 1 } });
  const shown = { username: ofTeam.name, avatar_url: ofTeam.avatar_url, profile_data: data };
  expect(await memberAnn()).toMatchObject(shown);
  expect(await open({ name: 'Anna', avatarUrl: picture('anna') })).toMatchObject({ name: ofTeam.name });
  expect(await memberAnn()).toMatchObject(shown);
  expect(JSON.stringify(await memberAnn())).not.toContain('secret');
  await app.askAdmin('PUT /users/ann/', { name: null, avatar_url: null, data: null });
  expect(await memberAnn()).toMatchObject({
    username: 'Ann',
    avatar_url: picture('ann'),
    profile_data: null,
  });
});

test('messages that a backend sends as a user or a bot have their name and picture', async () => {
  await open({ avatarUrl: picture('ann') });
  await app.askAdmin('PUT /users/ann/', { name: 'Ann of Sales' });
  const sent = await app.askAdmin('POST /rooms/lunch/messages/', { text: 'Hi', user_id: 'ann' });
  expect(sent.body).toMatchObject({ sender: { name: 'Ann of Sales', username: 'ann@example.com' } });
  const bot = { id: 'orders', name: 'Orders', avatar_url: picture('orders') };
  await app.askAdmin('POST /rooms/lunch/messages/', { text: 'Shipped', bot });
  expect((await app.ask('ben', 'GET /chats/lunch/messages/')).body['messages']).toMatchObject([
    { sender_name: 'Orders', sender_avatar: picture('orders') },
    { sender_name: 'Ann of Sales', sender_avatar: picture('ann') },
  ]);
});

test('a search of all users finds the name that the team has set, and no former one', async () => {
  await open({ name: 'Ann', avatarUrl: picture('ann') });
  const everyone = await openEmbeddedApp({ db: app.context.db, directory: 'everyone' });
  const found = async (query: string) =>
    (await everyone.ask('cat', `GET /users/?query=${query}`)).body['users'];
  expect(await found('Ann')).toMatchObject([{ username: 'Ann', avatar_url: picture('ann') }]);
  await app.askAdmin('PUT /users/ann/', { name: 'Zoe' });
  expect(await found('Zoe')).toMatchObject([{ user_id: 'ann', username: 'Zoe', avatar_url: picture('ann') }]);
  expect(await found('Ann')).toEqual([]);
  await open({ name: 'Ann' });
  expect(await found('Ann')).toEqual([]);
  await app.askAdmin('PUT /users/ann/', { name: null });
  expect(await found('Ann')).toMatchObject([{ user_id: 'ann', username: 'Ann' }]);
  await everyone.database.close();
});

test('with exposeEmail: false, others get no email address by REST', async () => {
  const hiding = await openEmbeddedApp({ db: app.context.db, hidesEmails: true });
  await open({});
  const sent = await app.askAdmin('POST /rooms/lunch/messages/', { text: 'Hi', user_id: 'ann' });
  expect(sent.body).toMatchObject({ sender: { email: 'ann@example.com' } });
  const reads = [
    'GET /chats/',
    'GET /chats/lunch/',
    'GET /chats/lunch/members/',
    'GET /chats/lunch/messages/',
  ];
  for (const line of reads) {
    expect(JSON.stringify((await hiding.ask('ben', line)).body)).not.toContain('@');
    expect(JSON.stringify((await hiding.ask('ann', line)).body)).toContain('ann@example.com');
  }
  await hiding.database.close();
});

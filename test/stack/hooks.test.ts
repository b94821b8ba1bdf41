import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { welcomeText } from '../../bin/local.ts';
import { type Chatter, enter, type Frame, heard, said } from '../support/chat.ts';
import { hookApp } from '../support/hook-app.ts';
import { ask, askingAs } from '../support/http.ts';
import { newRoom, openRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { testSynthesizer } from '../support/synthesizer.ts';
import { withoutGrant } from '../support/without-grant.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

const awsClient = process.env['PARLEY_AWS_CLIENT'] ?? 'signed';
const synthesizer = testSynthesizer({ awsClient }, hookApp);
/** Set to synthesize a template without the chat's permission to invoke the function. */
let revoked = false;

let team: TestStack;
let alice: Chatter;
let bob: Chatter;

beforeAll(async () => {
  team = await startTestStack({
    // One more than the messages that hang at the same time.
    environments: 3,
    async synthesize(context) {
      const assembly = await synthesizer.synthesize(context);
      if (revoked) withoutGrant(assembly, 'Team', 'CheckMessage');
      return assembly;
    },
  });
  [alice, bob] = await Promise.all([enter(team, 'alice'), enter(team, 'bob')]);
});

afterAll(async () => {
  // The last test causes denied calls, which `team.stop` would report.
  await team.stack.stop();
  synthesizer.dispose();
});

const CARD = 'My card is 4111 1111 1111 1111';
const HIDDEN = 'My card is [card number]';

/** Returns the requests that the function got, as it logged them. */
const requests = (): Record<string, unknown>[] =>
  team.lines.flatMap((line) => {
    const [, request] = /^\[CheckMessage\w*\] (?:.*?)(\{"version".*\})/.exec(line) ?? [];
    return request === undefined ? [] : [JSON.parse(request) as Record<string, unknown>];
  });

const lastSeq = async (who: Chatter): Promise<unknown> => {
  who.send({ action: 'ping' });
  return (await who.take('pong')).seq;
};

test('the local stack prints which function checks messages', () => {
  const flags = { memory: true, data: '', ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 } };
  const name = team.stack.functions.find((each) => each.startsWith('CheckMessage'));
  const text = welcomeText(team.stack, { ...flags, dynamodbEndpoint: undefined });
  expect(text).toContain(`Hook         ${name} checks each message. Its lines begin with [${name}]`);
});

describe('the function of the documentation', () => {
  test('changes a message for everyone, with its data', async () => {
    alice.send({ action: 'send', message: CARD, data: { order: 7 }, client_id: 'h-1' });
    for (const who of [alice, bob]) {
      const { message } = await who.take('chat_message', said(HIDDEN));
      expect(message).toMatchObject({ text: HIDDEN, data: { order: 7, hidden: true } });
    }
    expect(requests()).toContainEqual({
      version: 1,
      action: 'send',
      room: { id: '1', kind: 'group' },
      user: { id: '1', name: 'alice', guest: false },
      text: CARD,
      type: 'text',
      file: null,
      data: { order: 7 },
      replyTo: null,
      mentions: [],
      clientId: 'h-1',
      messageId: null,
    });
  });

  test('is not asked again about a message that is stored', async () => {
    alice.send({ action: 'send', message: CARD, data: { order: 7 }, client_id: 'h-1' });
    await alice.take('chat_message', said(HIDDEN));
    expect(requests().filter(({ clientId }) => clientId === 'h-1')).toHaveLength(1);
  });

  test('changes an edit, and is asked about its file and its data', async () => {
    const file = Buffer.from('hello').toString('base64');
    const fields = { type: 'file', file, file_name: 'a.txt', data: { order: 8 } };
    const { message_id } = await alice.say('before', fields);
    alice.send({ action: 'edit', message_id, text: CARD });
    expect(await bob.take('message_edited')).toMatchObject({ message_id, text: HIDDEN });
    expect(requests().at(-1)).toMatchObject({
      action: 'edit',
      messageId: message_id,
      type: 'file',
      file: { name: 'a.txt', contentType: 'text/plain', size: 5 },
      data: { order: 8 },
    });
  });

  test('refuses links of guests', async () => {
    const room = await openRoom(team);
    const guest = await connect(`${team.socketUrl}?room=${room}`);
    guest.send({ operation: 'create', user: 'ann', body: 'See https://example.com' });
    expect(await guest.next((frame) => (frame as Frame)['operation'] === 'error')).toMatchObject({
      code: 'MESSAGE_REFUSED',
      message: 'Guests cannot send links. Sign in first.',
    });
    expect(requests().at(-1)).toMatchObject({ user: { id: 'ann', name: 'ann', guest: true } });
    await guest.close();
  });
});

describe('a refused message shows its sender the reason, keeps the socket open, and is not stored:', () => {
  const reason = 'Not here, please.';
  const bearer = async () => ({ Authorization: `Bearer ${await team.token('alice')}` });
  const withBearer = async (query: string) =>
    connect(`${team.socketUrl}${query}`, { headers: await bearer() });
  const action = { type: 'error', code: 'MESSAGE_REFUSED', message: reason, client_id: 'r-1' };

  const contracts: readonly [string, () => Promise<WsClient>, (text: string) => object, object][] = [
    ['S0', () => withBearer('?room=1'), (message) => ({ action: 'send', message, client_id: 'r-1' }), action],
    [
      'S1',
      () => withBearer('?firts_user=1&second_user=2'),
      (message) => ({ action: 'send', message, client_id: 'r-1' }),
      action,
    ],
    [
      'S2',
      async () => {
        const headers = { Cookie: `sessionid=${await team.token('alice')}`, Origin: team.stack.edgeUrl };
        return connect(`${team.stack.edgeUrl.replace('http', 'ws')}/ws/chat/1/`, { headers });
      },
      (content) => ({ content }),
      { type: 'error', code: 'MESSAGE_REFUSED', message: reason },
    ],
    [
      'S3',
      async () => connect(`${team.socketUrl}?room=1&token=${await team.token('alice')}`),
      (message) => ({ type: 'chat_message', message, receiver_id: '2' }),
      { type: 'error', code: 'MESSAGE_REFUSED', message: reason },
    ],
    [
      'S4',
      () => withBearer('?room=1&dialect=operation'),
      (body) => ({ operation: 'create', user: '1', type: 'text', body }),
      { operation: 'error', code: 'MESSAGE_REFUSED', message: reason },
    ],
  ];

  test.each(contracts)('contract %s', async (contract, open, frameOf, refusal) => {
    const seq = await lastSeq(bob);
    const client = await open();
    client.send(frameOf('refuse'));
    const isRefusal = (frame: unknown) => JSON.stringify(frame).includes('MESSAGE_REFUSED');
    expect(await client.next(isRefusal)).toEqual(refusal);
    expect(await lastSeq(bob)).toBe(seq);
    // The function changes the next message, which the sender then gets in the words of the contract.
    const text = `${contract} 4111 1111 1111 1111`;
    client.send(frameOf(text));
    expect(
      await client.next((frame) => JSON.stringify(frame).includes(`${contract} [card number]`)),
    ).toBeDefined();
    await client.close();
  });

  test('REST', async () => {
    const headers = await bearer();
    const send = (content: string) =>
      ask(team, 'POST /chats/1/send_message/', { headers, body: { content, data: { order: 9 } } });
    expect(await send('refuse')).toMatchObject({
      status: 422,
      body: { error: 'MESSAGE_REFUSED', message: reason },
    });
    expect(await send(CARD)).toMatchObject({
      status: 201,
      body: { content: HIDDEN, data: { order: 9, hidden: true } },
    });
    expect(await send('throw')).toMatchObject({ status: 503, body: { error: 'CHECK_FAILED' } });
  });
});

describe('a message that could not be checked is refused, if the function', () => {
  test.each([
    ['throws an error', 'throw', 'the function failed'],
    ['ends its process', 'exit', 'the function failed'],
    ['answers with 6 MB', 'large', 'the answer of the function is too large'],
    ['misspells a field', 'misspell', 'the answer of the function is malformed'],
    ['forgets to answer', 'forget', 'the answer of the function is malformed'],
  ])('%s', async (_how, text, cause) => {
    const seq = await lastSeq(bob);
    alice.send({ action: 'send', message: text, client_id: text });
    expect(await alice.take('error', ({ client_id }) => client_id === text)).toMatchObject({
      code: 'CHECK_FAILED',
      message: 'Message not accepted: it could not be checked. Try again later.',
    });
    expect(await lastSeq(bob)).toBe(seq);
    await vi.waitFor(() =>
      expect(team.lines.some((line) => line.startsWith('[ChatSend') && line.includes(cause))).toBe(true),
    );
  });

  test('hangs, for all messages of a room, while other actions are answered', async () => {
    const room = await newRoom(team, 'alice', 'bob');
    const client = await enter(team, 'alice', `room=${room}`);
    for (let index = 0; index < 2; index++) {
      client.send({ action: 'send', message: 'hang', client_id: `hang-${index}` });
    }
    client.send({ action: 'send', message: 'quick' });
    await client.next(said('quick'));
    expect(heard(client, 'error')).toEqual([]);
    for (let index = 0; index < 2; index++) {
      const refusal = await client.take('error', ({ client_id }) => client_id === `hang-${index}`);
      expect(refusal).toMatchObject({ code: 'CHECK_FAILED' });
    }
    const rest = await askingAs(team, 'bob');
    const { body } = await rest(`GET /chats/${room}/messages/`);
    expect(body['messages']).toMatchObject([{ content: 'quick' }]);
    await client.close();
  });

  test('writes secrets, and no line of the chat and no frame contains them', async () => {
    await team.settled();
    const ofChat = team.lines.filter((line) => !line.startsWith('[CheckMessage'));
    expect(ofChat.filter((line) => line.includes('sk_live'))).toEqual([]);
    expect(JSON.stringify([...alice.frames(), ...bob.frames()])).not.toContain('sk_live');
    // Its own log is visible.
    expect(team.lines.some((line) => line.startsWith('[CheckMessage') && line.includes('sk_live_1'))).toBe(
      true,
    );
  });
});

test('no message is stored without the permission to invoke the function', async () => {
  revoked = true;
  await team.stack.reload();
  const seq = await lastSeq(bob);
  alice.send({ action: 'send', message: 'hello', client_id: 'revoked' });
  const refusal = await alice.take('error', ({ client_id }) => client_id === 'revoked');
  expect(refusal).toMatchObject({ code: 'CHECK_FAILED' });
  expect(await lastSeq(bob)).toBe(seq);
  await vi.waitFor(() => {
    const denied = team.lines.filter((line) => line.startsWith('AccessDenied'));
    expect(denied).toEqual([
      expect.stringMatching(
        /function ChatSend\w+ may not call lambda:InvokeFunction on function CheckMessage/,
      ),
    ]);
    expect(team.lines.some((line) => line.includes('the chat may not invoke the function'))).toBe(true);
  });
});

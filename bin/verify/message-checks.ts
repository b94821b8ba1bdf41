import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Frame, typed } from './chat-socket.ts';
import { assert, type Check } from './check.ts';
import { type Deployment, jsonOf, roomPath, type TestUser } from './deployment.ts';

/** Almost a frame's limit of 32 KB. */
const largeFrameBytes = 31 * 1024;

const postAdvice =
  'Look at the logs of the functions send and fanout, at the metric PostsFailed, and at their grants on the tables and connections.';

const isMessage =
  (id: unknown) =>
  ({ message }: Frame) =>
    Object(message)['message_id'] === id;

/** The checks of messages between the two users. They need the users' open sockets. */
export function messageChecks(deployment: Deployment): readonly Check[] {
  const { author, other } = deployment;
  const { receipts, resume, repeat } = deliveryChecks(deployment);
  return [
    {
      promise: 'send: both users receive the message',
      advice: postAdvice,
      async run() {
        const { id } = await author.say('Parley verification: hello');
        await other.receive(id);
        return undefined;
      },
    },
    receipts,
    {
      promise: 'history by socket and by REST',
      advice:
        'Look at the logs of the functions default, welcome and http, and at their grant dynamodb:Query.',
      async run() {
        const { id } = await author.say('Parley verification: history');
        await other.receive(id);
        assert(includes(await other.history(), 'message_id', id), 'the history lacks the last message');
        const { socket, messages } = await other.open();
        await socket.close();
        assert(includes(messages, 'message_id', id), 'the history on connect lacks the last message');
        const rest = await jsonOf(await other.call(`${roomPath(deployment.room)}messages/`), 200);
        assert(includes(rest['messages'], 'id', id), 'the REST history lacks the last message');
        return undefined;
      },
    },
    {
      promise: 'edit',
      advice: 'Look at the log of the function edit and at its grants.',
      async run() {
        const { id } = await author.say('Parley verification: tpyo');
        const text = 'Parley verification: typo';
        const command = { action: 'edit', message_id: id, text };
        const edited = await author.change(command, 'message_edited', other);
        assert(
          edited.every((frame) => frame['text'] === text),
          'the edit has another text',
        );
        return undefined;
      },
    },
    {
      promise: 'delete',
      advice: 'Look at the log of the function delete and at its grants.',
      async run() {
        const { id } = await author.say('Parley verification: delete');
        await author.change({ action: 'delete', message_id: id }, 'message_deleted', other);
        assert(
          !includes(await other.history(), 'message_id', id),
          'the history still has the deleted message',
        );
        return undefined;
      },
    },
    resume,
    repeat,
    {
      promise: 'a message by REST',
      advice: `${postAdvice} The function http posts this message.`,
      async run() {
        const body = { content: 'Parley verification: REST', broadcast: true, client_id: randomUUID() };
        const { id } = await jsonOf(
          await author.call(`${roomPath(deployment.room)}send_message/`, body),
          201,
        );
        await other.receive(id);
        return undefined;
      },
    },
    {
      promise: 'a frame of 31 KB',
      advice: 'Look at the logs of the functions send and fanout.',
      async run() {
        const command = (text: string) => ({ action: 'send', message: text, client_id: randomUUID() });
        const overhead = Buffer.byteLength(JSON.stringify(command('')));
        const text = '😀'.repeat(Math.floor((largeFrameBytes - overhead) / 4));
        const { id, text: echo } = await author.say(text);
        const received = await other.receive(id);
        assert(echo === text && received.text === text, 'the text arrived changed');
        return undefined;
      },
    },
    {
      promise: 'presence: a user goes offline and online',
      advice:
        'Look at the route $disconnect and at the log of the function disconnect. The second user must have no other open socket. A socket that ended while $disconnect failed counts for up to two hours.',
      async run() {
        const isPresence = (status: string) =>
          typed('presence', (frame) => String(frame['user_id']) === other.id && frame['status'] === status);
        author.socket.clear();
        await other.leave();
        const offline = author.socket.take('the frame that the other user is offline', isPresence('offline'));
        await offline.finally(() => other.enter());
        await author.socket.take('the frame that the other user is online', isPresence('online'));
        return undefined;
      },
    },
  ];
}

function deliveryChecks({ author, other }: Deployment): Record<'receipts' | 'resume' | 'repeat', Check> {
  const receipts: Check = {
    promise: 'receipts: delivered and read',
    advice: `${postAdvice} Receipts are written after the post.`,
    async run() {
      const { id } = await author.say('Parley verification: receipts');
      await other.receive(id);
      for (const type of ['mark_message_as_delivered', 'mark_message_as_read']) {
        await author.socket.take(`the frame ${type}`, typed(type, isMessage(id)));
      }
      return undefined;
    },
  };
  const resume: Check = {
    promise: 'resume with since',
    advice: 'Look at the log of the function welcome and at its grants on the chat table.',
    async run() {
      const { seq } = await author.say('Parley verification: before the cut');
      await other.leave();
      try {
        const { id } = await author.say('Parley verification: after the cut');
        const changes = await resumeFrom(other, seq);
        const found = changes.some(({ type, message_id }) => type === 'chat_message' && message_id === id);
        assert(found, 'the missed message is not among the changes');
      } finally {
        await other.enter();
      }
      return undefined;
    },
  };
  const repeat: Check = {
    promise: 'a repeated client id is stored once',
    advice: 'Look at the log of the function send and at its grants on the chat table.',
    async run() {
      const id = randomUUID();
      const text = `Parley verification: repeat ${id}`;
      const first = await author.say(text, { client_id: id });
      const second = await author.say(text, { client_id: id });
      assert(first.id === second.id, 'the repeat has another number');
      await other.receive(first.id);
      const copies = (await other.history()).filter((message) => message['text'] === text);
      assert(copies.length === 1, `the history has the message ${copies.length} times`);
      return undefined;
    },
  };
  return { receipts, resume, repeat };
}

/** Connects with `since` and returns the changes that the server sends. */
async function resumeFrom(user: TestUser, since: number): Promise<readonly Frame[]> {
  const socket = await user.connect(`?since=${since}`);
  try {
    const { events } = await socket.take('the frame sync', typed('sync'));
    return events as readonly Frame[];
  } finally {
    await socket.close();
  }
}

/** Leaves the sockets of both users silent for a while, and then uses them. */
export function idleCheck({ author, other, idleMs }: Deployment): Check {
  return {
    promise: 'a ping on a silent socket',
    advice:
      'Look at the route $default, at the log of the function default, and at proxies before the deployment.',
    async run() {
      const { socket } = author;
      const { socket: otherSocket } = other;
      await sleep(idleMs);
      for (const each of [socket, otherSocket]) {
        await each.request({ action: 'ping' }, 'the frame pong', typed('pong'));
      }
      return `after ${idleMs / 1000} s`;
    },
  };
}

const includes = (messages: unknown, field: string, id: unknown): boolean =>
  Array.isArray(messages) && messages.some((message) => Object(message)[field] === id);

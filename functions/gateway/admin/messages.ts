import { Hono } from 'hono';
import * as v from 'valibot';
import { deleteMessage } from '../../commands/delete-message.ts';
import { editMessage } from '../../commands/edit-message.ts';
import { publishMessage, storeMessage } from '../../commands/send-message.ts';
import {
  messageBody,
  messageChangeBody,
  messageShape,
  messagesPage,
  messagesQuery,
} from '../../dialects/admin/schema.ts';
import { clientId } from '../../dialects/frame.ts';
import type { SendMessage } from '../../domain/command.ts';
import { ChatError } from '../../domain/errors.ts';
import { BOT, MembershipError, SYSTEM, type User } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import { keptForBackend } from '../../domain/retention.ts';
import type { Room } from '../../domain/room.ts';
import { latestMessages, newestMessages } from '../../log/history.ts';
import { readableMessage } from '../../rooms/access.ts';
import { getMember } from '../../store/members.ts';
import { getUser } from '../../store/profiles.ts';
import { getRoom } from '../../store/rooms.ts';
import { HttpError } from '../http/http-error.ts';
import { checkUserIds, messageIdOf, readJson } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { noFields, readQuery, wireMessage } from './wire.ts';

type NewMessage = v.InferOutput<typeof messageBody>;

/** @throws ChatError ROOM_NOT_FOUND */
async function existingRoom(id: string, { db }: AdminContext) {
  const room = await getRoom(db, id);
  if (!room) throw new ChatError('ROOM_NOT_FOUND');
  return room;
}

/** Returns the author of a message. @throws MembershipError NO_SUCH_MEMBER; ChatError ROOM_NOT_FOUND */
async function authorOf(
  { user_id: id, bot, system }: NewMessage,
  room: string,
  context: AdminContext,
): Promise<User> {
  if (system) return SYSTEM;
  if (bot) {
    const picture = bot.avatar_url === undefined ? {} : { avatarUrl: bot.avatar_url };
    return { id: `bot:${bot.id}`, username: bot.name ?? bot.id, email: '', userType: BOT, ...picture };
  }
  const user = id ?? '';
  const [member, known] = await Promise.all([getMember(context.db, room, user), getUser(context.db, user)]);
  if (!member && (await existingRoom(room, context)).access !== 'open') {
    throw new MembershipError('NO_SUCH_MEMBER');
  }
  return known ?? { id: user, username: user, email: '', userType: '' };
}

/** Returns the idempotency key of a request. @throws HttpError BAD_REQUEST */
function keyOf(body: NewMessage, header: string | undefined): string | undefined {
  if (header === undefined || v.is(clientId, header)) return body.client_id ?? header;
  throw new HttpError(
    'BAD_REQUEST',
    'Request not read: the header Idempotency-Key is malformed. Use 1 to 128 characters.',
  );
}

/** @throws ChatError MESSAGE_NOT_FOUND */
async function currentMessage(room: string, id: number, context: AdminContext): Promise<Message> {
  const message = await readableMessage({ room, message: id }, { service: true }, context);
  if (!message) throw new ChatError('MESSAGE_NOT_FOUND');
  return message;
}

/** The messages of rooms. */
export function messages(context: AdminContext) {
  const app = new Hono<AdminEnv>();
  app.get(
    '/rooms/:id/messages/',
    describe(
      'List the messages of a room, newest first, without deleted ones. `before` returns older pages.',
      { 200: ['A page of messages.', messagesPage] },
      [400, 404],
    ),
    readQuery(messagesQuery),
    async (c) => {
      const { before, limit } = c.req.valid('query');
      const id = c.req.param('id');
      const room = existingRoom(id, context);
      const keptOf = (found: Room) => keptForBackend(found, context);
      const page =
        before === undefined
          ? await latestMessages(context.db, id, room, { limit }, keptOf)
          : await newestMessages(context.db, id, { before, limit }, room.then(keptOf));
      return c.json({ messages: page.messages.map(wireMessage), has_more: page.hasMore });
    },
  );
  app.post(
    '/rooms/:id/messages/',
    describe(
      'Send a message in the name of a member, who may be muted or banned, as a bot, which needs no membership, or ' +
        'as a system message. ' +
        'With a `client_id` or the header `Idempotency-Key`, a repeat within a day is stored once.',
      {
        201: ['Stored the message, and posted it to the room.', messageShape],
        200: ['An earlier request stored the message.', messageShape],
      },
      [400, 404, 409, 413, 415],
    ),
    readJson(messageBody),
    async (c) => {
      const room = c.req.param('id');
      const body = c.req.valid('json');
      if (body.user_id !== undefined) checkUserIds([body.user_id], 'Message not sent');
      const key = keyOf(body, c.req.header('idempotency-key'));
      const command: SendMessage = {
        kind: 'SendMessage',
        text: body.text,
        type: body.system ? 'system' : 'text',
        ...(body.mentions && { mentions: body.mentions }),
        ...(body.data && { data: body.data }),
        ...(key !== undefined && { clientId: key }),
        ...(body.reply_to !== undefined && { replyTo: body.reply_to }),
      };
      const sender = body.bot ? `bot:${body.bot.id}` : (body.user_id ?? SYSTEM.id);
      const stored = await audited(
        c,
        context,
        { action: 'message.send', room, user: sender },
        async () => {
          const user = await authorOf(body, room, context);
          const message = await storeMessage(command, { user, room, service: true }, context);
          await publishMessage(message, undefined, context);
          return message;
        },
        ({ message }) => message.id,
      );
      return c.json(wireMessage(stored.message), stored.audience ? 201 : 200);
    },
  );
  app.get(
    '/rooms/:id/messages/:message/',
    describe('Get a message. A deleted one has no text.', { 200: ['The message.', messageShape] }, [404]),
    async (c) => {
      const { id, message } = c.req.param();
      return c.json(wireMessage(await currentMessage(id, messageIdOf(message), context)));
    },
  );
  app.patch(
    '/rooms/:id/messages/:message/',
    describe(
      'Replace the text of a message, its mentions and its data. The same values again change nothing.',
      { 200: ['The changed message.', messageShape] },
      [400, 404, 413, 415],
    ),
    readJson(messageChangeBody),
    async (c) => {
      const { id: room, message: given } = c.req.param();
      const message = messageIdOf(given);
      const { text, data, mentions } = c.req.valid('json');
      const command = {
        kind: 'EditMessage',
        ...{ message, text },
        ...(data !== undefined && { data }),
        ...(mentions && { mentions }),
      } as const;
      const service = { user: c.var.service, room, service: true } as const;
      await audited(c, context, { action: 'message.edit', room, message }, () =>
        editMessage(command, service, context),
      );
      return c.json(wireMessage(await currentMessage(room, message, context)));
    },
  );
  app.delete(
    '/rooms/:id/messages/:message/',
    describe(
      'Delete a message: its text and its file. A repeat changes nothing.',
      { 204: 'Deleted the message.' },
      [400, 404],
    ),
    noFields,
    async (c) => {
      const { id: room, message: given } = c.req.param();
      const message = messageIdOf(given);
      const service = { user: c.var.service, room, service: true } as const;
      await audited(c, context, { action: 'message.delete', room, message }, async () => {
        const { deletedAt } = await currentMessage(room, message, context);
        if (deletedAt === undefined)
          await deleteMessage({ kind: 'DeleteMessage', message }, service, context);
      });
      return c.body(null, 204);
    },
  );
  return app;
}

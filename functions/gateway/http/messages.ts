import { Hono } from 'hono';
import * as v from 'valibot';
import { publishMessage, storeMessage } from '../../commands/send-message.ts';
import { attached } from '../../dialects/frame.ts';
import { messageShape } from '../../dialects/rest/schema.ts';
import type { SendMessage } from '../../domain/command.ts';
import { newestMessages } from '../../log/history.ts';
import { checkMembership } from '../../rooms/access.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './openapi.ts';
import { messageBody, messagesQuery, readJson, readQuery, wireMessage } from './wire.ts';

const pageShape = v.object({ messages: v.array(messageShape), has_more: v.boolean() });

const commandOf = (body: v.InferOutput<typeof messageBody>, room: string): SendMessage => ({
  kind: 'SendMessage',
  room,
  text: body.content,
  type: body.file ? 'file' : 'text',
  ...attached(body),
  ...(body.client_id !== undefined && { clientId: body.client_id }),
  ...(body.reply_to !== undefined && { replyTo: body.reply_to }),
});

/** The messages of a room, in the form of contract S2. */
export function messages(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/:id/messages/',
    describe(
      'List the messages of a room, newest first, without deleted ones. `before` returns older pages.',
      { 200: ['A page of messages.', pageShape] },
      [400, 401, 403],
    ),
    readQuery(messagesQuery),
    async (c) => {
      const room = c.req.param('id');
      await checkMembership(context.db, room, c.var.caller);
      const page = await newestMessages(context.db, room, c.req.valid('query'));
      return c.json({ messages: page.messages.map(wireMessage), has_more: page.hasMore });
    },
  );
  app.post(
    '/:id/send_message/',
    describe(
      'Send a message. Sockets receive it only with `broadcast`. With a `client_id`, repeats are stored once.',
      {
        201: ['Stored the message.', messageShape],
        200: ['An earlier request stored the message.', messageShape],
      },
      [400, 401, 403, 404, 409, 413, 415, 429],
    ),
    readJson(messageBody),
    async (c) => {
      const body = c.req.valid('json');
      // With an empty room, `sendMessage` checks the membership before it takes a sequence number.
      const writer = { user: c.var.caller, room: '' };
      const stored = await storeMessage(commandOf(body, c.req.param('id')), writer, context);
      if (body.broadcast && !stored.repeated) await publishMessage(stored, undefined, context);
      return c.json(wireMessage(stored.message), stored.repeated ? 200 : 201);
    },
  );
  return app;
}

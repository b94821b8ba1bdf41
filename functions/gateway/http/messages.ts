import { Hono } from 'hono';
import * as v from 'valibot';
import { readHistory } from '../../commands/load-history.ts';
import { publishMessage, storeMessage } from '../../commands/send-message.ts';
import { attached } from '../../dialects/frame.ts';
import { messageShape } from '../../dialects/rest/schema.ts';
import type { SendMessage } from '../../domain/command.ts';
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
      const page = await readHistory(c.req.param('id'), c.req.valid('query'), c.var.caller, context);
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
      [400, 401, 403, 404, 409, 413, 415],
    ),
    readJson(messageBody),
    async (c) => {
      const body = c.req.valid('json');
      const writer = { user: c.var.caller, room: c.req.param('id') };
      const announced = body.broadcast;
      const stored = await storeMessage(commandOf(body, writer.room), writer, context, { announced });
      if (announced) await publishMessage(stored, undefined, context);
      return c.json(wireMessage(stored.message), stored.audience ? 201 : 200);
    },
  );
  return app;
}

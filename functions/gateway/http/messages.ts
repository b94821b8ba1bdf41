import { Hono } from 'hono';
import * as v from 'valibot';
import { publishMessage, storeMessage } from '../../commands/send-message.ts';
import { attached } from '../../dialects/frame.ts';
import { messageShape } from '../../dialects/rest/schema.ts';
import type { SendMessage } from '../../domain/command.ts';
import { newestMessages } from '../../log/history.ts';
import { checkMembership } from '../../rooms/access.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './describe.ts';
import { readJson, readQuery } from './read-request.ts';
import { messageBody, messagesQuery } from './request-schema.ts';
import { wireMessage } from './wire.ts';

const page = v.object({ messages: v.array(messageShape), has_more: v.boolean() });

const commandOf = (body: v.InferOutput<typeof messageBody>): SendMessage => ({
  kind: 'SendMessage',
  text: body.content,
  type: body.file ? 'file' : 'text',
  ...attached(body),
  ...(body.client_id !== undefined && { clientId: body.client_id }),
  ...(body.reply_to !== undefined && { replyTo: body.reply_to }),
});

/** What is said in a room, as S2 has it. */
export function messages(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/:id/messages/',
    describe(
      'The messages of a room that are not deleted, newest first; older ones with `before`',
      { 200: ['A page of them', page] },
      [400, 401, 403],
    ),
    readQuery(messagesQuery),
    async (c) => {
      const room = c.req.param('id');
      await checkMembership(context.db, room, c.var.caller);
      const found = await newestMessages(context.db, room, c.req.valid('query'));
      return c.json({ messages: found.messages.map(wireMessage), has_more: found.hasMore });
    },
  );
  app.post(
    '/:id/send_message/',
    describe(
      'Say something. Sockets are told of it only with `broadcast`; with a `client_id` a repeat is stored once',
      { 201: ['It is stored', messageShape], 200: ['It was stored before', messageShape] },
      [400, 401, 403, 404, 413, 415, 429],
    ),
    readJson(messageBody),
    async (c) => {
      const body = c.req.valid('json');
      // In no room yet: a stranger is refused before a number of the room is taken.
      const writer = { user: c.var.caller, room: '' };
      const command = { ...commandOf(body), room: c.req.param('id') };
      const stored = await storeMessage(command, writer, context);
      if (body.broadcast && !stored.repeated) {
        await publishMessage(stored, undefined, context);
      }
      return c.json(wireMessage(stored.message), stored.repeated ? 200 : 201);
    },
  );
  return app;
}

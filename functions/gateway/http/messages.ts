import { Hono } from 'hono';
import * as v from 'valibot';
import { readHistory } from '../../commands/load-history.ts';
import { publishMessage, storeMessage } from '../../commands/send-message.ts';
import { isoTime } from '../../delivery/context.ts';
import { attached } from '../../dialects/frame.ts';
import { messageBody, messagesQuery, searchQuery } from '../../dialects/rest/requests.ts';
import { foundMessagesPage, messageShape } from '../../dialects/rest/schema.ts';
import type { SendMessage } from '../../domain/command.ts';
import { searchMessages } from '../../rooms/search.ts';
import { type HttpContext, type HttpEnv, limitSearches } from './context.ts';
import { describe } from './openapi.ts';
import { decodeCursor, encodeCursor, readerOf, readJson, readQuery, wireMessage } from './wire.ts';

/** The number below which a page of a search begins. */
const searchCursor = v.strictTuple([v.pipe(v.number(), v.safeInteger(), v.minValue(1))]);

const pageShape = v.object({ messages: v.array(messageShape), has_more: v.boolean() });

const commandOf = (body: v.InferOutput<typeof messageBody>, room: string): SendMessage => ({
  kind: 'SendMessage',
  room,
  text: body.content,
  type: body.file ? 'file' : 'text',
  ...attached(body),
  ...(body.client_id !== undefined && { clientId: body.client_id }),
  ...(body.reply_to !== undefined && { replyTo: body.reply_to }),
  ...(body.mentions && { mentions: body.mentions }),
  ...(body.data && { data: body.data }),
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
      const reader = readerOf(c.var.caller, context);
      return c.json({
        messages: page.messages.map((message) => wireMessage(message, reader)),
        has_more: page.hasMore,
      });
    },
  );
  app.get(
    '/:id/search/',
    limitSearches(context),
    describe(
      'Find messages of a room that contain all words of `q`, even inside longer words, in their text or in the name ' +
        'of their file, without regard to case and accents. Newest first. Each page searches a part of the room, so ' +
        'it may be empty although more follow.',
      { 200: ['The messages that were found.', foundMessagesPage] },
      [400, 401, 403],
    ),
    readQuery(searchQuery),
    async (c) => {
      const { q: query, cursor, limit } = c.req.valid('query');
      const [before] = decodeCursor(cursor, searchCursor) ?? [];
      const search = { room: c.req.param('id'), query, before, limit };
      const { messages, searchedTo, next } = await searchMessages(search, c.var.caller, context);
      const reader = readerOf(c.var.caller, context);
      return c.json({
        messages: messages.map((message) => wireMessage(message, reader)),
        searched_to: searchedTo ? { message_id: searchedTo.id, created_at: isoTime(searchedTo.at) } : null,
        next_cursor: encodeCursor([next]),
      });
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
      [400, 401, 403, 404, 409, 413, 415, 422],
    ),
    readJson(messageBody),
    async (c) => {
      const body = c.req.valid('json');
      const writer = { user: c.var.caller, room: c.req.param('id') };
      const announced = body.broadcast;
      const stored = await storeMessage(commandOf(body, writer.room), writer, context, { announced });
      if (announced) await publishMessage(stored, undefined, context);
      const reader = readerOf(c.var.caller, context);
      return c.json(wireMessage(stored.message, reader), stored.audience ? 201 : 200);
    },
  );
  return app;
}

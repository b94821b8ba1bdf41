import { Hono } from 'hono';
import { wireId } from '../../dialects/frame.ts';
import { pinsShape } from '../../dialects/rest/schema.ts';
import { changePin, listPinned } from '../../rooms/pins.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './openapi.ts';
import { messageIdOf, readerOf, wireMessage } from './wire.ts';

/** The pinned messages of a room. */
export function pins(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/:id/pins/',
    describe(
      'List the pinned messages of a room, the newest pin first. A deleted message is no longer pinned.',
      { 200: ['The pinned messages, at most 50.', pinsShape] },
      [401, 403],
    ),
    async (c) => {
      const reader = readerOf(c.var.caller, context);
      const found = await listPinned(c.req.param('id'), c.var.caller, context);
      return c.json({
        pins: found.map(({ pin, message }) => ({
          message: wireMessage(message, reader),
          seq: pin.seq,
          pinned_by: wireId(pin.by),
          pinned_at: pin.at,
        })),
      });
    },
  );
  app.put(
    '/:id/pins/:message/',
    describe(
      'Pin a message, at most 50 in a room. Requires an owner or a moderator; in a direct room, both members may.',
      { 204: 'Pinned. A repeat changes nothing.' },
      [401, 403, 404, 409],
    ),
    async (c) => {
      const { id: room, message } = c.req.param();
      await changePin({ room, message: messageIdOf(message), removed: false }, c.var.caller, context);
      return c.body(null, 204);
    },
  );
  app.delete(
    '/:id/pins/:message/',
    describe(
      'Unpin a message. Requires an owner or a moderator; in a direct room, both members may.',
      { 204: 'Not pinned any more. A repeat changes nothing.' },
      [401, 403, 404, 409],
    ),
    async (c) => {
      const { id: room, message } = c.req.param();
      await changePin({ room, message: messageIdOf(message), removed: true }, c.var.caller, context);
      return c.body(null, 204);
    },
  );
  return app;
}

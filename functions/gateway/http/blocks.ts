import { Hono } from 'hono';
import { isoTime } from '../../delivery/context.ts';
import { wireId } from '../../dialects/frame.ts';
import { blockShape, blocksShape } from '../../dialects/rest/schema.ts';
import { blockUser, unblockUser } from '../../rooms/blocks.ts';
import { type Block, listBlocks } from '../../store/blocks.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { HttpError } from './http-error.ts';
import { describe } from './openapi.ts';
import { checkUserIds } from './wire.ts';

const wireBlock = ({ user, at }: Block) => ({ user_id: wireId(user), blocked_at: isoTime(at) });

/** The users whom the caller has blocked. Mount it at the root: below `/blocks`, Hono would drop the slash. */
export function blocks(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/blocks/',
    describe(
      'List the users whom you have blocked, the latest first.',
      { 200: ['The blocks.', blocksShape] },
      [401, 403],
    ),
    async (c) => c.json({ blocks: (await listBlocks(context.db, c.var.caller.id)).map(wireBlock) }),
  );
  app.put(
    '/blocks/:user/',
    describe(
      'Block a user. Their messages are hidden from you, on all of your devices and in all rooms. They do not learn of ' +
        'it: to them you look offline. A room to which they add you does not reach you. A repeat changes nothing.',
      { 201: ['Blocked the user.', blockShape], 200: ['The user was blocked already.', blockShape] },
      [400, 401, 403, 404, 409],
    ),
    async (c) => {
      const user = c.req.param('user');
      if (user === c.var.caller.id) {
        throw new HttpError('BAD_REQUEST', 'User not blocked: it is yourself. Name another user.');
      }
      checkUserIds([user], 'User not blocked');
      const blocked = await blockUser(user, c.var.caller.id, context);
      if (!blocked) throw new HttpError('TOO_MANY_BLOCKS');
      return c.json(wireBlock(blocked.block), blocked.isNew ? 201 : 200);
    },
  );
  app.delete(
    '/blocks/:user/',
    describe(
      'End a block. The history has the messages that were hidden. A repeat changes nothing.',
      { 204: 'The user is not blocked.' },
      [401, 403, 404],
    ),
    async (c) => {
      await unblockUser(c.req.param('user'), c.var.caller.id, context);
      return c.body(null, 204);
    },
  );
  return app;
}

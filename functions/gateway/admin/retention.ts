import { type Context, Hono } from 'hono';
import { retentionBody, retentionShape } from '../../dialects/admin/schema.ts';
import { ChatError } from '../../domain/errors.ts';
import { applyRetention } from '../../log/apply-retention.ts';
import { getRetention, type RetentionSetting, setRetention } from '../../store/retention-walk.ts';
import { readJson } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { noFields } from './wire.ts';

const answers = {
  200: ['All messages of the room have the setting.', retentionShape],
  202: ['The setting is stored, and not all messages have it yet. Repeat the request.', retentionShape],
} as const;

/** How long rooms keep messages, and legal holds. */
export function retention(context: AdminContext) {
  const { db } = context;
  const app = new Hono<AdminEnv>();

  /** Changes settings of a room, applies them to existing messages as far as one request can, and answers. */
  const answerChange = async (
    c: Context<AdminEnv, '/rooms/:id/'>,
    action: string,
    change: Partial<RetentionSetting>,
  ) => {
    const room = c.req.param('id');
    await audited(c, context, { action, room }, async () => {
      const exists = await setRetention(db, room, change, context.retentionDays ?? 0);
      if (!exists) throw new ChatError('ROOM_NOT_FOUND');
    });
    await applyRetention(room, context);
    return answer(c, room);
  };

  const answer = async (c: Context<AdminEnv>, room: string) => {
    const state = await getRetention(db, room);
    if (!state) throw new ChatError('ROOM_NOT_FOUND');
    const { retentionDays, held, done } = state;
    return c.json({ room_id: room, retention_days: retentionDays, held, done }, done ? 200 : 202);
  };

  app.get(
    '/rooms/:id/retention/',
    describe('Get how long a room keeps messages, and whether it has a legal hold.', answers, [404]),
    (c) => answer(c, c.req.param('id')),
  );
  app.put(
    '/rooms/:id/retention/',
    describe(
      'Set how many days a room keeps messages: 0 for ever, null for the setting of the chat. Earlier messages get the ' +
        'setting too. Repeat the request until `done` is true.',
      answers,
      [400, 404, 413, 415],
    ),
    readJson(retentionBody),
    (c) => {
      const { retention_days: retentionDays } = c.req.valid('json');
      return answerChange(c, 'room.retention', { retentionDays });
    },
  );
  app.put(
    '/rooms/:id/hold/',
    describe(
      'Put a room under a legal hold: none of its messages and files expires any more. Repeat the request until `done` ' +
        'is true: only then the hold is complete.',
      answers,
      [400, 404],
    ),
    noFields,
    (c) => answerChange(c, 'room.hold', { held: true }),
  );
  app.delete(
    '/rooms/:id/hold/',
    describe(
      'End the legal hold of a room. What has expired meanwhile is deleted after a day. Repeat the request until ' +
        '`done` is true.',
      answers,
      [400, 404],
    ),
    noFields,
    (c) => answerChange(c, 'room.unhold', { held: false }),
  );
  return app;
}

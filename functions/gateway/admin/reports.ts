import { Hono } from 'hono';
import { reportedPage, reportedShape, resolveBody } from '../../dialects/admin/schema.ts';
import { reportsQuery } from '../../dialects/rest/requests.ts';
import { resolveReports } from '../../rooms/reports.ts';
import { listReports } from '../../store/reports.ts';
import { HttpError } from '../http/http-error.ts';
import { reportsCursor, wireReported } from '../http/reports.ts';
import { decodeCursor, encodeCursor, messageIdOf, readJson } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { readQuery } from './wire.ts';

const asString = (id: string): string => id;

/** The reports of messages in all rooms. */
export function reports(context: AdminContext) {
  const app = new Hono<AdminEnv>();
  app.get(
    '/reports/',
    describe(
      'List the reported messages of all rooms, the latest first, with the texts that were reported.',
      { 200: ['A page of reported messages.', reportedPage] },
      [400],
    ),
    readQuery(reportsQuery),
    async (c) => {
      const { status, cursor, limit } = c.req.valid('query');
      const [before] = decodeCursor(cursor, reportsCursor) ?? [];
      const range = { status, before, limit };
      const { reported, next } = await listReports(context.db, range, context.now());
      return c.json({
        reports: reported.map((each) => wireReported(each, asString)),
        next_cursor: encodeCursor([next]),
      });
    },
  );
  app.post(
    '/rooms/:id/reports/:message/resolve/',
    describe(
      'Resolve the reports of a message, with a note about what was done. A repeat changes nothing.',
      { 200: ['The reported message.', reportedShape] },
      [400, 404, 415],
    ),
    readJson(resolveBody),
    async (c) => {
      const { id: room, message: given } = c.req.param();
      const message = messageIdOf(given);
      const { note } = c.req.valid('json');
      const resolved = await audited(c, context, { action: 'report.resolve', room, message }, async () => {
        const found = await resolveReports({ room, message }, note, c.var.service, context);
        if (!found) throw new HttpError('REPORT_NOT_FOUND');
        return found;
      });
      return c.json(wireReported(resolved, asString));
    },
  );
  return app;
}

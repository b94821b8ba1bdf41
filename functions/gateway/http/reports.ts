import { Hono } from 'hono';
import * as v from 'valibot';
import { isoTime } from '../../delivery/context.ts';
import { wireId } from '../../dialects/frame.ts';
import { reportBody, reportsQuery, resolveBody } from '../../dialects/rest/requests.ts';
import { reportedPage, reportedShape, reportShape } from '../../dialects/rest/schema.ts';
import { listRoomReports, reportMessage, resolveReports } from '../../rooms/reports.ts';
import type { ReportedMessage } from '../../store/reports.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { HttpError } from './http-error.ts';
import { describe } from './openapi.ts';
import { decodeCursor, encodeCursor, isoOrNull, messageIdOf, readJson, readQuery } from './wire.ts';

/** The place of the last reported message of a page. */
export const reportsCursor = v.tuple([
  v.pipe(v.string(), v.maxLength(1_000), v.regex(/^\d{16}#[^#]+#\d{16}$/)),
]);

/** @param idOf how the API sends an id */
export function wireReported<Id extends string | number>(
  { evidence, latest, current, ...found }: ReportedMessage,
  idOf: (id: string) => Id,
) {
  const isDeleted = !current || current.deletedAt !== undefined;
  return {
    room_id: idOf(found.room),
    message_id: found.message,
    status: found.status,
    sender: evidence ? { id: idOf(evidence.author.id), username: evidence.author.username } : null,
    sent_at: evidence?.sentAt ?? null,
    text: isDeleted ? null : current.text,
    reported_texts: [evidence, latest].flatMap((each) => (each ? [each.text] : [])),
    file: evidence?.file ?? null,
    reports: found.reports.map(({ by, reason, note, at }) => ({
      ...{ user_id: idOf(by), reason, note: note ?? null, reported_at: isoTime(at) },
    })),
    report_count: found.reporters.length,
    opened_at: isoTime(found.openedAt),
    last_reported_at: isoTime(found.lastAt),
    resolved_at: isoOrNull(found.resolvedAt),
    resolved_by: found.resolvedBy ?? null,
    resolution: found.outcome ?? null,
  };
}

/** The reports of a room's messages. */
export function reports(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.post(
    '/:id/reports/',
    describe(
      'Report a message to the moderators of its room and to the team. A repeat returns your first report.',
      { 201: ['Reported the message.', reportShape], 200: ['You have reported it before.', reportShape] },
      [400, 401, 403, 404, 415],
    ),
    readJson(reportBody),
    async (c) => {
      const { message_id: message, reason, note } = c.req.valid('json');
      const target = { room: c.req.param('id'), message };
      const { report, isNew } = await reportMessage(target, { reason, note }, c.var.caller, context);
      const body = { reason: report.reason, note: report.note ?? null, reported_at: isoTime(report.at) };
      return c.json({ message_id: message, ...body }, isNew ? 201 : 200);
    },
  );
  app.get(
    '/:id/reports/',
    describe(
      'List the reported messages of a room, the latest first. Requires an owner or a moderator, who does not see ' +
        'reports of their own messages.',
      { 200: ['A page of reported messages.', reportedPage] },
      [400, 401, 403],
    ),
    readQuery(reportsQuery),
    async (c) => {
      const { status, cursor, limit } = c.req.valid('query');
      const [before] = decodeCursor(cursor, reportsCursor) ?? [];
      const range = { room: c.req.param('id'), status, before, limit };
      const { reported, next } = await listRoomReports(range, c.var.caller, context);
      return c.json({
        reports: reported.map((each) => wireReported(each, wireId)),
        next_cursor: encodeCursor([next]),
      });
    },
  );
  app.post(
    '/:id/reports/:message/resolve/',
    describe(
      'Resolve the reports of a message, with a note about what was done. Requires an owner or a moderator. A repeat ' +
        'changes nothing. A new report opens them again.',
      { 200: ['The reported message.', reportedShape] },
      [400, 401, 403, 404, 415],
    ),
    readJson(resolveBody),
    async (c) => {
      const { id: room, message } = c.req.param();
      const target = { room, message: messageIdOf(message) };
      const resolved = await resolveReports(target, c.req.valid('json').note, c.var.caller, context);
      if (!resolved) throw new HttpError('REPORT_NOT_FOUND');
      return c.json(wireReported(resolved, wireId));
    },
  );
  return app;
}

import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { auditPage, listQuery } from '../../dialects/admin/schema.ts';
import { type AuditTarget, auditDay, listAudit, noteOutcome, putAudit } from '../../store/audit.ts';
import { decodeCursor, encodeCursor } from '../http/wire.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { adminError, readQuery, wireAudit } from './wire.ts';

/**
 * Makes a change, with an entry in the audit trail. Stores the entry first, so that no change lacks one, and adds the
 * code of an error to it.
 */
export async function audited<T>(
  c: Context<AdminEnv>,
  { db, now }: Pick<AdminContext, 'db' | 'now'>,
  { action, ...target }: AuditTarget & { readonly action: string },
  change: () => Promise<T>,
  messageOf: (result: T) => number | undefined = () => undefined,
): Promise<T> {
  const key = await putAudit(db, { at: now(), by: c.var.callerArn, action, target });
  const result = await change().catch(async (error: unknown) => {
    await noteOutcome(db, key, { error: adminError(error)?.code ?? 'INTERNAL' });
    throw error;
  });
  const message = messageOf(result);
  if (message !== undefined) await noteOutcome(db, key, { message });
  return result;
}

const auditCursor = v.tuple([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000)),
  v.optional(v.pipe(v.string(), v.regex(/^\d{1,16}#[\w-]{1,36}$/))),
]);

/** The audit trail. */
export function audit(context: AdminContext) {
  const app = new Hono<AdminEnv>();
  app.get(
    '/audit/',
    describe(
      'List the changes that backends made, newest first, for 400 days. An entry has no texts. A page may be empty ' +
        'although more follow: read on until `next_cursor` is null.',
      { 200: ['A page of the audit trail.', auditPage] },
      [400],
    ),
    readQuery(listQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const now = context.now();
      const [day, before] = decodeCursor(cursor, auditCursor) ?? [auditDay(now)];
      const { entries, next } = await listAudit(context.db, { day, before }, limit, now);
      return c.json({
        entries: entries.map(wireAudit),
        next_cursor: encodeCursor([next?.day, next?.before]),
      });
    },
  );
  return app;
}

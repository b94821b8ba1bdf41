import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import { type Caller, isModerator, MembershipError, type User } from '../domain/member.ts';
import type { Report, ReportCase, ReportTarget } from '../domain/report.ts';
import { isMessageGone, keptIn } from '../domain/retention.ts';
import { getMessage } from '../store/log.ts';
import * as reports from '../store/reports.ts';
import { countByUser } from '../store/write-window.ts';
import { checkMembership, readAccess } from './access.ts';

type ReportsContext = Pick<Context, 'db' | 'now' | 'retentionDays'>;

/** How many messages a user may report. */
const RATE = { counted: 'report', rate: { messages: 20, windowMs: 10 * 60 * 1000 } } as const;

const TOO_MANY = 'Message not reported: you have reported many messages lately. Try again later.';

/**
 * Reports a message to the moderators of its room and to the team. A user reports a message once: a repeat returns the
 * first report.
 * @throws ChatError NOT_A_MEMBER, MESSAGE_NOT_FOUND, RATE_LIMITED
 */
export async function reportMessage(
  target: ReportTarget,
  { reason, note }: Pick<Report, 'reason'> & { readonly note?: string | undefined },
  { id: by }: User,
  context: ReportsContext,
): Promise<{ readonly report: Report; readonly isNew: boolean }> {
  const { db } = context;
  const now = context.now();
  const [{ room }, message, earlier] = await Promise.all([
    readAccess(db, target.room, { id: by }),
    getMessage(db, target.room, target.message),
    reports.getReport(db, target, by),
  ]);
  const isGone = !message || message.deletedAt !== undefined || isMessageGone(message, keptIn(room, context));
  if (earlier && isGone) return { report: earlier, isNew: false };
  if (isGone) throw new ChatError('MESSAGE_NOT_FOUND');
  const retryAfterMs = earlier ? undefined : await countByUser(db, by, RATE, now);
  if (retryAfterMs) throw new ChatError('RATE_LIMITED', TOO_MANY, retryAfterMs);
  const report = { by, reason, at: now, ...(note !== undefined && { note }) };
  return reports.addReport(db, message, report);
}

/** @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR */
async function checkModerator(room: string, user: User, { db }: ReportsContext): Promise<void> {
  if (!isModerator(await checkMembership(db, room, user))) throw new MembershipError('NOT_A_MODERATOR');
}

/** Whether a report is about a message of a user, who must not handle it. */
const isOwn = ({ evidence }: ReportCase, { id }: User): boolean =>
  evidence?.author.id === id && !evidence.author.guest;

/**
 * Returns a page of a room's reports for a moderator of the room, without those of the moderator's own messages.
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR
 */
export async function listRoomReports(
  range: reports.ReportsRange & { readonly room: string },
  caller: User,
  context: ReportsContext,
): ReturnType<typeof reports.listReports> {
  await checkModerator(range.room, caller, context);
  const { reported, next } = await reports.listReports(context.db, range, context.now());
  return { reported: reported.filter((each) => !isOwn(each, caller)), next };
}

/**
 * Resolves the reports of a message, for a moderator of the room or a backend. Reports that are resolved already stay
 * as they are.
 * @returns the case; undefined if there is none that the caller may handle
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR
 */
export async function resolveReports(
  target: ReportTarget,
  outcome: string | undefined,
  caller: Caller,
  context: ReportsContext,
): Promise<reports.ReportedMessage | undefined> {
  const { db } = context;
  const now = context.now();
  if (!caller.service) {
    await checkModerator(target.room, caller, context);
    const message = await getMessage(db, target.room, target.message);
    if (message?.author.id === caller.id && !message.author.guest) return undefined;
  }
  const resolved = await reports.resolveCase(db, target, { by: caller.id, at: now, outcome });
  return resolved && (await reports.withReports(db, [resolved], now))[0];
}

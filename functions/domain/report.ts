/** Why a user reports a message. */
export const reportReasons = ['spam', 'abuse', 'harassment', 'violence', 'nudity', 'other'] as const;

export type ReportReason = (typeof reportReasons)[number];

export const reportStatuses = ['open', 'resolved'] as const;

export type ReportStatus = (typeof reportStatuses)[number];

/** The maximum number of characters of a note, by a reporter or about the outcome. */
export const MAX_REPORT_NOTE = 1_000;

/** How many users who reported a message are stored with it. Later ones are not counted. */
export const MAX_REPORTERS = 100;

/** A message that somebody reported. */
export interface ReportTarget {
  readonly room: string;
  /** The id of the message. */
  readonly message: number;
}

/** A user's report of a message. */
export interface Report {
  /** The id of the user. */
  readonly by: string;
  readonly reason: ReportReason;
  readonly note?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A message as it was when it was reported, so that an edit or a delete does not hide what it said. */
export interface Evidence {
  readonly author: { readonly id: string; readonly username: string; readonly guest?: true };
  readonly text: string;
  /** The name of the message's file. */
  readonly file?: string;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  /** The `revision` of the message. */
  readonly revision: number;
}

/** All reports of one message. */
export interface ReportCase extends ReportTarget {
  readonly status: ReportStatus;
  /** When the first report came, or the first one after the case was resolved. Milliseconds since the epoch. */
  readonly openedAt: number;
  /** When the latest report came, in milliseconds since the epoch. */
  readonly lastAt: number;
  /** The ids of the users who reported the message, at most `MAX_REPORTERS`. */
  readonly reporters: readonly string[];
  /** The message at the first report. Absent once its author was erased. */
  readonly evidence?: Evidence;
  /** The message at the latest report, if it had changed. */
  readonly latest?: Evidence;
  /** Milliseconds since the epoch. Set while the case is resolved. */
  readonly resolvedAt?: number;
  /** Who resolved the case: a user, or `service:` and the name of a backend's role. */
  readonly resolvedBy?: string;
  /** What was done. */
  readonly outcome?: string;
}

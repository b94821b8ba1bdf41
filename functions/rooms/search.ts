import type { Context } from '../delivery/context.ts';
import { visibleTo } from '../domain/block.ts';
import type { User } from '../domain/member.ts';
import { type Message, timeOf } from '../domain/message.ts';
import { isGone, keptIn } from '../domain/retention.ts';
import { foldLetters, searchedWords } from '../domain/text.ts';
import { messagesOf } from '../log/history.ts';
import { lowestOf } from '../log/settle.ts';
import { type LogPage, listLog } from '../store/log.ts';
import { readableRoom } from './access.ts';
import { blockListOf } from './blocks.ts';

/**
 * The numbers of log entries in the reads of one page. The second read follows if the first one finds too few messages.
 * Each read has at most 1 MB, DynamoDB's limit for a query, about 130 read units.
 */
const READS = [200, 800] as const;

/** A search for messages of a room. */
export interface MessageSearch {
  readonly room: string;
  readonly query: string;
  /** The `next` of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The messages that a search found in a part of a room's log. */
export interface FoundMessages {
  /** Newest first. */
  readonly messages: readonly Message[];
  /** All messages with this id or a higher one have been searched. Undefined if there is nothing to search. */
  readonly searchedTo?: { readonly id: number; readonly at: number } | undefined;
  /** Where the next page begins. Undefined after the last page. */
  readonly next?: number | undefined;
}

/** Returns a test of whether a message contains all words of a query, in its text or in the name of its file. */
function matcherOf(query: string): (message: Message) => boolean {
  const words = searchedWords(query);
  return ({ text, file }) => {
    const folded = foldLetters(file ? `${text}\n${file.name}` : text);
    return words.every((word) => folded.includes(word));
  };
}

/**
 * Finds the newest messages of a room that contain all words of a query, without regard to case and accents. Searches
 * the texts as they are now. Reads a bounded part of the log, so a page may be short or empty although more follow.
 * @throws ChatError NOT_A_MEMBER
 */
export async function searchMessages(
  { room: id, query, before, limit }: MessageSearch,
  user: User,
  context: Pick<Context, 'db' | 'now' | 'retentionDays'>,
): Promise<FoundMessages> {
  const { db } = context;
  const [room, blocked] = await Promise.all([readableRoom(db, id, user), blockListOf(user, context)]);
  const kept = keptIn(room, context);
  const matches = matcherOf(query);
  const pages: LogPage[] = [];
  let from = before;
  let hasMore = true;
  let found: readonly Message[] = [];
  for (const size of READS) {
    if (!hasMore || found.length >= limit) break;
    const page = await listLog(db, id, { before: from, limit: size, consistent: false });
    const entries = page.entries.filter((entry) => !isGone(entry, kept));
    pages.push({ ...page, entries });
    from = Math.min(...page.entries.map(lowestOf));
    hasMore = page.hasMore && entries.length === page.entries.length;
    found = visibleTo({ blocked }, messagesOf(pages)).filter(matches);
  }
  const messages = found.slice(0, limit);
  const last = found.length > limit ? messages.at(-1) : undefined;
  if (last) return { messages, searchedTo: { id: last.id, at: Date.parse(last.createdAt) }, next: last.id };
  const searched = pages.flatMap(({ entries }) => entries);
  const lowest = Math.min(...searched.map(lowestOf));
  const at = searched.map(timeOf).findLast((time) => time !== undefined);
  return {
    messages,
    searchedTo: at === undefined ? undefined : { id: lowest, at },
    next: hasMore ? from : undefined,
  };
}

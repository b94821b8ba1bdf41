import type { Context } from '../delivery/context.ts';
import type { Draft, Revision } from '../domain/draft.ts';
import { ChatError } from '../domain/errors.ts';
import { checkRoom, type Write } from '../rooms/write-number.ts';

/**
 * Asks the team's function about a message or an edit. Returns the values to store in place of the draft's, or
 * undefined if there is no such function. Checks the write first, except the slow mode: a message that the function
 * refuses does not use its sender's turn.
 * @param describe returns the draft. Called only if there is a function to ask
 * @throws ChatError MESSAGE_REFUSED, CHECK_FAILED, and what `checkRoom` and `describe` throw
 */
export async function checkDraft(
  write: Write,
  { db, beforeSend }: Pick<Context, 'db' | 'beforeSend'>,
  describe: () => Promise<Draft>,
): Promise<Revision | undefined> {
  if (!beforeSend) return undefined;
  const [draft] = await Promise.all([describe(), checkRoom(write, { db })]);
  const answer = await beforeSend(draft);
  if (!answer) throw new ChatError('CHECK_FAILED');
  if (!answer.allow) throw new ChatError('MESSAGE_REFUSED', answer.reason);
  const { allow: _, ...revision } = answer;
  return revision;
}

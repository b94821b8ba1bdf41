import type { Change } from '../domain/message.ts';
import { revokeChange, scrubChange } from '../store/log.ts';
import * as messages from '../store/messages.ts';
import type { LogContext } from './context.ts';
import { releaseFile } from './release-file.ts';

/**
 * Applies a logged change to its message, and removes texts and files that the change made obsolete. Any invocation
 * may repeat it: an earlier one may have stopped halfway. The sequence number of a refused change becomes void.
 * @returns undefined when the room has no such message
 */
export async function applyChange(
  room: string,
  change: Change,
  context: LogContext,
): Promise<messages.Applied | undefined> {
  const { db } = context;
  const applied = await messages.applyChange(db, room, change);
  // The message does not list an overtaken edit, so a later delete would not remove the edit's text from the log.
  if (change.kind === 'edit' && applied?.outcome === 'overtaken') await scrubChange(db, room, change.seq);
  if (applied?.outcome === 'refused') await revokeChange(db, room, change.seq);
  const { edits = [], files = [], cleanUp } = applied ?? {};
  await Promise.all([
    cleanUp?.(),
    ...edits.map((seq) => scrubChange(db, room, seq)),
    ...files.map((file) => releaseFile(room, file, context)),
  ]);
  if (files.length > 0) await messages.forgetFiles(db, room, change.message, files);
  if (change.kind === 'edit' && edits.length > 0) {
    await messages.forgetEdits(db, room, change.message, edits);
  }
  return applied;
}

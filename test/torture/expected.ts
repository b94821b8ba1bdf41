import { type Shown, tombstone } from './copy.ts';
import type { Deed } from './operations.ts';
import type { Records } from './room-states.ts';

/** A deed and the number that its client id is tied to. */
export interface Numbered {
  readonly deed: Deed;
  readonly seq: number;
}

/** The deeds of a room that have a number with an entry under it, in order. */
export function numbered(
  room: string,
  deeds: readonly Deed[],
  { claims, log }: Records,
): readonly Numbered[] {
  return deeds
    .filter((deed) => deed.room === room)
    .flatMap((deed) => {
      const seq = claims.get(`${deed.user} ${deed.clientId}`);
      const kind = seq === undefined ? undefined : log.get(seq)?.kind;
      return seq === undefined || kind === undefined || kind === 'void' ? [] : [{ deed, seq }];
    })
    .sort((one, other) => one.seq - other.seq);
}

/**
 * What everybody must see in a room: what was asked for, in the order of the log. Texts are those that the clients sent,
 * not those of the table. A delete is final; of edits, and of one person's reactions with one emoji, the last counts.
 */
export function expectedMessages(deeds: readonly Numbered[]): ReadonlyMap<number, Shown> {
  const messages = new Map<number, Shown>();
  for (const { deed, seq } of deeds) {
    const { kind, text = '', message: id = 0 } = deed;
    const before = messages.get(id);
    if (kind === 'send') messages.set(seq, { text, deleted: false, reactions: [] });
    else if (kind === 'delete') messages.set(id, tombstone);
    else if (before === undefined || before.deleted) continue;
    else if (kind === 'edit') messages.set(id, { ...before, text });
    else messages.set(id, { ...before, reactions: withReaction(before.reactions, deed) });
  }
  return messages;
}

function withReaction(reactions: readonly string[], { emoji, user, remove }: Deed): readonly string[] {
  const own = `${emoji} ${user}`;
  const others = reactions.filter((each) => each !== own);
  return remove ? others : [...others, own].sort();
}

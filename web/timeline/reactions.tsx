import { reactorsOf } from '../../client/index.ts';
import { Deferred } from '../deferred.tsx';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { formatNumber } from '../texts/intl.ts';
import { texts } from '../texts/texts.ts';
import { joinNames } from '../ui/format.ts';
import type { Entry } from './entry.ts';

/** The number of users who reacted with an emoji, and the ids of some or all of them. */
interface Reactors {
  readonly count: number;
  readonly users: readonly string[];
}

/** Returns the users who reacted, by emoji, with the user's own pending reactions applied. */
export function reactionsOf(
  { message, pendingChanges = [] }: Pick<Entry, 'message' | 'pendingChanges'>,
  me: string,
): ReadonlyMap<string, Reactors> {
  const stored = Object.entries(message?.reactions ?? {});
  const reactions = new Map(
    stored.map(([emoji, each]): [string, Reactors] => {
      const { count, users } = reactorsOf(each);
      return [emoji, { count, users: users.map(String) }];
    }),
  );
  for (const frame of pendingChanges) {
    if (frame.action !== 'react') continue;
    const { count, users } = reactions.get(frame.emoji) ?? { count: 0, users: [] };
    const others = users.filter((user) => user !== me);
    const after = count - Number(others.length < users.length) + Number(!frame.remove);
    if (after > 0)
      reactions.set(frame.emoji, { count: after, users: frame.remove ? others : [...others, me] });
    else reactions.delete(frame.emoji);
  }
  return reactions;
}

/** Returns a message's reactions, whether one is the user's own, and a function that adds or removes the user's own. */
function useReactions(entry: Entry) {
  const { draft, me } = useRoomContext();
  const reactions = reactionsOf(entry, me);
  const isOwn = (emoji: string) => reactions.get(emoji)?.users.includes(me) ?? false;
  const toggle = (emoji: string) => {
    const { id } = entry;
    if (id !== undefined) draft.change((room) => room.react(id, emoji, { remove: isOwn(emoji) }));
  };
  return { me, reactions, isOwn, toggle };
}

interface PickerProps {
  readonly entry: Entry;
  /** The button that opens the picker. */
  readonly button: Element;
  readonly onClose: () => void;
}

/** Lets the user choose a reaction to a message. */
export function ReactionChoice({ entry, button, onClose }: PickerProps) {
  const { isOwn, toggle } = useReactions(entry);
  const anchor = button.closest('article')?.querySelector('.bubble') ?? button;
  return (
    <Deferred>
      {({ QuickEmojiPicker }) => (
        <QuickEmojiPicker
          label={texts().timeline.chooseReaction}
          anchor={anchor}
          own={isOwn}
          onChoose={toggle}
          onClose={onClose}
        />
      )}
    </Deferred>
  );
}

/** Shows the reactions to a message with their counts. A click adds or removes the user's own. */
export function Reactions({ entry }: { readonly entry: Entry }) {
  const { me, reactions, isOwn, toggle } = useReactions(entry);
  const { canChange } = useRoomContext();
  const nameOf = useNames();
  if (reactions.size === 0) return null;
  return (
    <div class="reactions">
      {[...reactions].map(([emoji, { count, users }]) => {
        const names = joinNames(
          users.map((user) => (user === me ? texts().timeline.you : nameOf(user))),
          count,
        );
        return (
          <button
            key={emoji}
            type="button"
            class="reaction"
            aria-pressed={isOwn(emoji)}
            aria-disabled={!canChange}
            aria-label={texts().timeline.reactions(emoji, count, names)}
            title={names}
            onClick={() => canChange && toggle(emoji)}
          >
            <span aria-hidden="true">{emoji}</span> <span class="count">{formatNumber(count)}</span>
          </button>
        );
      })}
    </div>
  );
}

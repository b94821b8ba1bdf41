import { reactorsOf } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { joinNames, pluralize } from '../ui/format.ts';
import type { Entry } from './entry.ts';

const emojis = [
  ['👍', 'Thumbs up'],
  ['❤️', 'Heart'],
  ['😂', 'Laughing'],
  ['😮', 'Surprised'],
  ['😢', 'Sad'],
  ['🎉', 'Party'],
  ['👀', 'Eyes'],
  ['✅', 'Done'],
] as const;

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

/** Returns a function that adds the user's reaction, or removes it if the user has already reacted. */
function useToggle({ id }: Entry, reactions: ReadonlyMap<string, Reactors>) {
  const { draft, me } = useRoomContext();
  return (emoji: string) => {
    if (id === undefined) return;
    const remove = reactions.get(emoji)?.users.includes(me) ?? false;
    draft.change((room) => room.react(id, emoji, { remove }));
  };
}

export function EmojiPicker({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const { me } = useRoomContext();
  const toggle = useToggle(entry, reactionsOf(entry, me));
  const choose = (emoji: string) => {
    onClose();
    toggle(emoji);
  };
  return (
    <fieldset class="emoji-picker" aria-label="Choose a reaction">
      {emojis.map(([emoji, name]) => (
        <button key={emoji} type="button" aria-label={name} title={name} onClick={() => choose(emoji)}>
          {emoji}
        </button>
      ))}
    </fieldset>
  );
}

/** Shows the reactions to a message with their counts. A click adds or removes the user's own. */
export function Reactions({ entry }: { readonly entry: Entry }) {
  const { me } = useRoomContext();
  const nameOf = useNames();
  const reactions = reactionsOf(entry, me);
  const toggle = useToggle(entry, reactions);
  if (reactions.size === 0) return null;
  return (
    <div class="reactions">
      {[...reactions].map(([emoji, { count, users }]) => {
        const isOwn = users.includes(me);
        const names = joinNames(
          users.map((user) => (user === me ? 'you' : nameOf(user))),
          count,
        );
        return (
          <button
            key={emoji}
            type="button"
            class="reaction"
            aria-pressed={isOwn}
            aria-label={`${emoji} ${pluralize(count, 'reaction')}, by ${names}`}
            title={names}
            onClick={() => toggle(emoji)}
          >
            <span aria-hidden="true">{emoji}</span> <span class="count">{count}</span>
          </button>
        );
      })}
    </div>
  );
}

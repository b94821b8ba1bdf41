import { useRoomContext } from '../room/room-context.ts';
import { useDirectory } from '../rooms/directory.ts';
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

/** Returns the users who reacted, by emoji, with the user's own pending reactions applied. */
export function reactionsOf(
  { message, pendingChanges = [] }: Pick<Entry, 'message' | 'pendingChanges'>,
  me: string,
): ReadonlyMap<string, readonly string[]> {
  const stored = Object.entries(message?.reactions ?? {});
  const reactions = new Map(stored.map(([emoji, users]) => [emoji, users.map(String)]));
  for (const frame of pendingChanges) {
    if (frame.action !== 'react') continue;
    const users = (reactions.get(frame.emoji) ?? []).filter((user) => user !== me);
    if (!frame.remove) users.push(me);
    if (users.length > 0) reactions.set(frame.emoji, users);
    else reactions.delete(frame.emoji);
  }
  return reactions;
}

/** Returns a function that adds the user's reaction, or removes it if the user has already reacted. */
function useToggle({ id }: Entry, reactions: ReadonlyMap<string, readonly string[]>) {
  const { draft, me } = useRoomContext();
  return (emoji: string) => {
    if (id === undefined) return;
    const remove = reactions.get(emoji)?.includes(me) ?? false;
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
  const directory = useDirectory();
  const reactions = reactionsOf(entry, me);
  const toggle = useToggle(entry, reactions);
  if (reactions.size === 0) return null;
  return (
    <div class="reactions">
      {[...reactions].map(([emoji, users]) => {
        const names = joinNames(users.map((user) => (user === me ? 'you' : directory.name(user))));
        return (
          <button
            key={emoji}
            type="button"
            class="reaction"
            aria-pressed={users.includes(me)}
            aria-label={`${emoji} ${pluralize(users.length, 'reaction')}, by ${names}`}
            title={names}
            onClick={() => toggle(emoji)}
          >
            <span aria-hidden="true">{emoji}</span> <span class="count">{users.length}</span>
          </button>
        );
      })}
    </div>
  );
}

import { useDirectory } from '../rooms/directory.ts';
import { counted, listed } from '../ui/format.ts';
import type { Reaction } from './entry.ts';

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

/** A row of emoji to choose from. */
export function EmojiPicker({ onChoose }: { readonly onChoose: (emoji: string) => void }) {
  return (
    <fieldset class="emoji-picker" aria-label="Reactions to choose from">
      {emojis.map(([emoji, name]) => (
        <button key={emoji} type="button" aria-label={name} title={name} onClick={() => onChoose(emoji)}>
          {emoji}
        </button>
      ))}
    </fieldset>
  );
}

interface ReactionsProps {
  readonly reactions: readonly Reaction[];
  readonly me: string;
  readonly onReact: (emoji: string, remove: boolean) => void;
}

/** The reactions to a message with their counts; one's own can be taken back. */
export function Reactions({ reactions, me, onReact }: ReactionsProps) {
  const directory = useDirectory();
  return (
    <div class="reactions">
      {reactions.map(({ emoji, users }) => {
        const mine = users.includes(me);
        const who = listed(users.map((user) => (user === me ? 'you' : directory.name(user))));
        return (
          <button
            key={emoji}
            type="button"
            class="reaction"
            aria-pressed={mine}
            aria-label={`${emoji} ${counted(users.length, 'reaction')}, by ${who}`}
            title={who}
            onClick={() => onReact(emoji, mine)}
          >
            <span aria-hidden="true">{emoji}</span> <span class="count">{users.length}</span>
          </button>
        );
      })}
    </div>
  );
}

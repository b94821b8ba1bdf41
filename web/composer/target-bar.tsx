import { previewText } from '../format/plain.ts';
import type { ComposeTarget } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { IconButton } from '../ui/buttons.tsx';
import { Icon } from '../ui/icons.tsx';

/** Shows the message that the composer replies to or edits. */
export function TargetBar({ target }: { readonly target: ComposeTarget }) {
  const { draft, me } = useRoomContext();
  const nameOf = useNames();
  const { kind, deleted, entry } = target;
  const isEdit = kind === 'edit';
  const words = laterTexts().writing;
  const author = nameOf(entry.author, entry.name);
  const reply = entry.author === me ? words.replyingToSelf : words.replyingTo(author);
  const replyTitle = deleted ? words.replyDeleted : reply;
  return (
    <div class="target">
      <Icon name={kind} />
      <p role={deleted ? 'alert' : undefined}>
        <strong>{isEdit ? words.editing : replyTitle}</strong>
        <span dir="auto">
          {deleted ? words.withoutReply : previewText(entry.text) || entry.message?.file}
        </span>
      </p>
      <IconButton
        icon="close"
        label={isEdit ? words.cancelEdit : words.cancelReply}
        onClick={() => draft.setTarget(undefined)}
      />
    </div>
  );
}

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type ComposeTarget, canSubmit, composerText, isUploading, MAX_LENGTH } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { type RoomDraft, useDraft } from '../room/room-draft.ts';
import { useNames } from '../rooms/names.ts';
import { IconButton } from '../ui/buttons.tsx';
import { pluralize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { AttachmentCard } from './attachment-card.tsx';

const isTouch = () => matchMedia('(pointer: coarse)').matches;

/** Grows the message box with its text. Focuses it when the room opens, and when a reply or an edit starts. */
function useMessageBox(target: ComposeTarget | undefined, text: string) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (target || !isTouch()) box.current?.focus();
  }, [target]);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);
  return box;
}

/** Attaches the first file. Returns whether there was a file. */
function attachFirst(draft: RoomDraft, files: FileList | null | undefined): boolean {
  const file = files?.[0];
  if (file) draft.attach(file);
  return file !== undefined;
}

function FileButton({ disabled }: { readonly disabled: boolean }) {
  const { draft } = useRoomContext();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="File to send"
        onChange={(event) => {
          const input = event.currentTarget as HTMLInputElement;
          attachFirst(draft, input.files);
          input.value = '';
        }}
      />
      <IconButton
        icon="paperclip"
        label="Attach a file"
        disabled={disabled}
        onClick={() => picker.current?.click()}
      />
    </>
  );
}

/** Shows the message that the composer replies to or edits. */
function TargetBar({ target }: { readonly target: ComposeTarget }) {
  const { draft, me } = useRoomContext();
  const nameOf = useNames();
  const { kind, deleted, entry } = target;
  const isEdit = kind === 'edit';
  const name = entry.author === me ? 'yourself' : nameOf(entry.author, entry.name);
  const replyTitle = deleted ? 'The message you are replying to was deleted' : `Replying to ${name}`;
  return (
    <div class="target">
      <Icon name={kind} />
      <p role={deleted ? 'alert' : undefined}>
        <strong>{isEdit ? 'Editing message' : replyTitle}</strong>
        <span>
          {deleted ? 'Your message will be sent without the reply.' : entry.text || entry.message?.file}
        </span>
      </p>
      <IconButton
        icon="close"
        label={isEdit ? 'Cancel edit' : 'Cancel reply'}
        onClick={() => draft.setTarget(undefined)}
      />
    </div>
  );
}

function LengthWarning({ length }: { readonly length: number }) {
  const excess = length - MAX_LENGTH;
  if (excess <= 0) return null;
  return (
    <p class="problem" role="alert">
      Message too long: the limit is {MAX_LENGTH.toLocaleString()} characters. Remove{' '}
      {pluralize(excess, 'character')}.
    </p>
  );
}

/**
 * The message box. Enter sends, Shift+Enter starts a new line, Escape cancels an edit or a reply. `onEditLast` starts
 * an edit of the user's last message.
 */
export function Composer({ onEditLast }: { readonly onEditLast: () => void }) {
  const { room, draft } = useRoomContext();
  const state = useDraft(draft);
  const { target, attachment } = state;
  const text = composerText(state);
  const box = useMessageBox(target, text);
  const isEdit = target?.kind === 'edit';
  const action = isEdit ? 'Save' : 'Send';

  // Both handlers read `draft.state`: keys can arrive faster than the component renders.
  const onKeyDown = (event: KeyboardEvent) => {
    // In an input method editor, Enter accepts the word that is being composed.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      draft.submit();
    } else if (event.key === 'Escape' && draft.state.target) draft.setTarget(undefined);
    else if (event.key === 'ArrowUp' && composerText(draft.state) === '' && !draft.state.target) {
      event.preventDefault();
      onEditLast();
    }
  };
  const setTyping = (typing: boolean) => void room.typing(typing).catch(() => {});
  const onInput = (event: InputEvent) => {
    const { value } = event.currentTarget as HTMLTextAreaElement;
    draft.setText(value);
    if (draft.state.target?.kind !== 'edit') setTyping(value !== '');
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        draft.submit();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        attachFirst(draft, event.dataTransfer?.files);
      }}
    >
      {target ? <TargetBar target={target} /> : null}
      {attachment && !isEdit ? <AttachmentCard attachment={attachment} /> : null}
      <div class="composer-line">
        <FileButton disabled={isEdit || isUploading(state)} />
        <textarea
          ref={box}
          rows={1}
          aria-label={isEdit ? 'Edit message' : 'Message'}
          placeholder="Write a message"
          enterkeyhint="send"
          dir="auto"
          value={text}
          onKeyDown={onKeyDown}
          onInput={onInput}
          onPaste={(event) => void (attachFirst(draft, event.clipboardData?.files) && event.preventDefault())}
          onBlur={() => setTyping(false)}
        />
        <button type="submit" class="send" aria-label={action} title={action} disabled={!canSubmit(state)}>
          <Icon name="send" />
        </button>
      </div>
      <LengthWarning length={[...text].length} />
    </form>
  );
}

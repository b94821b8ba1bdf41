import { Deferred, useDialogs } from '../deferred.tsx';
import { EmojiButton } from '../emoji/emoji-button.tsx';
import { Mentions } from '../mentions/mentions.tsx';
import { canSubmit, composerText, MAX_LENGTH } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useDraft } from '../room/room-draft.ts';
import { texts } from '../texts/texts.ts';
import type { Entry } from '../timeline/entry.ts';
import { Icon } from '../ui/icons.tsx';
import { isComposing } from '../ui/keys.ts';
import { type DroppedFile, pastedFiles, useDrops } from './drops.ts';
import { FileButton } from './file-button.tsx';
import { isTouch, MessageBoxContext, useBox, withBox } from './message-box.ts';
import { TypingLine, useSlowMode } from './typing-line.tsx';

/** The markers of the formatting keys, which are pressed with Ctrl or Command. */
const markers: Readonly<Record<string, string>> = { b: '**', i: '_' };

interface ComposerProps {
  /** The user's last message. */
  readonly lastSent: Entry | undefined;
  readonly onEditLast: () => void;
}

/**
 * The message box. Enter sends, Shift+Enter starts a new line, Escape cancels an edit or a reply. `onEditLast` starts
 * an edit of the user's last message.
 */
export function Composer({ lastSent, onEditLast }: ComposerProps) {
  const { room, draft, isModerator } = useRoomContext();
  const state = useDraft(draft, (state) => state);
  const { target } = state;
  const text = composerText(state);
  const excess = [...text].length - MAX_LENGTH;
  const box = useBox(target, text);
  const isEdit = target?.kind === 'edit';
  const words = texts().composer;
  const action = isEdit ? words.save : words.send;
  const slowMode = useSlowMode(lastSent);
  const mustWait = slowMode > 0 && !isEdit;
  // In slow mode, the server refuses the second file.
  const maxFiles = room.info?.slow_mode && !isModerator ? 1 : undefined;
  const attach = (files: readonly DroppedFile[]) => {
    if (files.length === 0) return;
    void draft.attach(files, maxFiles);
    if (!isTouch()) box.element.current?.focus();
  };
  const dialogs = useDialogs();
  const isDragged = useDrops(box.element, isEdit, attach);
  const submit = () => {
    if (!mustWait) draft.submit();
  };

  // Both handlers read `draft.state`: keys can arrive faster than the component renders.
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || box.handleKey(event)) return;
    const marker = (event.ctrlKey || event.metaKey) && !event.altKey && markers[event.key];
    if (marker) {
      event.preventDefault();
      withBox(box.element, ({ toggleMarker }, area) => toggleMarker(area, marker));
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
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
    <MessageBoxContext.Provider value={box}>
      {dialogs ? <dialogs.DropZone isShown={isDragged} /> : null}
      <TypingLine slowMode={slowMode} />
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {target ? <Deferred>{({ TargetBar }) => <TargetBar target={target} />}</Deferred> : null}
        {state.attachments.length > 0 ? (
          <Deferred>{({ AttachmentList }) => <AttachmentList isEdit={isEdit} />}</Deferred>
        ) : null}
        <Mentions text={text} />
        <div class="composer-line">
          <FileButton disabled={isEdit} onFiles={attach} />
          <EmojiButton />
          <textarea
            ref={box.element}
            rows={1}
            aria-label={isEdit ? words.editMessage : words.message}
            placeholder={words.placeholder}
            enterkeyhint="send"
            dir="auto"
            value={text}
            onKeyDown={onKeyDown}
            onInput={onInput}
            onPaste={(event) => {
              const files = pastedFiles(event.clipboardData);
              if (files.length > 0) {
                event.preventDefault();
                attach(files);
              }
            }}
            onBlur={() => setTyping(false)}
          />
          <button
            type="submit"
            class="send"
            aria-label={action}
            title={action}
            disabled={mustWait || !canSubmit(state)}
          >
            <Icon name="send" />
          </button>
        </div>
        {excess > 0 ? <Deferred>{({ LengthWarning }) => <LengthWarning excess={excess} />}</Deferred> : null}
      </form>
    </MessageBoxContext.Provider>
  );
}

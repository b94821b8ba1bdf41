import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Deferred, loadDialogs, useDialogs } from '../deferred.tsx';
import { EmojiButton } from '../emoji/emoji-button.tsx';
import { previewText } from '../format/plain.ts';
import { Mentions } from '../mentions/mentions.tsx';
import { type ComposeTarget, canSubmit, composerText, MAX_LENGTH } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useDraft } from '../room/room-draft.ts';
import { useNames } from '../rooms/names.ts';
import { texts } from '../texts/texts.ts';
import type { Entry } from '../timeline/entry.ts';
import { IconButton } from '../ui/buttons.tsx';
import { Icon } from '../ui/icons.tsx';
import { isComposing } from '../ui/keys.ts';
import { isTouch, type KeyHandler, type MessageBox, MessageBoxContext } from './message-box.ts';
import { TypingLine, useSlowMode } from './typing-line.tsx';

/** Changes the text of the message box with a function that loads after the first paint. */
function withBox(
  { current }: MessageBox['element'],
  change: (dialogs: Awaited<ReturnType<typeof loadDialogs>>, box: HTMLTextAreaElement) => void,
): void {
  if (current)
    loadDialogs().then(
      (dialogs) => change(dialogs, current),
      () => {},
    );
}

/** Grows the message box with its text. Focuses it when the room opens, and when a reply or an edit starts. */
function useBox(target: ComposeTarget | undefined, text: string) {
  const element = useRef<HTMLTextAreaElement>(null);
  const handlers = useRef<KeyHandler[]>([]);
  // A layout effect, so that the first letter that the user types after choosing Reply is not lost.
  useLayoutEffect(() => {
    if (target || !isTouch()) element.current?.focus();
  }, [target]);
  useLayoutEffect(() => {
    const area = element.current;
    // Browsers with this property set the height, also when the width or the font changes.
    if (!area || CSS.supports('field-sizing', 'content')) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);
  return useMemo(
    (): MessageBox & { handleKey: KeyHandler } => ({
      element,
      insertText(text, range) {
        withBox(element, ({ insertText }, box) => insertText(box, text, range));
      },
      onKey(handler) {
        handlers.current.unshift(handler);
        return () => {
          handlers.current = handlers.current.filter((each) => each !== handler);
        };
      },
      handleKey: (event) => handlers.current.some((handler) => handler(event)),
    }),
    [],
  );
}

/** The markers of the formatting keys, which are pressed with Ctrl or Command. */
const markers: Readonly<Record<string, string>> = { b: '**', i: '_' };

interface FileButtonProps {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

function FileButton({ disabled, onFiles }: FileButtonProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        aria-hidden="true"
        multiple
        class="unseen"
        tabIndex={-1}
        aria-label={texts().composer.file}
        onChange={(event) => {
          const input = event.currentTarget as HTMLInputElement;
          onFiles([...(input.files ?? [])]);
          input.value = '';
        }}
      />
      <IconButton
        icon="paperclip"
        label={texts().composer.attach}
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
  const words = texts().composer;
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

function LengthWarning({ length }: { readonly length: number }) {
  const excess = length - MAX_LENGTH;
  if (excess <= 0) return null;
  return (
    <p class="problem" role="alert">
      {texts().composer.tooLong(MAX_LENGTH, excess)}
    </p>
  );
}

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
  const box = useBox(target, text);
  const isEdit = target?.kind === 'edit';
  const words = texts().composer;
  const action = isEdit ? words.save : words.send;
  const dialogs = useDialogs();
  const slowMode = useSlowMode(lastSent);
  const mustWait = slowMode > 0 && !isEdit;
  // In slow mode, the server refuses the second file.
  const maxFiles = room.info?.slow_mode && !isModerator ? 1 : undefined;
  const attach = (files: readonly File[]) => {
    if (isEdit || files.length === 0) return;
    void draft.attach(files, maxFiles);
    if (!isTouch()) box.element.current?.focus();
  };
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
      {dialogs ? <dialogs.DropZone disabled={isEdit} onFiles={attach} /> : null}
      <TypingLine slowMode={slowMode} />
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {target ? <TargetBar target={target} /> : null}
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
              const files = dialogs?.pastedFiles(event.clipboardData) ?? [];
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
        <LengthWarning length={[...text].length} />
      </form>
    </MessageBoxContext.Provider>
  );
}

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import { isReady, isUploading, LONGEST, writtenIn } from '../room/draft.ts';
import type { Desk } from '../room/room-draft.ts';
import { useInHand } from '../room/room-drafts.ts';
import { Icon } from '../ui/icons.tsx';
import { AttachmentCard } from './attachment.tsx';
import { AimBar } from './target-bar.tsx';

interface ComposerProps {
  readonly room: Room;
  readonly desk: Desk;
  /** One's last message is to be edited. */
  readonly onEditLast: () => void;
}

const isTouch = () => matchMedia('(pointer: coarse)').matches;

/** The field: as high as what it holds, and with the focus when one comes, and when one aims at a message. */
function useField(desk: Desk) {
  const field = useRef<HTMLTextAreaElement>(null);
  const hand = useInHand(desk);
  const { aim } = hand;
  const shown = writtenIn(hand);
  useEffect(() => {
    if (aim || !isTouch()) field.current?.focus();
  }, [aim]);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [shown]);
  return { field, shown };
}

function FileButton({ desk, disabled }: { readonly desk: Desk; readonly disabled: boolean }) {
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
          choose(desk, input.files);
          input.value = '';
        }}
      />
      <button
        type="button"
        class="icon-button"
        aria-label="Attach a file"
        title="Attach a file"
        disabled={disabled}
        onClick={() => picker.current?.click()}
      >
        <Icon name="paperclip" />
      </button>
    </>
  );
}

/** Takes the first of several files. Gives whether there was one. */
function choose(desk: Desk, files: FileList | null | undefined): boolean {
  const file = files?.[0];
  if (file) desk.choose(file);
  return file !== undefined;
}

function TooLong({ length }: { readonly length: number }) {
  if (length <= LONGEST) return null;
  return (
    <p class="problem" role="alert">
      {length - LONGEST} {length - LONGEST === 1 ? 'character' : 'characters'} too long: a message has at most{' '}
      {LONGEST.toLocaleString()}.
    </p>
  );
}

function useKeys({ desk, room, onEditLast }: ComposerProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is put together from several keys, Enter ends the word.
    if (event.isComposing) return;
    const { aim } = desk.now;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      desk.submit();
    } else if (event.key === 'Escape' && aim) desk.aimAt(undefined);
    else if (event.key === 'ArrowUp' && writtenIn(desk.now) === '' && !aim) {
      event.preventDefault();
      onEditLast();
    }
  };
  const onInput = (event: InputEvent) => {
    const { value } = event.currentTarget as HTMLTextAreaElement;
    desk.write(value);
    if (desk.now.aim?.kind !== 'edit') room.typing(value !== '').catch(() => {});
  };
  return { onKeyDown, onInput };
}

/** Where one writes. Enter sends, Shift and Enter begin a line, Escape lets go of an edit or an answer. */
export function Composer(props: ComposerProps) {
  const { room, desk } = props;
  const hand = useInHand(desk);
  const { field, shown } = useField(desk);
  const edits = hand.aim?.kind === 'edit';
  const deed = edits ? 'Save' : 'Send';
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        desk.submit();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        choose(desk, event.dataTransfer?.files);
      }}
    >
      {hand.aim ? <AimBar aim={hand.aim} onCancel={() => desk.aimAt(undefined)} /> : null}
      {hand.attachment && !edits ? <AttachmentCard desk={desk} attachment={hand.attachment} /> : null}
      <div class="composer-line">
        <FileButton desk={desk} disabled={edits || isUploading(hand)} />
        <textarea
          ref={field}
          rows={1}
          aria-label={edits ? 'Edit the message' : 'Message'}
          placeholder="Write a message"
          enterkeyhint="send"
          dir="auto"
          value={shown}
          {...useKeys(props)}
          onPaste={(event) => void (choose(desk, event.clipboardData?.files) && event.preventDefault())}
          onBlur={() => void room.typing(false).catch(() => {})}
        />
        <button type="submit" class="send" aria-label={deed} title={deed} disabled={!isReady(hand)}>
          <Icon name="send" />
        </button>
      </div>
      <TooLong length={[...shown].length} />
    </form>
  );
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Room } from '../client/index.ts';
import { AttachmentCard } from './attachment.tsx';
import type { Entry } from './entry.ts';
import { Icon } from './icons.tsx';
import type { Conversation } from './use-conversation.ts';
import { useUpload } from './use-upload.ts';

/** What the next message is: a new one, an answer, or another text for an old one. */
export type Aim =
  | { readonly kind: 'reply' | 'edit'; readonly entry: Entry; readonly name: string }
  | undefined;

interface ComposerProps {
  readonly room: Room;
  readonly conversation: Conversation;
  readonly aim: Aim;
  readonly onAim: (aim: Aim) => void;
  /** One's last message is to be edited. */
  readonly onEditLast: () => void;
}

/** What was not sent yet, by room: another room in between takes nothing from it. */
const drafts = new Map<string, string>();
/** Whoever signs in next in this tab must not find them. */
export const forgetDrafts = (): void => drafts.clear();

/** The server counts code points and takes this many. */
const LONGEST = 8_000;

const isTouch = () => matchMedia('(pointer: coarse)').matches;

function AimBar({ aim, onCancel }: { aim: NonNullable<Aim>; onCancel: () => void }) {
  const edits = aim.kind === 'edit';
  return (
    <div class="aim">
      <Icon name={aim.kind} />
      <p>
        <strong>{edits ? 'Editing' : `Replying to ${aim.name}`}</strong>
        <span>{aim.entry.text || aim.entry.file?.name}</span>
      </p>
      <button
        type="button"
        class="icon-button"
        aria-label={edits ? 'Stop editing' : 'Stop replying'}
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Where one writes. Enter sends, Shift and Enter begin a line, Escape lets go of an edit or an answer. */
export function Composer({ room, conversation, aim, onAim, onEditLast }: ComposerProps) {
  const [text, setText] = useState(() => drafts.get(room.id) ?? '');
  /** The other text that an old message is to have; it belongs to the edit that it was typed in. */
  const [editing, setEditing] = useState<{ readonly aim: Aim; readonly text: string }>();
  const input = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const upload = useUpload(room);
  const busy = upload.attachment?.progress !== undefined;
  const edits = aim?.kind === 'edit';
  const shown = edits ? (editing?.aim === aim ? editing.text : aim.entry.text) : text;
  const length = [...shown].length;
  const ready = edits ? shown.trim() !== '' : shown.trim() !== '' || upload.attachment !== undefined;

  useEffect(() => {
    drafts.set(room.id, text);
  }, [room, text]);
  useEffect(() => {
    if (aim) input.current?.focus();
  }, [aim]);
  useEffect(() => {
    if (!isTouch()) input.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [shown]);

  const submit = async () => {
    // What the field holds: Enter may come before what was typed last is drawn.
    const written = input.current?.value ?? '';
    const empty = written.trim() === '' && (edits || !upload.attachment);
    if (empty || busy || [...written].length > LONGEST) return;
    if (edits) {
      if (written !== aim.entry.text && aim.entry.id !== undefined) conversation.edit(aim.entry.id, written);
      onAim(undefined);
      return;
    }
    const answer = aim?.entry.id === undefined ? {} : { reply_to: aim.entry.id };
    if (!upload.attachment) conversation.send(written, answer);
    else {
      const file = await upload.send();
      if (!file) return;
      conversation.send(written, { ...answer, ...file });
    }
    setText('');
    // And a second Enter may come before that is drawn.
    if (input.current) input.current.value = '';
    onAim(undefined);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is put together from several keys, Enter ends the word.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Escape' && aim) onAim(undefined);
    else if (event.key === 'ArrowUp' && input.current?.value === '' && !aim) {
      event.preventDefault();
      onEditLast();
    }
  };

  const onInput = (event: InputEvent) => {
    const { value } = event.currentTarget as HTMLTextAreaElement;
    if (edits) setEditing({ aim, text: value });
    else {
      setText(value);
      room.typing(value !== '').catch(() => {});
    }
  };

  const choose = (files: FileList | null | undefined): boolean => {
    const file = files?.[0];
    if (file) upload.choose(file);
    return file !== undefined;
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        choose(event.dataTransfer?.files);
      }}
    >
      {aim ? <AimBar aim={aim} onCancel={() => onAim(undefined)} /> : null}
      {edits ? null : <AttachmentCard upload={upload} />}
      <div class="composer-line">
        <input
          ref={picker}
          type="file"
          class="unseen"
          tabIndex={-1}
          aria-label="File to send"
          onChange={(event) => {
            const field = event.currentTarget as HTMLInputElement;
            choose(field.files);
            field.value = '';
          }}
        />
        <button
          type="button"
          class="icon-button"
          aria-label="Attach a file"
          title="Attach a file"
          disabled={edits || busy}
          onClick={() => picker.current?.click()}
        >
          <Icon name="paperclip" />
        </button>
        <textarea
          ref={input}
          rows={1}
          aria-label={edits ? 'Edit the message' : 'Message'}
          placeholder="Write a message"
          enterkeyhint="send"
          dir="auto"
          value={shown}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onPaste={(event) => void (choose(event.clipboardData?.files) && event.preventDefault())}
          onBlur={() => void room.typing(false).catch(() => {})}
        />
        <button
          type="submit"
          class="send"
          aria-label={edits ? 'Save' : 'Send'}
          title={edits ? 'Save' : 'Send'}
          disabled={!ready || busy || length > LONGEST}
        >
          <Icon name="send" />
        </button>
      </div>
      {length > LONGEST ? (
        <p class="problem" role="alert">
          {length - LONGEST} characters too long: a message has at most {LONGEST.toLocaleString()}.
        </p>
      ) : null}
    </form>
  );
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../client/index.ts';
import { useMessages } from '../../client/react/index.ts';
import { saveFile, usePicture } from '../composer/download.ts';
import { pictureOf, type StoredFile } from '../composer/files.ts';
import { useRoomContext } from '../room/room-context.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { texts } from '../texts/texts.ts';
import { ErrorText, IconButton } from '../ui/buttons.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';

interface LightboxProps {
  /** The message whose picture is shown first. */
  readonly message: Message;
  readonly onClose: () => void;
}

/** The room's pictures in the order of their messages, with the message's id. */
function usePictures(): readonly (StoredFile & { readonly id: number })[] {
  const { room } = useRoomContext();
  const { messages } = useMessages(room.id);
  return messages.flatMap((message) => {
    const file = message.status === 'pending' ? undefined : pictureOf(message);
    return file && message.message_id !== undefined ? [{ ...file, id: message.message_id }] : [];
  });
}

/** Shows the pictures of a room large, one at a time. Arrow keys go to the others, and Escape closes. */
export function Lightbox({ message, onClose }: LightboxProps) {
  const { client } = useRoomContext();
  const dialog = useRef<HTMLDialogElement>(null);
  const pictures = usePictures();
  const [id, setId] = useState(message.message_id);
  const { error, run } = useAsyncAction();
  const index = pictures.findIndex((each) => each.id === id);
  const current = pictures[index];
  const isGone = current === undefined;
  useLayoutEffect(() => {
    dialog.current?.showModal();
    // The browser would focus the first button, and Enter would then go to another picture.
    dialog.current?.focus();
  }, []);
  // The message was deleted meanwhile.
  useEffect(() => {
    if (isGone) dialog.current?.close();
  }, [isGone]);

  const goTo = (next: number) => setId(pictures[next]?.id ?? id);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const forward = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -1 : 1;
    const next = {
      ArrowLeft: index - forward,
      ArrowRight: index + forward,
      Home: 0,
      End: pictures.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    goTo(next);
  };
  const { pictures: words } = laterTexts();
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      tabIndex={-1}
      aria-label={words.title}
      onClose={onClose}
      onKeyDown={onKeyDown}
    >
      <header>
        <p aria-live="polite">
          <strong class="file-name" dir="auto">
            {current?.name}
          </strong>
          {pictures.length > 1 ? <span>{words.position(index + 1, pictures.length)}</span> : null}
        </p>
        {current ? (
          <IconButton
            icon="download"
            label={texts().composer.download(current.name)}
            onClick={() => void run(() => saveFile(client, current))}
          />
        ) : null}
        <IconButton icon="close" label={texts().common.close} onClick={() => dialog.current?.close()} />
      </header>
      <ErrorText>{error}</ErrorText>
      {current ? <Large file={current} onClose={() => dialog.current?.close()} /> : null}
      {pictures.length > 1 ? (
        <div class="lightbox-keys">
          <Step icon="back" label={words.previous} isEnd={index <= 0} onClick={() => goTo(index - 1)} />
          <Step
            icon="forward"
            label={words.next}
            isEnd={index + 1 >= pictures.length}
            onClick={() => goTo(index + 1)}
          />
        </div>
      ) : null}
    </dialog>
  );
}

interface StepProps {
  readonly icon: IconName;
  readonly label: string;
  readonly isEnd: boolean;
  readonly onClick: () => void;
}

/** A button that goes to another picture. It keeps the focus at the last one: a disabled button would lose it. */
function Step({ icon, label, isEnd, onClick }: StepProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={isEnd}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

interface LargeProps {
  readonly file: StoredFile;
  readonly onClose: () => void;
}

/** One picture, as large as the screen allows. A click beside it closes. */
function Large({ file, onClose }: LargeProps) {
  const { client } = useRoomContext();
  const { composer } = texts();
  const picture = usePicture(client, file.url);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes too.
    // biome-ignore lint/a11y/noStaticElementInteractions: the button Close does the same.
    <div class="stage" onClick={({ target, currentTarget }) => target === currentTarget && onClose()}>
      {picture === undefined ? <p role="status">{composer.pictureLoading(file.name)}</p> : null}
      {picture === 'failed' ? <p role="alert">{laterTexts().pictures.failed}</p> : null}
      {typeof picture === 'object' ? <img src={picture.source} alt={file.name} /> : null}
    </div>
  );
}

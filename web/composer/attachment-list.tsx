import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Attachment, isChosen } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useDraft } from '../room/room-draft.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { ErrorText, IconButton } from '../ui/buttons.tsx';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { isTouch, useMessageBox } from './message-box.ts';

/** A chosen file above the message box, with its upload progress and the text that is sent with it. */
function AttachmentCard({ attachment }: { readonly attachment: Attachment }) {
  const { draft } = useRoomContext();
  const { id, file, preview, state, progress, error, caption, canRetry } = attachment;
  const isUploading = state === 'uploading';
  const { files } = laterTexts();
  const card = useRef<HTMLLIElement>(null);
  const { element } = useMessageBox();
  const focusBox = () => {
    if (!isTouch() && card.current?.matches(':focus-within')) element.current?.focus();
  };
  // The focus would be lost with the buttons.
  useLayoutEffect(() => focusBox, []);
  return (
    <li class="attachment" ref={card}>
      {preview ? <img src={preview} alt={files.previewOf(file.name)} /> : <Icon name="file" />}
      <div class="attachment-text">
        <bdi class="file-name">{file.name}</bdi>
        <span class="file-size">{fileSize(file.size)}</span>
        {caption ? (
          <p class="file-caption" dir="auto">
            {caption}
          </p>
        ) : null}
        {isUploading ? <progress max={1} value={progress} aria-label={files.uploading(file.name)} /> : null}
        {error ? <ErrorText>{error}</ErrorText> : null}
      </div>
      {state === 'failed' && canRetry ? (
        <IconButton
          icon="retry"
          label={files.sendAgain(file.name)}
          onClick={() => {
            focusBox();
            draft.uploads?.retry(id);
          }}
        />
      ) : null}
      <IconButton
        icon="close"
        label={isUploading ? files.cancelUpload(file.name) : files.remove(file.name)}
        onClick={() => draft.uploads?.remove(id)}
      />
    </li>
  );
}

/** The chosen files, and the files that are uploading. While a message is edited, the chosen ones are hidden. */
export function AttachmentList({ isEdit }: { readonly isEdit: boolean }) {
  const attachments = useDraft(useRoomContext().draft, (state) => state.attachments);
  const shown = attachments.filter((each) => !(isEdit && isChosen(each)));
  if (shown.length === 0) return null;
  return (
    <ul class="attachments" aria-label={laterTexts().files.list}>
      {shown.map((each) => (
        <AttachmentCard key={each.id} attachment={each} />
      ))}
    </ul>
  );
}

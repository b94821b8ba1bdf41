import type { Attachment } from '../room/draft-state.ts';
import { useRoomContext } from '../room/room-context.ts';
import { ErrorText, IconButton } from '../ui/buttons.tsx';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';

/** The chosen file above the message box, with its upload progress and the text that is sent with it. */
export function AttachmentCard({ attachment }: { readonly attachment: Attachment }) {
  const { draft } = useRoomContext();
  const { file, preview, progress, error, caption } = attachment;
  return (
    <div class="attachment">
      {preview ? <img src={preview} alt={`Preview of ${file.name}`} /> : <Icon name="file" />}
      <div class="attachment-text">
        <span class="file-name">{file.name}</span>
        <span class="file-size">{fileSize(file.size)}</span>
        {caption ? (
          <p class="file-caption" dir="auto">
            {caption}
          </p>
        ) : null}
        {progress === undefined ? null : (
          <progress max={1} value={progress} aria-label={`Uploading ${file.name}`} />
        )}
        {error ? <ErrorText>{error}</ErrorText> : null}
      </div>
      {progress === undefined ? (
        <IconButton icon="close" label={`Remove ${file.name}`} onClick={() => draft.removeAttachment()} />
      ) : null}
    </div>
  );
}

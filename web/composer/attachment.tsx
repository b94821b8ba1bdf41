import type { Attachment } from '../room/draft.ts';
import type { Desk } from '../room/room-draft.ts';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';

interface AttachmentProps {
  readonly desk: Desk;
  readonly attachment: Attachment;
}

/** The file that goes with the next message; once it is on its way, with the words that go with it. */
export function AttachmentCard({ desk, attachment }: AttachmentProps) {
  const { file, preview, progress, problem, words } = attachment;
  return (
    <div class="attachment">
      {preview ? <img src={preview} alt={`Preview of ${file.name}`} /> : <Icon name="file" />}
      <div class="attachment-words">
        <span class="file-name">{file.name}</span>
        <span class="file-size">{fileSize(file.size)}</span>
        {words ? (
          <p class="file-with" dir="auto">
            {words}
          </p>
        ) : null}
        {progress === undefined ? null : (
          <progress max={1} value={progress} aria-label={`Uploading ${file.name}`} />
        )}
        {problem ? (
          <p class="problem" role="alert">
            {problem}
          </p>
        ) : null}
      </div>
      {progress === undefined ? (
        <button
          type="button"
          class="icon-button"
          aria-label={`Remove ${file.name}`}
          onClick={() => desk.discardFile()}
        >
          <Icon name="close" />
        </button>
      ) : null}
    </div>
  );
}

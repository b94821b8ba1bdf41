import { Icon } from './icons.tsx';
import type { Upload } from './use-upload.ts';
import { fileSize } from './words.ts';

/** The file that goes with the next message, and how far it has come. */
export function AttachmentCard({ upload }: { readonly upload: Upload }) {
  const { attachment } = upload;
  if (!attachment) return null;
  const { file, preview, progress, problem } = attachment;
  return (
    <div class="attachment">
      {preview ? <img src={preview} alt={`Preview of ${file.name}`} /> : <Icon name="file" />}
      <div class="attachment-words">
        <span class="file-name">{file.name}</span>
        <span class="file-size">{fileSize(file.size)}</span>
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
        <button type="button" class="icon-button" aria-label={`Remove ${file.name}`} onClick={upload.discard}>
          <Icon name="close" />
        </button>
      ) : null}
    </div>
  );
}

import { useEffect, useState } from 'preact/hooks';
import type { ChatClient } from '../../client/index.ts';
import type { EntryFile } from '../timeline/entry.ts';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useDeed } from '../ui/use-async-action.ts';

/** Larger pictures are loaded when somebody asks for them, in bytes. */
const LARGEST_SHOWN = 5_000_000;
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

interface FileCardProps {
  readonly client: ChatClient;
  readonly file: EntryFile;
}

/** Resolves once the picture’s size is known, so that nothing moves twice when it shows. */
async function decoded(url: string): Promise<string> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return url;
}

/** Fetched with this tab's token: an `<img>` of the address itself would go out with whatever cookie there is. */
async function blobOf(client: ChatClient, file: EntryFile): Promise<string> {
  const response = await client.fetch(file.url ?? '');
  return URL.createObjectURL(await response.blob());
}

async function save(client: ChatClient, file: EntryFile): Promise<void> {
  const url = await blobOf(client, file);
  const link = document.createElement('a');
  link.href = url;
  // Saved and never opened: a page of ours that somebody else wrote would be as good as us.
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function Picture({ client, file }: FileCardProps) {
  const [url, setUrl] = useState<string>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    let made: string | undefined;
    const keep = (blob: string) => {
      made = blob;
      if (gone) URL.revokeObjectURL(blob);
      return decoded(blob);
    };
    blobOf(client, file)
      .then(keep)
      .then(setUrl)
      .catch(() => setFailed(true));
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [client, file.url]);
  if (failed) return <p class="file-note">The picture could not be loaded.</p>;
  if (!url) return <div class="picture loading" role="img" aria-label={`${file.name}, loading`} />;
  return <img class="picture" src={url} alt={file.name} />;
}

/** A file in a message: a picture shows, any other can be saved. */
export function FileCard({ client, file }: FileCardProps) {
  const isPicture = pictures.has(file.type ?? '') && file.url !== undefined;
  const [shown, setShown] = useState(isPicture && (file.size ?? 0) <= LARGEST_SHOWN);
  const { problem, attempt } = useDeed();
  const onSave = () => void attempt(() => save(client, file));
  return (
    <div class="file">
      {shown ? <Picture client={client} file={file} /> : null}
      <div class="file-line">
        <Icon name="file" />
        <span class="file-name">{file.name}</span>
        {file.size === undefined ? null : <span class="file-size">{fileSize(file.size)}</span>}
        {isPicture && !shown ? (
          <button type="button" class="text-button" onClick={() => setShown(true)}>
            Show
          </button>
        ) : null}
        {file.url === undefined ? null : (
          <button
            type="button"
            class="icon-button"
            aria-label={`Save ${file.name}`}
            title="Save"
            onClick={onSave}
          >
            <Icon name="download" />
          </button>
        )}
      </div>
      {problem ? <p class="problem">{problem}</p> : null}
    </div>
  );
}

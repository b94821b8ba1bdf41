import { useEffect, useState } from 'preact/hooks';
import type { ChatClient, Message } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { Button, IconButton } from '../ui/buttons.tsx';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { isPicture } from './files.ts';

/** Pictures above this size load when the user asks for them, in bytes. */
const MAX_AUTO_LOAD = 5_000_000;
/** A saved file's object URL is kept this long, in milliseconds, for the browser to read it. */
const SAVE_MS = 60_000;

interface FileProps {
  readonly name: string;
  readonly url: string;
}

/** Waits until the picture's size is known, so that the timeline moves once and not twice. */
async function decodePicture(url: string): Promise<string> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return url;
}

/** Downloads with this tab's token. An `<img>` would send the browser's cookie, which may belong to another user. */
async function downloadUrl(client: ChatClient, url: string): Promise<string> {
  const response = await client.fetch(url);
  return URL.createObjectURL(await response.blob());
}

/** Saves and never opens the file: an HTML file would run in the page's own origin. */
async function saveFile(client: ChatClient, { name, url }: FileProps): Promise<void> {
  const objectUrl = await downloadUrl(client, url);
  const link = document.createElement('a');
  link.href = objectUrl;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(objectUrl), SAVE_MS);
}

function Picture({ name, url }: FileProps) {
  const { client } = useRoomContext();
  const [source, setSource] = useState<string>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let unmounted = false;
    let created: string | undefined;
    downloadUrl(client, url)
      .then((objectUrl) => {
        created = objectUrl;
        if (unmounted) URL.revokeObjectURL(objectUrl);
        return decodePicture(objectUrl);
      })
      .then(setSource)
      .catch(() => setFailed(true));
    return () => {
      unmounted = true;
      if (created) URL.revokeObjectURL(created);
    };
  }, [client, url]);
  if (failed) return <p class="file-note">Could not load the picture.</p>;
  if (!source) return <div class="picture loading" role="img" aria-label={`${name}, loading`} />;
  return <img class="picture" src={source} alt={name} />;
}

/** A message's file. Pictures show in the timeline, and every file can be saved. */
export function FileCard({ message }: { readonly message: Message }) {
  const { file: name = '', file_url: url, file_type: type = '', file_size: size } = message;
  const { client } = useRoomContext();
  const hasPicture = url !== undefined && isPicture({ type });
  const [shown, setShown] = useState(hasPicture && (size ?? 0) <= MAX_AUTO_LOAD);
  const { error, run } = useAsyncAction();
  return (
    <div class="file">
      {shown && url !== undefined ? <Picture name={name} url={url} /> : null}
      <div class="file-line">
        <Icon name="file" />
        <span class="file-name">{name}</span>
        {size === undefined ? null : <span class="file-size">{fileSize(size)}</span>}
        {hasPicture && !shown ? (
          <Button kind="text-button" label="Show" onClick={() => setShown(true)} />
        ) : null}
        {url === undefined ? null : (
          <IconButton
            icon="download"
            label={`Save ${name}`}
            onClick={() => void run(() => saveFile(client, { name, url }))}
          />
        )}
      </div>
      {error ? <p class="problem">{error}</p> : null}
    </div>
  );
}

import { useState } from 'preact/hooks';
import type { Message } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { texts } from '../texts/texts.ts';
import { Button, IconButton } from '../ui/buttons.tsx';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { pictureOf, type StoredFile, saveFile, usePicture } from './download.ts';

/** Pictures above this size load when the user asks for them, in bytes. */
const MAX_AUTO_LOAD = 5_000_000;
/** The size of the box for a picture at the usual font size, in pixels. A smaller picture is not enlarged. */
const BOX = { width: 320, height: 240 };

interface PictureProps {
  readonly file: StoredFile;
  /** Shows the picture large. */
  readonly onOpen: () => void;
}

/**
 * A picture, cut to a box whose size does not depend on it: messages carry no size of pictures, and the timeline must not
 * move when a picture has loaded.
 */
function Picture({ file, onOpen }: PictureProps) {
  const { client } = useRoomContext();
  const { composer } = texts();
  const picture = usePicture(client, file.url);
  if (picture === 'failed') return <p class="picture-box file-note">{composer.pictureFailed}</p>;
  if (!picture) return <div class="picture-box" role="img" aria-label={composer.pictureLoading(file.name)} />;
  const fills = picture.width >= BOX.width && picture.height >= BOX.height;
  return (
    <button
      type="button"
      class={`picture-box${fills ? ' filled' : ''}`}
      title={composer.openPicture}
      onClick={onOpen}
    >
      <img class="picture" src={picture.source} alt={file.name} />
    </button>
  );
}

/** A message's file. Pictures show in the timeline, and every file can be saved. */
export function FileCard({ message }: { readonly message: Message }) {
  const { file: name = '', file_url: url, file_size: size } = message;
  const { client, show } = useRoomContext();
  const picture = pictureOf(message);
  const [shown, setShown] = useState((size ?? 0) <= MAX_AUTO_LOAD);
  const { error, run } = useAsyncAction();
  const { composer } = texts();
  return (
    <div class={picture && shown ? 'file with-picture' : 'file'}>
      {picture && shown ? <Picture file={picture} onOpen={() => show({ kind: 'picture', message })} /> : null}
      <div class="file-line">
        <Icon name="file" />
        <span class="file-text">
          <span class="file-name" title={name} dir="auto">
            {name}
          </span>
          {size === undefined ? null : <span class="file-size">{fileSize(size)}</span>}
        </span>
        {picture && !shown ? (
          <Button kind="text-button" label={composer.show} onClick={() => setShown(true)} />
        ) : null}
        {url === undefined ? null : (
          <IconButton
            icon="download"
            label={composer.download(name)}
            onClick={() => void run(() => saveFile(client, { name, url }))}
          />
        )}
      </div>
      {error ? <p class="problem">{error}</p> : null}
    </div>
  );
}

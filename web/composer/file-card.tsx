import { useState } from 'preact/hooks';
import type { Message } from '../../client/index.ts';
import { Deferred, loadDialogs } from '../deferred.tsx';
import { useRoomContext } from '../room/room-context.ts';
import { texts } from '../texts/texts.ts';
import { Button, IconButton } from '../ui/buttons.tsx';
import { fileSize } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { pictureOf } from './files.ts';

/** Pictures above this size load when the user asks for them, in bytes. */
const MAX_AUTO_LOAD = 5_000_000;

/** The place of a picture that has not loaded. */
export const PictureBox = ({ name }: { readonly name: string }) => (
  <div class="picture-box" role="img" aria-label={texts().composer.pictureLoading(name)} />
);

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
      {picture && shown ? (
        <Deferred placeholder={<PictureBox name={name} />}>
          {({ Picture }) => <Picture file={picture} onOpen={() => show({ kind: 'picture', message })} />}
        </Deferred>
      ) : null}
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
            onClick={() => void run(async () => (await loadDialogs()).saveFile(client, { name, url }))}
          />
        )}
      </div>
      {error ? <p class="problem">{error}</p> : null}
    </div>
  );
}

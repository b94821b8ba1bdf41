import { useRoomContext } from '../room/room-context.ts';
import { laterTexts } from '../texts/later-texts.ts';
import { usePicture } from './download.ts';
import { PictureBox } from './file-card.tsx';
import type { StoredFile } from './files.ts';

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
export function Picture({ file, onOpen }: PictureProps) {
  const { client } = useRoomContext();
  const { pictures } = laterTexts();
  const picture = usePicture(client, file.url);
  if (picture === 'failed') return <p class="picture-box file-note">{pictures.failed}</p>;
  if (!picture) return <PictureBox name={file.name} />;
  const fills = picture.width >= BOX.width && picture.height >= BOX.height;
  return (
    <button
      type="button"
      class={`picture-box${fills ? ' filled' : ''}`}
      title={pictures.open}
      onClick={onOpen}
    >
      <img class="picture" src={picture.source} alt={file.name} />
    </button>
  );
}

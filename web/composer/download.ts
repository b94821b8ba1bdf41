import { useEffect, useState } from 'preact/hooks';
import type { ChatClient } from '../../client/index.ts';
import type { StoredFile } from './files.ts';

/** How long the object URL of a saved file is kept, in milliseconds. Meanwhile, the browser reads it. */
const SAVE_MS = 60_000;

/** Downloads with this tab's token. An `<img>` would send the browser's cookie, which may belong to another user. */
async function downloadUrl(client: ChatClient, url: string): Promise<string> {
  const response = await client.fetch(url);
  return URL.createObjectURL(await response.blob());
}

/** Saves and never opens the file: an HTML file would run in the page's own origin. */
export async function saveFile(client: ChatClient, { name, url }: StoredFile): Promise<void> {
  const objectUrl = await downloadUrl(client, url);
  const link = document.createElement('a');
  link.href = objectUrl;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(objectUrl), SAVE_MS);
}

/** A picture that has loaded, with its size in pixels. */
interface LoadedPicture {
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

async function decodePicture(source: string): Promise<LoadedPicture> {
  const image = new Image();
  image.src = source;
  await image.decode();
  return { source, width: image.naturalWidth, height: image.naturalHeight };
}

/** Downloads a picture. Returns undefined until it can be shown, and `failed` if it can't be loaded. */
export function usePicture(client: ChatClient, url: string): LoadedPicture | 'failed' | undefined {
  const [picture, setPicture] = useState<LoadedPicture | 'failed'>();
  useEffect(() => {
    let isCurrent = true;
    let created: string | undefined;
    setPicture(undefined);
    downloadUrl(client, url)
      .then((source) => {
        created = source;
        if (!isCurrent) URL.revokeObjectURL(source);
        return decodePicture(source);
      })
      .then(
        (loaded) => isCurrent && setPicture(loaded),
        () => isCurrent && setPicture('failed'),
      );
    return () => {
      isCurrent = false;
      if (created) URL.revokeObjectURL(created);
    };
  }, [client, url]);
  return picture;
}

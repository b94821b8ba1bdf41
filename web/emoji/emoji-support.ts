import type { Emoji } from './emoji-list.ts';

const SIZE_PX = 16;

/** Draws an emoji and returns its pixels. If the browser has the emoji, the pixels do not depend on the text colour. */
function draw(context: CanvasRenderingContext2D, emoji: string, color: string): string {
  context.clearRect(0, 0, SIZE_PX, SIZE_PX);
  context.fillStyle = color;
  context.fillText(emoji, 0, 0);
  return context.getImageData(0, 0, SIZE_PX, SIZE_PX).data.join();
}

let supported: ((version: number) => boolean) | undefined;

/** Returns a function that tells whether the browser can show the emoji of a version. It draws one of them. */
export function supportOf(emoji: readonly Emoji[]): (version: number) => boolean {
  if (supported) return supported;
  const canvas = document.createElement('canvas');
  canvas.width = SIZE_PX;
  canvas.height = SIZE_PX;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return () => true;
  context.font = `${SIZE_PX}px sans-serif`;
  context.textBaseline = 'top';
  const isShown = (text: string) => draw(context, text, '#f00') === draw(context, text, '#00f');
  const versions = new Map<number, boolean>();
  // A browser without coloured emoji, or one that hides pixels from scripts, is shown all emoji.
  const canTell = isShown('😀') && !isShown('A');
  supported = (version) => {
    if (version === 0 || !canTell) return true;
    // A browser that lacks a joined emoji draws its parts instead, which are in colour too.
    const sample = emoji.find((each) => each.version === version && !each.emoji.includes('\u200D'));
    const isSupported = versions.get(version) ?? (!sample || isShown(sample.emoji));
    versions.set(version, isSupported);
    return isSupported;
  };
  return supported;
}

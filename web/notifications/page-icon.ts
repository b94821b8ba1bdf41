/** The size of the drawn icon, in pixels. */
const SIZE = 64;

/** The speech bubble of icon.svg, whose width is 32. */
const BUBBLE = 'M8 9.500h12a3 3 0 0 1 3 3v4a3 3 0 0 1-3 3h-6.500l-4.500 4v-4H8z';

const iconLink = () => document.querySelector<HTMLLinkElement>('link[rel=icon]');

/** The address of the icon without a number. */
let plain: string | undefined;

/** Returns the page's icon with a number in a circle; undefined if the browser cannot draw it. */
function drawn(count: number): string | undefined {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.scale(SIZE / 32, SIZE / 32);
  context.fillStyle = '#1d6655';
  context.beginPath();
  context.roundRect(0, 0, 32, 32, 9);
  context.fill();
  context.strokeStyle = '#ffffff';
  context.lineWidth = 2.2;
  context.stroke(new Path2D(BUBBLE));
  context.fillStyle = '#c62f20';
  context.beginPath();
  context.arc(21.5, 10.5, 10.5, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#ffffff';
  context.font = `bold ${count > 9 ? 13 : 16}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(count > 9 ? '9+' : String(count), 21.5, 11);
  return canvas.toDataURL();
}

/** Shows a number of unread messages in the icon of the browser's tab, and on the icon of the installed page. */
export function showCount(count: number): void {
  const link = iconLink();
  if (link) {
    plain ??= link.href;
    link.href = (count > 0 && drawn(count)) || plain;
  }
  // Absent in some browsers, and without effect in a tab.
  const { setAppBadge, clearAppBadge } = navigator;
  void (count > 0 ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator))?.catch(() => {});
}

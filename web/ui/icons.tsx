const paths = {
  bell: 'M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM6 15H5V4h10v2',
  down: 'M12 5v14M6 13l6 6 6-6',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  forward: 'M9 5l7 7-7 7',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  globe:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5.500 5 12.500 0 18M12 3c-5 5.500-5 12.500 0 18',
  more: 'M4.500 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0zM11.500 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0zM18.500 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0z',
  paperclip:
    'M19 11l-7.500 7.500a4.500 4.500 0 0 1-6.400-6.400l8-8a3 3 0 0 1 4.300 4.300l-7.900 7.900a1.500 1.500 0 0 1-2.200-2.200l7.200-7.100',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c0-3.500 3-6 6.500-6s6.500 2.500 6.500 6M16 4.300a3.500 3.500 0 0 1 0 6.500M18 14.500c2.100.8 3.500 2.900 3.500 5.500',
  pin: 'M9 4h6l-1 7 3 3v1H7v-1l3-3zM12 15v6',
  plus: 'M12 5v14M5 12h14',
  reply: 'M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1',
  retry: 'M20 11a8 8 0 1 0-2 6M20 5v6h-6',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  send: 'M4 12l16-8-5 17-4-7z',
  signOut: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  smile:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500c1.800 2.300 5.200 2.300 7 0M9 9.500h.01M15 9.500h.01',
  switchUser:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c0-3.500 3-6 6.500-6 1.500 0 2.900.4 4 1.200M15 17h7M19 14l3 3-3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l3 2',
  sent: 'M5 13l4 4L19 7',
  delivered: 'M2 13l4 4L16 7M11 16l1 1L22 7',
} as const;

export type IconName = keyof typeof paths;

/** The icons that point along the line of text. Right-to-left languages mirror them. */
const directional: ReadonlySet<IconName> = new Set<IconName>([
  'back',
  'forward',
  'reply',
  'send',
  'signOut',
  'switchUser',
]);

/** A decorative icon. Screen readers skip it, so the element around it needs a label. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      class={directional.has(name) ? 'icon directional' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}

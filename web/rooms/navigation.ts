import { createContext } from 'preact';
import { useContext, useLayoutEffect, useMemo, useState } from 'preact/hooks';

/** A message to go to. A new object with the same id goes there again. */
export interface GoToTarget {
  readonly id: number;
}

/** A room and a message in it. Both are undefined while no room is open. */
interface Place {
  readonly current: string | undefined;
  readonly target: GoToTarget | undefined;
}

/** Which room is open, and how to open another one. */
export interface Navigation {
  /** The id of the open room; undefined while none is open. */
  readonly current: string | undefined;
  /** The message of the open room that the address names. */
  readonly target?: GoToTarget | undefined;
  /** Whether no other room can be opened, because the component shows one room only. */
  readonly isSingleRoom?: boolean;
  /** Opens a room, or none. With a message, the timeline goes to it. */
  open(room?: string, message?: number): void;
  /** Returns the properties of a link that opens a room, or none. */
  linkTo(room?: string): { readonly href: string; readonly onClick: ((event: Event) => void) | undefined };
  /** Returns the address of a message; undefined if the page's address does not name the open room. */
  addressOf?(room: string, message: number): string;
}

export const NavigationContext = createContext<Navigation>({
  current: undefined,
  isSingleRoom: true,
  open() {},
  linkTo: () => ({ href: '#/', onClick: undefined }),
});

export const useNavigation = (): Navigation => useContext(NavigationContext);

/** Returns `#/room`, or `#/room/message`. */
const hashOf = (room = '', message?: number): string =>
  `#/${encodeURIComponent(room)}${message === undefined ? '' : `/${message}`}`;

const placeOf = (current?: string, message?: number | string): Place => ({
  current,
  target: message === undefined ? undefined : { id: Number(message) },
});

function placeInAddress(): Place {
  const [, room, message] = /^#\/(.+?)(?:\/(\d{1,15}))?$/.exec(location.hash) ?? [];
  try {
    return placeOf(room === undefined ? undefined : decodeURIComponent(room), message);
  } catch {
    // The percent signs in the address are not a valid encoding, so the address is not from this page.
    return placeOf();
  }
}

/** Keeps the open room in the page's address, so that reloading and going back work. */
export function useAddress(): Navigation {
  const [place, setPlace] = useState(placeInAddress);
  useLayoutEffect(() => {
    const read = () => setPlace(placeInAddress());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return useMemo(
    () => ({
      ...place,
      open: (room, message) => {
        const hash = hashOf(room, message);
        // The browser reports no change if the address stays the same.
        if (location.hash === hash) setPlace(placeInAddress());
        else location.hash = hash;
      },
      linkTo: (room) => ({ href: hashOf(room), onClick: undefined }),
      addressOf: (room, message) => new URL(hashOf(room, message), location.href).href,
    }),
    [place],
  );
}

/** Keeps the open room in the component, because an element must not change the address of the page that it is in. */
export function useLocalNavigation(): Navigation {
  const [place, setPlace] = useState<Place>(placeOf);
  const open = (room?: string, message?: number) => setPlace(placeOf(room, message));
  return useMemo(
    () => ({
      ...place,
      open,
      linkTo: (room) => ({
        href: '#',
        onClick: (event) => {
          event.preventDefault();
          open(room);
        },
      }),
    }),
    [place],
  );
}

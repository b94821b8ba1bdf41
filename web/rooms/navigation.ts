import { createContext } from 'preact';
import { useContext, useMemo, useState, useSyncExternalStore } from 'preact/compat';

/** Which room is open, and how to open another one. */
export interface Navigation {
  /** The id of the open room; undefined while none is open. */
  readonly current: string | undefined;
  /** Whether no other room can be opened, because the component shows one room only. */
  readonly isSingleRoom?: boolean;
  /** Opens a room, or none. */
  open(room?: string): void;
  /** Returns the properties of a link that opens a room, or none. */
  linkTo(room?: string): { readonly href: string; readonly onClick: ((event: Event) => void) | undefined };
}

export const NavigationContext = createContext<Navigation>({
  current: undefined,
  isSingleRoom: true,
  open() {},
  linkTo: () => ({ href: '#/', onClick: undefined }),
});

export const useNavigation = (): Navigation => useContext(NavigationContext);

const hashOf = (room = ''): string => `#/${encodeURIComponent(room)}`;

function roomInAddress(): string | undefined {
  const [, room] = /^#\/(.+)$/.exec(location.hash) ?? [];
  try {
    return room === undefined ? undefined : decodeURIComponent(room);
  } catch {
    // The percent signs in the address are not a valid encoding, so the address is not from this page.
    return undefined;
  }
}

function onHashChange(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Keeps the open room in the page's address, so that reloading and going back work. */
export function useAddress(): Navigation {
  const current = useSyncExternalStore(onHashChange, roomInAddress);
  return useMemo(
    () => ({
      current,
      open: (room) => {
        location.hash = hashOf(room);
      },
      linkTo: (room) => ({ href: hashOf(room), onClick: undefined }),
    }),
    [current],
  );
}

/** Keeps the open room in the component, because an element must not change the address of the page that it is in. */
export function useLocalNavigation(): Navigation {
  const [current, open] = useState<string>();
  return useMemo(
    () => ({
      current,
      open,
      linkTo: (room) => ({
        href: '#',
        onClick: (event) => {
          event.preventDefault();
          open(room);
        },
      }),
    }),
    [current],
  );
}

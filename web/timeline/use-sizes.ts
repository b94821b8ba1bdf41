import { useEffect, useRef } from 'preact/hooks';
import type { Shown } from './use-scroll-window.ts';

/** Keeps the place in a timeline when something in it takes another size: pictures come in, and the composer grows. */
export function useSizes({ scroller, resized }: Pick<Shown<never>, 'scroller' | 'resized'>): void {
  const latest = useRef(resized);
  latest.current = resized;
  useEffect(() => {
    const element = scroller.current;
    const list = element?.firstElementChild;
    if (!element || !list) return;
    const sizes = new ResizeObserver(() => latest.current());
    sizes.observe(element);
    sizes.observe(list);
    return () => sizes.disconnect();
  }, [scroller]);
}

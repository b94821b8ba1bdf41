import { type Component, createElement, type FunctionComponent } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

// The parts of React that the page and the client's hooks use. `preact/compat` has more, which would add
// 1.5 KB to the first paint, because a bundle cannot leave it out.
export { createContext, createElement } from 'preact';
export {
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'preact/hooks';

/** Returns a value of an external store, and renders the component again when it changes. */
export function useSyncExternalStore<T>(
  subscribe: (listener: () => void) => () => void,
  getSnapshot: () => T,
): T {
  const value = getSnapshot();
  const [{ current }, update] = useState({ current: { value, getSnapshot } });
  const check = () => {
    if (!Object.is(current.value, current.getSnapshot())) update({ current });
  };
  useLayoutEffect(() => {
    Object.assign(current, { value, getSnapshot });
    check();
  }, [subscribe, value, getSnapshot]);
  useEffect(() => {
    // The store may have changed since the last render.
    check();
    return subscribe(check);
  }, [subscribe]);
  return value;
}

/** Returns a component that renders again only if one of its properties changed. */
export function memo<P extends object>(component: FunctionComponent<P>): FunctionComponent<P> {
  return function Memo(this: Component<P>, props: P) {
    this.shouldComponentUpdate = (next) => {
      const [before, after] = [Object.entries(this.props), Object.entries(next)];
      return (
        before.length !== after.length ||
        after.some(([name, value]) => !Object.is(value, this.props[name as keyof P]))
      );
    };
    return createElement(component, props);
  } as FunctionComponent<P>;
}

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from './texts/texts.ts';
import { Button } from './ui/buttons.tsx';
import { useAsyncAction } from './ui/use-async-action.ts';

/** How long after the page is shown its other parts load, in milliseconds. */
const PRELOAD_MS = 1_000;

interface DeferredProps<Module> {
  readonly children: (module: Module) => ComponentChildren;
  /** Shown until the part has loaded. */
  readonly placeholder?: JSX.Element | undefined;
}

/** How long after the network returned a part loads once more, in milliseconds. */
const SETTLE_MS = 2_000;

/** Calls a function, and again whenever the network returns. Returns a function that ends this. */
function nowAndWhenOnline(call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onOnline = () => {
    call();
    // A request right after the event may still fail.
    clearTimeout(timer);
    timer = setTimeout(call, SETTLE_MS);
  };
  addEventListener('online', onOnline);
  call();
  return () => {
    clearTimeout(timer);
    removeEventListener('online', onOnline);
  };
}

/** Loads a part soon after the page is shown, unless it is there. Tries again whenever the network returns. */
function usePreload(load: () => Promise<unknown>, loaded: unknown): void {
  useEffect(() => {
    if (loaded) return;
    let stop = () => {};
    const timer = setTimeout(() => {
      stop = nowAndWhenOnline(() => load().catch(() => {}));
    }, PRELOAD_MS);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [loaded]);
}

/**
 * Returns a component that loads a part of the page, and then shows it.
 * @param importModule imports the part's module. The component repeats a failed load when the network returns, and
 *   offers to repeat it.
 */
export function deferred<Module>(importModule: () => Promise<Module>) {
  let loading: Promise<Module> | undefined;
  let loaded: Module | undefined;
  /** Loads the part once. */
  const load = (): Promise<Module> => {
    loading ??= importModule().then(
      (module) => {
        loaded = module;
        return module;
      },
      (error) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  function Deferred({ children, placeholder }: DeferredProps<Module>) {
    const [module, setModule] = useState(loaded);
    const { busy, error, run } = useAsyncAction();
    const show = () => void run(async () => setModule(await load()));
    useEffect(() => (module ? undefined : nowAndWhenOnline(show)), [module]);
    if (module) return <>{children(module)}</>;
    return error ? (
      <div class="notice" role="alert">
        <p>{texts().common.partFailed}</p>
        <Button kind="text-button" label={texts().common.tryAgain} busy={busy} onClick={show} />
      </div>
    ) : (
      placeholder
    );
  }
  /** Returns the part once it is preloaded; undefined until then. */
  function usePart(): Module | undefined {
    const [module, setModule] = useState(loaded);
    usePreload(() => load().then(setModule), module);
    return module;
  }
  return { Deferred, load, usePart };
}

/** Loads parts soon after the page is shown, so that they appear at once when needed, even without a connection. */
export const usePreloaded = (...loads: readonly (() => Promise<unknown>)[]): void =>
  usePreload(() => Promise.all(loads.map((load) => load())), undefined);

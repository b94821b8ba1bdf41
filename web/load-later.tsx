import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from './texts/texts.ts';
import { Button } from './ui/buttons.tsx';
import { useAsyncAction } from './ui/use-async-action.ts';

/** How long after the page is shown its other parts load, in milliseconds. */
const PRELOAD_MS = 1_000;

/**
 * Returns a component that loads a part of the page, and then shows it.
 * @param importModule imports the part's module. The component offers to repeat a failed load.
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
  function Deferred({ children }: { readonly children: (module: Module) => ComponentChildren }) {
    const [module, setModule] = useState(loaded);
    const { busy, error, run } = useAsyncAction();
    const show = () => void run(async () => setModule(await load()));
    useEffect(() => {
      if (!module) show();
    }, []);
    if (module) return <>{children(module)}</>;
    return error ? (
      <div class="notice" role="alert">
        <p>{texts().common.partFailed}</p>
        <Button kind="text-button" label={texts().common.tryAgain} busy={busy} onClick={show} />
      </div>
    ) : null;
  }
  /** Returns the part once it is preloaded; undefined until then, and if that fails. */
  function usePart(): Module | undefined {
    const [module, setModule] = useState(loaded);
    useEffect(() => {
      if (module) return;
      const timer = setTimeout(() => load().then(setModule, () => {}), PRELOAD_MS);
      return () => clearTimeout(timer);
    }, []);
    return module;
  }
  return { Deferred, load, usePart };
}

/** Loads parts soon after the page is shown, so that they appear at once when needed, even without a connection. */
export function usePreloaded(...loads: readonly (() => Promise<unknown>)[]): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of loads) load().catch(() => {});
    }, PRELOAD_MS);
    return () => clearTimeout(timer);
  }, []);
}
